"""`cases list` and `cases approve` on a workspace after one night."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from qa_pipeline.domain.case_card import Redaction
from qa_pipeline.store import open_store
from tests.batch.workplace import Workplace
from tests.cli.conftest import Ask, Said


@pytest.fixture(autouse=True)
def _at_the_centre(night: tuple[Workplace, Said], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(night[0].root)


def listed(ask: Ask, *filters: str) -> list[Mapping[str, Any]]:
    said = ask("cases", "list", *filters, "--json")
    assert said.code == 0, said.err
    return list(said.document)


def test_each_filter_leaves_what_it_says(ask: Ask) -> None:
    everything = listed(ask)
    assert len(everything) > 1
    for field in ("subject", "kind", "status"):
        for value in sorted({case[field] for case in everything}):
            wanted = [case["case_id"] for case in everything if case[field] == value]
            found = [case["case_id"] for case in listed(ask, f"--{field}", value)]
            assert sorted(found) == sorted(wanted), (field, value)
    one = everything[0]
    both = listed(ask, "--subject", one["subject"], "--kind", one["kind"])
    assert {(c["subject"], c["kind"]) for c in both} == {(one["subject"], one["kind"])}
    assert listed(ask, "--status", "retired") == []


def test_subjects_are_counted_by_what_the_rubric_calls_them(ask: Ask) -> None:
    scripts = [case for case in listed(ask) if case["subject"] == "script:greeting"]
    counts = ask("cases", "list").out
    line = next(line for line in counts.splitlines() if "script:greeting" in line)
    assert line.split()[1].startswith("规范问候")
    assert sum(map(int, line.split()[-3:-1])) == len(scripts)


def test_an_unknown_subject_names_those_there_are(ask: Ask) -> None:
    said = ask("cases", "list", "--subject", "behaviour:shouting")
    assert (said.code, said.out) == (2, "")
    assert "behaviour:shouting: no case shows it" in said.err
    assert listed(ask)[0]["subject"] in said.err


def test_a_refused_approval_stops_no_other_and_is_named(
    ask: Ask, night: tuple[Workplace, Said]
) -> None:
    first, second = sorted(case["case_id"] for case in listed(ask))[:2]
    workspace = Path(night[0].root) / "workspace"
    with open_store(workspace) as store:
        store.save_redaction(second, Redaction(key="of an older transcript", beeps=()))
    said = ask("cases", "approve", "nobody", second, first, "--json")
    assert said.code == 1
    assert said.document["approved"] == [first]
    assert [one["case_id"] for one in said.document["refused"]] == ["nobody", second]
    assert "case nobody is not in" in said.err
    assert f"case {second} is not redacted" in said.err
    assert [case["case_id"] for case in listed(ask, "--status", "approved")] == [first]
    words = ask("cases", "approve", "nobody", first)
    assert (words.code, words.out.strip()) == (1, "1 cases approved, 1 refused")
