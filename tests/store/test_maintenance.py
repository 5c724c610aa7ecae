import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select

from qa_pipeline.domain.case import CaseStatus
from qa_pipeline.errors import StoreError
from qa_pipeline.store import DATABASE_NAME, CallStore, PurgeCounts, open_store
from qa_pipeline.store.schema import HEAD
from qa_pipeline.store.tables import metadata
from tests.store.samples import (
    DAY,
    NOON,
    a_case,
    a_review,
    a_rubric,
    a_task,
    an_arguing_call,
    judged_again,
    save_calls,
)


def a_full_store(store: CallStore) -> None:
    """Calls `old` and `new`, two days apart, each with everything a call can have."""
    save_calls(store, "old", started_at=NOON - timedelta(days=2))
    save_calls(store, "new", started_at=NOON)
    store.save_frame(DAY, ["old", "new"])
    store.save_plan(DAY, [a_task("old"), a_task("new", position=2)])
    for call_id in ("old", "new"):
        store.save_judged(judged_again(store.judged_call(call_id), "again"), a_rubric())
        store.start_task(DAY, "me", call_id)
        store.append_reviews([a_review(f"r-{call_id}", call_id, note=f"复核 {call_id}")])
        recording = store.judged_call(call_id).analyzed.call.recording
        store.quarantine(f"{call_id}.wav", f"/copy/{call_id}", "cut", recording.recording_id)
        store.save_candidates([a_case(f"{call_id}-{i}", call_id) for i in (1, 2)])
        store.set_case_status(f"{call_id}-1", CaseStatus.APPROVED)
        store.set_case_status(f"{call_id}-2", CaseStatus.RETIRED)
        store.save_clip(f"{call_id}-1", f"clips/{call_id}-1.wav")


def test_a_purge_removes_old_calls_with_all_they_have(store: CallStore) -> None:
    a_full_store(store)
    new_call = list(store.judged_calls(call_ids=["new"], all_versions=True))
    assert store.purge(NOON) == PurgeCounts(
        calls=1,
        judgements=2,
        detections=4,
        tasks=1,
        reviews=1,
        cases_retired=1,
        clips=1,
        quarantined=1,
        clip_paths=("clips/old-1.wav",),
    )
    assert list(store.judged_calls(all_versions=True)) == new_call
    assert store.tasks() == (a_task("new", position=2),)
    assert [r.review_id for r in store.reviews()] == ["r-new"]
    assert store.frame_of(DAY) == ("new",)
    assert store.clip_paths() == ("clips/new-1.wav",)
    assert [q.name for q in store.quarantined()] == ["new.wav"]
    assert store.case("new-1").status is CaseStatus.APPROVED
    assert store.check() == ()
    assert store.purge(NOON).calls == 0


def test_a_retired_case_of_a_purged_call_loses_its_words(store: CallStore) -> None:
    a_full_store(store)
    store.purge(NOON)
    for case_id in ("old-1", "old-2"):
        case = store.case(case_id)
        assert case.status is CaseStatus.RETIRED
        assert (case.situation, case.quote, case.why) == ("", "", "")
        assert case.stale_because is not None
        assert case.stale_because.startswith("its call was purged on ")


@pytest.mark.sqlite_only
def test_no_purged_word_is_left_in_the_files(store: CallStore, tmp_path: Path) -> None:
    secret = "身份证号三三零一零二"
    judged = an_arguing_call("old", started_at=NOON - timedelta(days=2), customer_ref=secret)
    store.save_judged(judged, a_rubric())
    store.append_reviews([a_review("r1", "old", note=secret)])
    store.save_candidates([replace(a_case("c1", "old"), quote=secret)])

    def files_hold(words: str) -> bool:
        return any(words.encode() in path.read_bytes() for path in tmp_path.iterdir())

    assert files_hold(secret)
    store.purge(NOON)
    assert not files_hold(secret)


def test_a_purge_that_fails_removes_nothing(store: CallStore) -> None:
    a_full_store(store)

    def everything() -> list[object]:
        with store.database.read() as connection:
            return [list(connection.execute(select(t))) for t in metadata.sorted_tables]

    before = everything()
    with store.database.write("a foreign table") as connection:
        connection.exec_driver_sql(
            "CREATE TABLE extension (recording_id TEXT REFERENCES recordings (recording_id))"
        )
        connection.exec_driver_sql("INSERT INTO extension SELECT recording_id FROM recordings")
    with pytest.raises(StoreError, match="nothing of the purge"):
        store.purge(NOON)
    assert everything() == before


@pytest.mark.sqlite_only
def test_a_backup_is_one_sound_file_taken_while_others_write(
    store: CallStore, tmp_path: Path
) -> None:
    a_full_store(store)
    with store.database.write("something slow"):
        written = store.backup(tmp_path / "backups" / "night.db")
    assert [p.name for p in (tmp_path / "backups").iterdir()] == ["night.db"]
    restored = tmp_path / "restored"
    restored.mkdir()
    written.rename(restored / DATABASE_NAME)
    with open_store(restored, create=False) as copy:
        assert list(copy.judged_calls()) == list(store.judged_calls())
        assert copy.check() == ()


@pytest.mark.sqlite_only
def test_a_backup_into_a_folder_is_named_after_the_time(store: CallStore, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    written = store.backup(folder)
    assert written.parent == folder
    assert written.match("qa-*T*Z.db")
    with pytest.raises(StoreError, match="exists already"):
        store.backup(written)
    with pytest.raises(StoreError, match="no backup was written"):
        store.backup(written / "below-a-file.db")
    assert list(folder.iterdir()) == [written]


@pytest.mark.sqlite_only
def test_check_names_what_is_wrong(store: CallStore, tmp_path: Path) -> None:
    a_full_store(store)
    assert store.check() == ()
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as plain, plain:
        plain.execute("DROP TRIGGER reviews_no_delete")
        plain.execute("DROP TABLE clips")
        plain.execute("UPDATE judgements SET is_current = 0 WHERE call_id = 'old'")
        plain.execute("UPDATE review_tasks SET call_id = 'ghost' WHERE call_id = 'new'")
        plain.execute("UPDATE alembic_version SET version_num = 'r0001'")
        plain.execute("INSERT INTO purging VALUES ('old', 'r')")
    problems = store.check()
    for words in (
        "review_tasks points to nothing in calls",
        f"schema r0001 is not {HEAD}; run `qa-pipeline db upgrade`",
        "table clips is missing",
        "trigger reviews_no_delete, which protects human rows, is missing",
        "call old has no current judgement",
        "1 calls are left over from a broken purge",
    ):
        assert any(words in problem for problem in problems), words
    assert len(problems) == 6


@pytest.mark.sqlite_only
def test_check_finds_damage_that_reading_does_not(store: CallStore, tmp_path: Path) -> None:
    save_calls(store, "call-1")
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as plain, plain:
        plain.execute("PRAGMA writable_schema = ON")
        plain.execute("UPDATE sqlite_master SET rootpage = 2 WHERE name = 'ix_calls_agent_id'")
    store.close()
    assert any("restore a backup" in problem for problem in store.check())


def test_a_closed_store_opens_again(store: CallStore) -> None:
    save_calls(store, "call-1")
    opened: list[object] = []
    event.listen(store.database.engine, "connect", lambda *a: opened.append(a))
    store.close()
    assert store.call_ids() == ("call-1",)
    assert len(opened) == 1
