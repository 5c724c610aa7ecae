"""Rubric versions are decoded once and stay what they were when they first scored a call."""

from dataclasses import replace
from pathlib import Path

import pytest

from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.errors import NotFound
from qa_pipeline.store import CallStore, open_store
from qa_pipeline.store.rubrics import MOST_DECODED
from tests.store.samples import a_rubric, an_arguing_call


def _save(store: CallStore, rubric: Rubric) -> None:
    judged = an_arguing_call()
    card = replace(
        judged.evaluation.scorecard,
        rubric_id=rubric.rubric_id,
        rubric_version=rubric.version,
        rubric_digest=rubric.digest,
    )
    evaluation = replace(judged.evaluation, scorecard=card)
    key = f"{rubric.version}"
    store.save_judged(replace(judged, evaluation=evaluation, judgement_key=key), rubric)


def test_a_rubric_is_decoded_once(store: CallStore) -> None:
    _save(store, a_rubric())
    first = store.rubric("inbound_service", 1)
    assert first == a_rubric()
    assert store.rubric("inbound_service", 1) is first


def test_versions_are_told_apart_also_where_they_say_the_same(store: CallStore) -> None:
    for version in range(1, MOST_DECODED + 4):
        _save(store, a_rubric(version))
    for _ in range(2):  # more versions than stay decoded
        for version in range(1, MOST_DECODED + 4):
            assert store.rubric("inbound_service", version).version == version


def test_an_unknown_rubric_stays_unknown_until_it_scores_a_call(store: CallStore) -> None:
    with pytest.raises(NotFound, match="no stored"):
        store.rubric("inbound_service", 1)
    _save(store, a_rubric())
    assert store.rubric("inbound_service", 1).version == 1


@pytest.mark.sqlite_only
def test_what_another_process_restored_is_read_again(store: CallStore, tmp_path: Path) -> None:
    """A backup that was put in place of the file may hold another content of the version."""
    _save(store, a_rubric())
    assert store.rubric("inbound_service", 1).title == a_rubric().title
    other = replace(a_rubric(digest="1" * 64), title="另一份")
    with open_store(tmp_path / "other") as restored:
        _save(restored, other)
    store.close()
    for name in ("qa.db-wal", "qa.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "other" / "qa.db").replace(tmp_path / "qa.db")
    assert store.rubric("inbound_service", 1).title == "另一份"
