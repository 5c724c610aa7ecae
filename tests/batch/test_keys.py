"""A judgement is made again when anything that it rests on has another version."""

import pytest

from qa_pipeline.batch import keys
from qa_pipeline.detect import listening
from qa_pipeline.rubric_files import load_rubric
from qa_pipeline.settings import Settings
from tests.builders import a_call
from tests.test_default_rubrics import FOLDER


def test_speakers_with_another_version_are_another_judgement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rubric = load_rubric(FOLDER / "inbound_service.yaml")

    def key() -> str:
        return keys.judgement_key("engine:1", a_call(), rubric, Settings(), by_default=False)

    before = key()
    assert key() == before
    assert keys.engine_of(before) == "engine:1"
    monkeypatch.setattr(keys, "SPEAKERS_VERSION", "another")
    assert key() != before


def test_hints_and_listening_pointers_are_part_of_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rubric = load_rubric(FOLDER / "inbound_service.yaml")

    def key(*hints: str) -> str:
        return keys.judgement_key(
            "engine:1", a_call(), rubric, Settings(), by_default=False, hints=frozenset(hints)
        )

    before = key()
    assert key("apology") != before
    assert key("apology", "closing") == key("closing", "apology")
    monkeypatch.setattr(listening, "VERSION", "another")
    assert key() != before
