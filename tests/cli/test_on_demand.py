"""Commands are imported when they are asked for."""

import subprocess
import sys

import pytest

from qa_pipeline.cli.on_demand import COMMANDS, imported
from tests.cli.conftest import Ask

HEAVY = ("numpy", "pandas", "scipy", "sklearn", "sqlalchemy", "pypinyin", "jieba", "prefect", "av")
IMPORTED = """
import sys
from qa_pipeline.cli import _run
sys.argv = ["qa-pipeline", *sys.argv[1:]]
_run()
print(*{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_each_command_what_its_own_help_says(name: str) -> None:
    command = imported(name)
    assert command.name == name
    assert command.help.strip().partition("\n\n")[0].replace("\n", " ") == COMMANDS[name].summary


@pytest.mark.parametrize("asked", ["--help", "--version"])
def test_asking_for_help_imports_nothing_heavy(asked: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, asked], capture_output=True, text=True, check=True
    )
    assert done.stdout
    assert set(done.stderr.split()).isdisjoint(HEAVY)


def test_help_lists_every_command(ask: Ask) -> None:
    said = ask("--help")
    assert said.code == 0
    listed = said.out.partition("Commands:")[2].splitlines()
    assert [line.split()[0] for line in listed if line[2:3].strip()] == list(COMMANDS)
