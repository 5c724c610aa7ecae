"""What was said before pairs of keys were indexed is found as if it had been said since."""

from pathlib import Path

import pytest
from sqlalchemy import text

from qa_pipeline.domain.call_search import BlindView, CallFilter
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.store import CallStore, open_store
from qa_pipeline.store.connection import Database
from qa_pipeline.store.schema import run_migrations
from qa_pipeline.store.spoken import PIECE_BITS, insert_spoken, spoken_rows
from qa_pipeline.text.sound_keys import sound_keys, sound_query
from tests.builders import A, a_judged_call
from tests.postgresql import Server

TEXTS = ("好", "您好您好您好", "请您稍等，谢谢您", "我的卡号是六二二八", "领导不在公司", "谢谢")
SUPERVISOR = BlindView(inspector_id=None, sees_others=True)


def a_transcript() -> Transcript:
    lines = [(A, 20_000 * i, 20_000 * i + 2000, said) for i, said in enumerate(TEXTS)]
    return a_judged_call("a", lines=lines).analyzed.transcript


def older(place: Path | str) -> None:
    """A database of the revision before, with the words of call 1 as it had them."""
    database = Database(place)
    with database.write("an older database") as connection:
        run_migrations(connection, "r0016")
        rows = [
            {**row, "keys": " ".join(sound_keys(row["said"]))}
            for row in spoken_rows(1, a_transcript())
        ]
        insert_spoken(connection, rows)
    database.close()


def keys_in(store: CallStore) -> list[tuple[int, str]]:
    with store.database.read() as connection:
        rows = connection.execute(text("SELECT rowid, keys FROM spoken ORDER BY rowid")).all()
    return [(row.rowid, str(row.keys)) for row in rows]


def looks_the_same(workspace: Path) -> None:
    """The old words beside the same words of another call, which are indexed now."""
    with open_store(workspace) as store:
        with store.database.write("the same words") as connection:
            insert_spoken(connection, list(spoken_rows(2, a_transcript())))
        rows = keys_in(store)
        first = [(rowid, keys) for rowid, keys in rows if rowid >> PIECE_BITS == 1]
        assert len(first) == len(TEXTS)
        shift = 1 << PIECE_BITS
        assert [(rowid + shift, keys) for rowid, keys in first] == rows[len(TEXTS) :]
        for said in TEXTS:
            query = sound_query(said)
            found = store.spoken_pieces(query, CallFilter(), SUPERVISOR, limit=99)
            assert {p.moment_id for p in found if said in p.said} == {1, 2}, said
        assert store.check() == ()


def test_older_words_are_found_in_a_file(tmp_path: Path) -> None:
    older(tmp_path / "qa.db")
    looks_the_same(tmp_path)


def test_older_words_are_found_on_a_server(
    postgresql_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgresql_server.database(empty=True) as url:
        monkeypatch.setenv("QA_PIPELINE_DATABASE_URL", url)
        older(url)
        looks_the_same(tmp_path)
