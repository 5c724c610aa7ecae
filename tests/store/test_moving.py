"""A file moved into PostgreSQL holds, finds and numbers the same as before."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.call_search import BlindView, CallFilter, SpokenPiece
from qa_pipeline.domain.case import CaseStatus
from qa_pipeline.errors import NotFound, StoreError
from qa_pipeline.store import DATABASE_NAME, CallStore, move_store, open_store
from qa_pipeline.store.connection import Database
from qa_pipeline.store.tables import metadata
from qa_pipeline.text.sound_keys import SoundQuery, sound_keys, sound_query
from tests.builders import A, C, a_judged_call
from tests.postgresql import Server
from tests.store.samples import DAY, NOON, a_case, a_review, a_rubric, a_task, save_calls

SUPERVISOR = BlindView(inspector_id=None, sees_others=True)
WORDS = (
    *("您好", "请您稍等", "这不是我们的问题", "我的卡号是六二二八", "三天之内给您答复", "苹果"),
    *("水果", "投诉", "你们", "没有", "办法", "谢谢您的来电", "再见", "一二三四五六七八"),
)
CLAUSES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("".join)


def sentences(random: Random) -> list[str]:
    return ["，".join(random.choices(WORDS, k=random.randint(1, 4))) for _ in range(6)]


def fill(store: CallStore) -> None:
    """Calls with words, a plan, reviews, cases and a log."""
    random = Random(5)
    for number in range(30):
        lines = [
            (random.choice((A, C)), 4000 * i, 4000 * i + random.choice((1500, 3500)), said)
            for i, said in enumerate(sentences(random))
        ]
        judged = a_judged_call(
            f"call-{number:02d}", lines=lines, started_at=NOON + timedelta(hours=number % 7)
        )
        store.save_judged(judged, a_rubric())
    store.save_plan(DAY, [a_task("call-01")])
    store.append_reviews([a_review("r1", "call-01", note="复核")])
    store.save_candidates([a_case("c1", "call-01")])
    store.set_case_status("c1", CaseStatus.APPROVED)
    store.audit("me", "play", "call-01", "nul\0within")


def dump(store: CallStore) -> dict[str, list[Any]]:
    with store.database.read() as connection:
        return {
            table.name: list(connection.execute(select(table).order_by(*table.primary_key)))
            for table in metadata.sorted_tables
        }


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory, postgresql_server: Server
) -> Iterator[tuple[CallStore, CallStore]]:
    """The same store as a file, and moved into PostgreSQL."""
    folder, copied = tmp_path_factory.mktemp("file"), tmp_path_factory.mktemp("moved")
    with pytest.MonkeyPatch.context() as patch, postgresql_server.database() as url:
        patch.delenv("QA_PIPELINE_DATABASE_URL", raising=False)
        with open_store(folder) as on_file:
            fill(on_file)
            on_file.backup(copied / DATABASE_NAME)
            patch.setenv("QA_PIPELINE_DATABASE_URL", url)
            name, counts = move_store(copied)
            assert (counts["calls"], counts["audit"]) == (30, 1)
            with open_store(copied, create=False) as on_server:
                assert on_server.database.name == name
                yield on_file, on_server


def test_a_word_that_was_said_is_found_on_both(both: tuple[CallStore, CallStore]) -> None:
    for word in WORDS:
        for store in both:
            found = store.spoken_pieces(sound_query(word), CallFilter(), SUPERVISOR, limit=99)
            assert any(word in piece.said for piece in found), word


def test_every_row_is_moved(both: tuple[CallStore, CallStore]) -> None:
    on_file, on_server = both
    assert dump(on_server) == dump(on_file)
    assert on_server.check() == ()


@settings(max_examples=25)
@given(phrase=CLAUSES, second=st.none() | CLAUSES, role=st.sampled_from((None, *Role)))
def test_both_find_the_same_pieces_in_the_same_order(
    both: tuple[CallStore, CallStore], phrase: str, second: str | None, role: Role | None
) -> None:
    asked = phrase if second is None else f"{phrase}…{second}"
    for wanted in (CallFilter(), CallFilter(since=NOON + timedelta(hours=3))):
        for limit in (3, 200):
            on_file, on_server = (
                store.spoken_pieces(sound_query(asked), wanted, SUPERVISOR, role=role, limit=limit)
                for store in both
            )
            assert on_server == on_file
    found = both[0].spoken_pieces(sound_query(asked), CallFilter(), SUPERVISOR, limit=5)
    assert both[1].spoken_before(found, 2) == both[0].spoken_before(found, 2)


@settings(max_examples=50)
@given(
    whole=st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=4), min_size=1, max_size=3),
    near=st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=3), max_size=3),
)
def test_any_rows_of_keys_are_found_alike(
    both: tuple[CallStore, CallStore], whole: list[list[int]], near: list[list[int]]
) -> None:
    keys = sorted({key for words in WORDS for row in sound_query(words).whole for key in row})

    def rows(numbers: list[list[int]]) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(keys[n % len(keys)] for n in row) for row in numbers)

    query = SoundQuery(whole=rows(whole), near=rows(near))
    on_file, on_server = (
        store.spoken_pieces(query, CallFilter(), SUPERVISOR, limit=500) for store in both
    )
    assert on_server == on_file


@settings(max_examples=50)
@given(st.data())
def test_a_piece_is_found_by_the_keys_that_it_has_in_a_row(
    both: tuple[CallStore, CallStore], data: st.DataObject
) -> None:
    keys = sorted({key for words in WORDS for row in sound_query(words).whole for key in row})
    row = st.lists(st.sampled_from(keys), min_size=1, max_size=4).map(tuple)
    said = st.sampled_from(WORDS).map(sound_keys)
    part = said.flatmap(
        lambda all_: st.integers(0, len(all_) - 1).map(lambda at: all_[at : at + 1 + at % 4])
    )
    rows = st.lists(row | part, min_size=1, max_size=2).map(tuple)
    query = SoundQuery(whole=data.draw(rows), near=data.draw(rows))

    def holds(piece: SpokenPiece, wanted: tuple[str, ...]) -> bool:
        own, size = sound_keys(piece.said), len(wanted)
        return any(own[at : at + size] == wanted for at in range(len(own)))

    everything = both[0].spoken_before(_last_pieces(both[0]), 99)
    whole = [p for p in everything if all(holds(p, row) for row in query.whole)]
    near = [p for p in everything if p not in whole and any(holds(p, row) for row in query.near)]
    expected = (*reversed(whole), *reversed(near))
    for store in both:
        assert store.spoken_pieces(query, CallFilter(), SUPERVISOR, limit=500) == expected


def _last_pieces(store: CallStore) -> list[SpokenPiece]:
    """The last piece of every call."""
    last: dict[int, SpokenPiece] = {}
    for word in WORDS:
        query = sound_query(word)
        for piece in store.spoken_pieces(query, CallFilter(), SUPERVISOR, limit=500):
            known = last.setdefault(piece.moment_id, piece)
            if piece.piece_id > known.piece_id:
                last[piece.moment_id] = piece
    return list(last.values())


def test_numbers_go_on_where_the_file_ended(
    tmp_path: Path, postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(tmp_path) as on_file:
        fill(on_file)
        last = on_file.audit_log()[-1].entry_id
    with postgresql_server.database(empty=True) as url:
        monkeypatch.setenv("QA_PIPELINE_DATABASE_URL", url)
        move_store(tmp_path)
        assert sorted(p.name for p in tmp_path.iterdir()) == ["qa.db.elsewhere", "qa.db.moved"]
        with open_store(tmp_path) as on_server:
            on_server.audit("me", "play", "call-02")
            assert on_server.audit_log()[-1].entry_id == last + 1
            save_calls(on_server, "after")
            assert on_server.check() == ()
        with pytest.raises(NotFound, match=r"holds no qa\.db that could be moved"):
            move_store(tmp_path)


def test_nothing_is_moved_into_a_database_that_is_in_use(
    tmp_path: Path, postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(tmp_path / "file") as on_file:
        save_calls(on_file, "call-1")
    with pytest.raises(StoreError, match="set QA_PIPELINE_DATABASE_URL"):
        move_store(tmp_path / "file")
    with postgresql_server.database() as url:
        monkeypatch.setenv("QA_PIPELINE_DATABASE_URL", url)
        with open_store(tmp_path / "server") as on_server:
            on_server.audit("me", "play", "x")
        with pytest.raises(StoreError, match="holds audit already; nothing was moved"):
            move_store(tmp_path / "file")
        database = Database(url)
        with database.read() as connection:
            assert connection.execute(select(metadata.tables["calls"])).all() == []
        database.close()
    assert (tmp_path / "file" / DATABASE_NAME).is_file()
