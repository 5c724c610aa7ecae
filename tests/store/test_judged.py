import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from sqlalchemy import event, func, select, text

from qa_pipeline.domain.call import Direction
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.scorecard import Evaluation
from qa_pipeline.errors import NotFound, StoreError
from qa_pipeline.store import CallStore, open_store
from qa_pipeline.store.codec import encode
from qa_pipeline.store.judged import CALLS_A_PAGE
from qa_pipeline.store.tables import metadata, recordings
from tests.builders import ENGINE, a_call
from tests.store.samples import (
    NOON,
    a_rubric,
    an_arguing_call,
    any_judged_call,
    judged_again,
    save_calls,
)


def dump(store: CallStore) -> dict[str, list[Any]]:
    with store.database.read() as connection:
        return {t.name: list(connection.execute(select(t))) for t in metadata.sorted_tables}


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CallStore]:
    with open_store(tmp_path_factory.mktemp("any")) as opened:
        yield opened


@settings(max_examples=25, deadline=None, phases=(Phase.reuse, Phase.generate))
@given(judged=any_judged_call())
def test_any_judged_call_comes_back_equal(shared_store: CallStore, judged: JudgedCall) -> None:
    store = shared_store
    store.purge(datetime.max.replace(tzinfo=UTC))
    store.save_judged(judged, a_rubric())
    (back,) = store.judged_calls()
    assert back == judged
    assert encode(Evaluation, back.evaluation) == encode(Evaluation, judged.evaluation)
    assert store.any_analysis(judged.analyzed.call.recording.recording_id) == judged.analyzed


def test_saving_the_same_judgement_twice_changes_nothing(store: CallStore) -> None:
    save_calls(store, "call-1", started_at=NOON)
    before = dump(store)
    store.save_judged(an_arguing_call(started_at=NOON), a_rubric())
    store.save_judged(store.judged_call("call-1"), store.rubric("inbound_service", 1))
    assert dump(store) == before


def test_a_new_judgement_becomes_current_and_the_old_one_is_kept(store: CallStore) -> None:
    first = an_arguing_call()
    second = judged_again(first, "other-key")
    store.save_judged(first, a_rubric())
    store.save_judged(second, a_rubric())
    assert list(store.judged_calls()) == [second]
    assert list(store.judged_calls(all_versions=True)) == [first, second]
    recording_id = first.analyzed.call.recording.recording_id
    assert store.current_judgement_keys([recording_id, "unknown"]) == {recording_id: "other-key"}
    assert store.judgement_exists("call-1", first.judgement_key)
    assert not store.judgement_exists("call-1", "never")
    store.save_judged(first, a_rubric())
    assert list(store.judged_calls()) == [first]
    assert len(list(store.judged_calls(all_versions=True))) == 2


def test_an_older_judgement_keeps_the_analysis_it_was_made_from(store: CallStore) -> None:
    first = an_arguing_call()
    louder = replace(first.analyzed, metrics=replace(first.analyzed.metrics, loudness_rise_db=3.0))
    second = replace(judged_again(first, "other-key"), analyzed=louder)
    store.save_judged(first, a_rubric())
    store.save_judged(second, a_rubric())
    old, new = store.judged_calls(all_versions=True)
    assert (old.analyzed, new.analyzed) == (first.analyzed, louder)
    recording_id = louder.call.recording.recording_id
    assert store.analysis_of(recording_id, ENGINE.digest) == louder
    assert store.analysis_of(recording_id, "another engine") is None
    assert store.has_recording(recording_id, ENGINE.digest)
    assert store.has_recording(recording_id)
    assert not store.has_recording(recording_id, "another engine")


def test_calls_are_chosen_by_start_and_without_it_by_the_file_time(store: CallStore) -> None:
    beijing = timezone(timedelta(hours=8))
    save_calls(store, "b", started_at=NOON.astimezone(beijing))
    store.save_judged(an_arguing_call("a"), a_rubric(), file_time=NOON + timedelta(hours=1))
    save_calls(store, "c", started_at=NOON + timedelta(hours=2))
    hour = timedelta(hours=1)
    ids = [j.call_id for j in store.judged_calls()]
    assert ids == ["a", "b", "c"]
    assert [j.call_id for j in store.judged_calls(since=NOON, until=NOON + hour)] == ["b"]
    assert store.call_ids(since=NOON + hour) == ("a", "c")
    assert store.call_ids(call_ids=["c", "b", "nobody"], since=NOON + hour) == ("c",)
    assert store.effective_times(until=NOON + hour) == {"b": NOON}
    assert store.effective_times(since=NOON + 2 * hour) == {"c": NOON + 2 * hour}
    assert store.judged_call("a").analyzed.call.started_at is None


def test_reading_does_not_load_everything(store: CallStore) -> None:
    save_calls(store, *(f"call-{i:03d}" for i in range(3 * CALLS_A_PAGE)))
    decoded: list[str] = []
    event.listen(store.database.engine, "before_cursor_execute", lambda *a: decoded.append(a[2]))
    stream = store.judged_calls()
    next(stream)
    after_first = len(decoded)
    store.save_judged(judged_again(an_arguing_call("call-000"), "again"), a_rubric())
    assert len(list(stream)) == 3 * CALLS_A_PAGE - 1
    assert len(decoded) > after_first


def test_an_unknown_call_is_named(store: CallStore) -> None:
    with pytest.raises(NotFound, match="call nobody is not in"):
        store.judged_call("nobody")
    with pytest.raises(NotFound, match="call nobody is not in"):
        store.update_call(a_call("nobody"))


def test_a_second_delivery_updates_facts_and_forgets_none(store: CallStore) -> None:
    save_calls(store, "call-1", agent_id="8016", queue="售后", extra={"a": "1", "b": "1"})
    store.update_call(
        a_call(
            direction=Direction.INBOUND, queue="售前", started_at=NOON, extra={"b": "2", "c": "3"}
        )
    )
    call = store.judged_call("call-1").analyzed.call
    assert (call.agent_id, call.queue, call.direction) == ("8016", "售前", Direction.INBOUND)
    assert call.extra == {"a": "1", "b": "2", "c": "3"}
    assert store.effective_times() == {"call-1": NOON}
    assert store.call_of(call.recording.recording_id) == call


def test_a_rubric_version_never_changes_its_content(store: CallStore) -> None:
    save_calls(store, "call-1")
    before = dump(store)
    changed = an_arguing_call("call-2")
    card = replace(changed.evaluation.scorecard, rubric_digest="1" * 64)
    changed = replace(changed, evaluation=replace(changed.evaluation, scorecard=card))
    with pytest.raises(StoreError, match=r"inbound_service version 1.*raise the version"):
        store.save_judged(changed, a_rubric(digest="1" * 64))
    assert dump(store) == before
    assert store.rubric("inbound_service", 1) == a_rubric()
    assert store.rubric_versions() == (("inbound_service", 1, "0" * 64),)
    with pytest.raises(NotFound, match="inbound_service version 2"):
        store.rubric("inbound_service", 2)


def test_a_scorecard_of_another_rubric_or_call_is_refused(store: CallStore) -> None:
    with pytest.raises(StoreError, match="cites rubric"):
        store.save_judged(an_arguing_call(), a_rubric(version=2))
    mixed = replace(an_arguing_call(), evaluation=an_arguing_call("call-2").evaluation)
    with pytest.raises(StoreError, match="call-1, call-2"):
        store.save_judged(mixed, a_rubric())


def test_a_call_id_belongs_to_one_recording(store: CallStore) -> None:
    save_calls(store, "call-1")
    first = an_arguing_call()
    recording = first.analyzed.call.recording
    assert store.call_id_taken_by("call-1") == recording.recording_id
    assert store.call_id_taken_by("call-2") is None
    other = replace(recording, recording_id="f" * 64, name="other.wav")
    thief = replace(
        first, analyzed=replace(first.analyzed, call=replace(first.analyzed.call, recording=other))
    )
    with pytest.raises(
        StoreError, match=r"other\.wav: call id call-1 already belongs.*call-1\.wav"
    ):
        store.save_judged(thief, a_rubric())
    renamed = an_arguing_call("call-9")
    renamed = replace(
        renamed,
        analyzed=replace(
            renamed.analyzed, call=replace(renamed.analyzed.call, recording=recording)
        ),
    )
    with pytest.raises(StoreError, match="already stored as call call-1, not call-9"):
        store.save_judged(renamed, a_rubric())
    assert list(store.judged_calls(all_versions=True)) == [first]


def test_a_constraint_that_breaks_half_way_leaves_nothing(store: CallStore) -> None:
    judged = an_arguing_call()
    twice = judged.evaluation.detections * 2
    with pytest.raises(StoreError, match=r"(?i)unique.*nothing of call-1\.wav was saved"):
        store.save_judged(
            replace(judged, evaluation=replace(judged.evaluation, detections=twice)), a_rubric()
        )
    assert not any(dump(store).values())


def test_a_full_disk_costs_the_recording_and_says_so(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        save_calls(store, "call-0")
        before = dump(store)
    store = open_store(tmp_path)

    def fill(connection: Any, _record: object) -> None:
        used = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {used + 2}")

    event.listen(store.database.engine, "connect", fill)
    store.database.close()
    long_talk = replace(an_arguing_call("call-1"), judgement_key=os.urandom(9000).hex())
    with pytest.raises(StoreError) as caught:
        store.save_judged(long_talk, a_rubric())
    assert str(caught.value) == (
        "disk full: nothing of call-1.wav was saved; free space and run again"
    )
    assert dump(store) == before
    store.close()
    with open_store(tmp_path) as freed:
        assert freed.check() == ()
        freed.save_judged(long_talk, a_rubric())
        assert [j.call_id for j in freed.judged_calls()] == ["call-0", "call-1"]


def test_a_file_name_that_is_no_utf8_survives(store: CallStore) -> None:
    name = os.fsdecode("录音.wav".encode("gb18030"))
    judged = an_arguing_call()
    recording = replace(judged.analyzed.call.recording, name=name, path=f"/r/{name}")
    judged = replace(
        judged,
        analyzed=replace(judged.analyzed, call=replace(judged.analyzed.call, recording=recording)),
    )
    store.save_judged(judged, a_rubric())
    assert store.judged_call("call-1").analyzed.call.recording.path == f"/r/{name}"


def test_text_that_no_database_keeps_is_refused(store: CallStore) -> None:
    with pytest.raises(StoreError, match="surrogates"):
        save_calls(store, "call-\udcff")
    with pytest.raises(StoreError, match="nothing of"):
        save_calls(store, "call-1", ring_ms=2**70)
    with pytest.raises(StoreError, match="no time zone"):
        save_calls(store, "call-1", started_at=datetime(2026, 3, 1))
    assert not any(dump(store).values())


def test_a_saved_recording_leaves_the_quarantine(store: CallStore) -> None:
    judged = an_arguing_call()
    recording = judged.analyzed.call.recording
    store.quarantine(recording.name, recording.path, "truncated")
    store.save_judged(judged, a_rubric())
    assert store.quarantined() == ()


@pytest.mark.sqlite_only
def test_sql_can_ask_for_what_the_rows_hold(store: CallStore, tmp_path: Path) -> None:
    save_calls(store, "call-1", agent_id="8016")
    with sqlite3.connect(tmp_path / "qa.db") as plain:
        found = plain.execute(
            "SELECT c.agent_id, d.probability, json_extract(d.evidence_json, '$[0].quote')"
            " FROM detections d JOIN judgements j USING (judgement_id) JOIN calls c USING (call_id)"
            " WHERE d.detector_id = 'behaviour:arguing' AND d.outcome = 'FOUND'"
        ).fetchall()
    assert found == [("8016", 0.9, "这不是我们的问题")]


def test_a_reader_sees_whole_recordings_only(store: CallStore, database: str) -> None:
    with store.database.write("half a call") as connection:
        connection.execute(
            recordings.insert().values(
                recording_id="r",
                path="p",
                name="n",
                sample_rate_hz=1,
                duration_ms=1,
                audio_channels=1,
            )
        )
        with store.database.read() as reader:
            assert reader.scalar(select(func.count()).select_from(recordings)) == 0
            if database == "sqlite":
                assert reader.scalar(text("PRAGMA journal_mode")) == "wal"
