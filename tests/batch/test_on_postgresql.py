"""A centre's days with its database on a PostgreSQL server, from the night to the purge."""

from datetime import UTC, datetime

import pytest

from qa_pipeline.batch.doctor import examine
from qa_pipeline.batch.purging import purge_before
from qa_pipeline.batch.verifying import Verified, verify_calls
from qa_pipeline.domain.call_search import BlindView, CallFilter
from qa_pipeline.domain.review import Review
from qa_pipeline.text.sound_keys import sound_query
from tests.batch.workplace import Workplace, write_calls
from tests.postgresql import Server

SUPERVISOR = BlindView(inspector_id=None, sees_others=True)


@pytest.mark.slow
def test_a_night_a_review_a_search_and_a_purge(
    place: Workplace, postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgresql_server.database(empty=True) as url:
        monkeypatch.setenv("QA_PIPELINE_DATABASE_URL", url)
        write_calls(place.recordings, "a", "b")
        first = place.run()
        assert {task.call_id for task in first.tasks} == {"a", "b"}
        assert place.run().tasks == first.tasks
        assert not (place.workspace / "qa.db").exists()
        settings = place.settings.model_copy(update={"workspace": place.workspace})
        database = next(check for check in examine(settings) if check.what == "database")
        assert "sound in PostgreSQL database" in database.found
        with place.store() as store:
            assert verify_calls(store, settings, ("a", "b")) == Verified(verified=2, differ=())
            query = sound_query("这不是我们的问题")
            pieces = store.spoken_pieces(query, CallFilter(), SUPERVISOR, limit=9)
            assert len(pieces) == 2
            task = first.tasks[0]
            store.start_task(task.day, task.inspector_id, task.call_id)
            review = Review(
                review_id="r1",
                call_id=task.call_id,
                inspector_id=task.inspector_id,
                reviewed_at=datetime(2026, 3, 2, 5, tzinfo=UTC),
                note="复核",
            )
            assert store.append_sent(review, "form-1")
            assert not store.append_sent(review, "form-1")
            assert store.cases()
            counts = purge_before(store, place.workspace, datetime(2030, 1, 1, tzinfo=UTC))
            assert counts["calls"] == 2
            assert store.spoken_pieces(query, CallFilter(), SUPERVISOR, limit=9) == ()
            assert store.check() == ()
