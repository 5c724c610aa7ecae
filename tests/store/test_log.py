import os
from datetime import UTC, datetime, timedelta

from qa_pipeline.store import CallStore
from tests.store.samples import NOON


def test_the_quarantine_list_renews_and_releases(store: CallStore) -> None:
    name = os.fsdecode("坏.wav".encode("gb18030"))
    started = datetime.now(UTC)
    store.quarantine(name, f"/r/{name}", "truncated")
    store.quarantine("empty.wav", "/r/empty.wav", "empty file", "e" * 64)
    store.quarantine(name, f"/r/{name}", "no audio stream", "f" * 64)
    empty, bad = sorted(store.quarantined(), key=lambda q: q.recording_id or "")
    assert (empty.name, empty.reason) == ("empty.wav", "empty file")
    assert (bad.name, bad.path, bad.reason) == (name, f"/r/{name}", "no audio stream")
    assert started <= bad.first_seen_at < bad.last_seen_at <= datetime.now(UTC)
    store.release(f"/r/{name}")
    store.release("/r/never-seen.wav")
    assert store.quarantined() == (empty,)


def test_runs_are_kept_in_order(store: CallStore) -> None:
    later = NOON + timedelta(minutes=5)
    store.save_run(NOON, later, {"evaluated": 12, "already_done": 0}, {"transcribe": 31.25})
    store.save_run(later, later, {"evaluated": 0}, {})
    first, second = store.runs()
    assert (first.run_id, first.started_at, first.finished_at) == (1, NOON, later)
    assert first.counts == {"evaluated": 12, "already_done": 0}
    assert first.stage_seconds == {"transcribe": 31.25}
    assert (second.run_id, second.stage_seconds) == (2, {})


def test_the_audit_log_keeps_order_and_words(store: CallStore) -> None:
    store.audit("wang", "export", "transcripts", "12 calls, raw")
    store.audit("wang", "export", "reviews")
    first, second = store.audit_log()
    assert (first.who, first.action, first.subject) == ("wang", "export", "transcripts")
    assert (first.detail, second.detail) == ("12 calls, raw", "")
    assert first.at <= second.at


def test_the_same_line_is_kept_once_where_asked(store: CallStore) -> None:
    for detail in ("session 1", "session 1", "session 2"):
        store.audit_once("wang", "hear", "call-1", detail)
    assert [e.detail for e in store.audit_log()] == ["session 1", "session 2"]


def test_the_audit_log_is_searched_and_paged_from_the_newest(store: CallStore) -> None:
    for n in range(5):
        store.audit("wang" if n % 2 else "li", "open call", f"call-{n}")
    store.audit("li", "login", "li")

    def subjects(**wanted: object) -> list[str]:
        return [e.subject for e in store.audit_page(**wanted)]  # type: ignore[arg-type]

    assert subjects(limit=2) == ["li", "call-4"]
    oldest = store.audit_page(limit=2)[-1].entry_id
    assert subjects(limit=2, before=oldest) == ["call-3", "call-2"]
    assert subjects(who="wang") == ["call-3", "call-1"]
    assert subjects(who="li", action="open call") == ["call-4", "call-2", "call-0"]
    assert subjects(subject="call-2") == ["call-2"]
    moment = datetime.now(UTC) + timedelta(seconds=1)
    assert len(subjects(until=moment)) == 6
    assert subjects(since=moment) == []
    assert store.audit_names() == (("li", "wang"), ("login", "open call"))
