"""The written lines (benchmarks/lines): who says what, counted as said or not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "lines"
TRAINING, HELD_BACK = ("a", "b", "d", "e", "f", "g", "h"), "c"
INSURER_TRAINING = ("p", "q", "r", "s", "t")
KINDS = ("said", "almost", "false_friend")


@dataclass(frozen=True, slots=True)
class Written:
    """One line: the wording it was written for, its pass, and whether that is said in it."""

    wording: str
    written_in: str
    text: str
    kind: str

    @property
    def is_said(self) -> bool:
        return self.kind == "said"


@cache
def read_pass(name: str) -> tuple[Written, ...]:
    """Every line of one pass; () where the pass was never written."""
    path = FOLDER / f"{name}.yaml"
    if not path.is_file():
        return ()
    listed = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(_lines(listed, name))


def lines_of(passes: Sequence[str]) -> dict[str, list[Written]]:
    """The lines of some passes by wording."""
    found: dict[str, list[Written]] = {}
    for name in passes:
        for line in read_pass(name):
            found.setdefault(line.wording, []).append(line)
    return found


def _lines(listed: dict[str, dict[str, list[str]]], name: str) -> Iterator[Written]:
    for wording, kinds in listed.items():
        for kind in KINDS:
            for text in kinds[kind]:
                yield Written(wording, name, text, kind)
