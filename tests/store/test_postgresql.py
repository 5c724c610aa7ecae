"""What is PostgreSQL's own: the rest of these tests runs on both databases."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from qa_pipeline.domain.case import CaseStatus
from qa_pipeline.errors import NotFound, StoreBusy, StoreError
from qa_pipeline.store import DATABASE_NAME, CallStore, open_store
from qa_pipeline.store.connection import Database
from qa_pipeline.store.postgresql_errors import friendly
from qa_pipeline.store.tables import metadata
from tests.postgresql import Server
from tests.store.samples import (
    DAY,
    a_case,
    a_review,
    a_task,
    check_upgraded,
    make_older,
    save_calls,
)

FILLED = ("audit", "case_verdicts", "reviews", "task_starts")
EMPTY = (
    *("gold_calls", "disputes", "dispute_rulings", "case_edits", "pair_choices"),
    *("training_entries", "quiz_attempts"),
)
PASSWORD = "p%40ss-word"


@pytest.fixture
def url(postgresql_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty database that workspaces are opened in."""
    with postgresql_server.database(empty=True) as made:
        monkeypatch.setenv("QA_PIPELINE_DATABASE_URL", made)
        yield made


@pytest.fixture
def server_store(
    postgresql_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CallStore]:
    with postgresql_server.database() as made:
        monkeypatch.setenv("QA_PIPELINE_DATABASE_URL", made)
        with open_store(tmp_path) as opened:
            yield opened


@pytest.mark.parametrize("older", ["r0001", "r0007", "r0008", "r0015"])
def test_an_older_schema_is_upgraded_with_its_rows(url: str, tmp_path: Path, older: str) -> None:
    make_older(url, older)
    check_upgraded(tmp_path, older)


def test_the_migrations_build_exactly_the_tables(server_store: CallStore) -> None:
    with server_store.database.read() as connection:
        opts = {"compare_type": True, "include_name": lambda name, *_: name != "spoken"}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("table", FILLED + EMPTY)
def test_no_program_can_change_what_was_said(server_store: CallStore, table: str) -> None:
    _everything_said(server_store)
    key = next(iter(metadata.tables[table].columns)).name
    changes = (f"UPDATE {table} SET {key} = {key}", f"DELETE FROM {table}")
    for change in (f"TRUNCATE {table} CASCADE", *(changes if table in FILLED else ())):
        with (
            pytest.raises(StoreError, match=f"{table}: rows are appended, never changed"),
            server_store.database.write("a change") as connection,
        ):
            connection.execute(text(change))
    with server_store.database.read() as connection:
        triggers = connection.scalars(
            text("SELECT tgname FROM pg_trigger WHERE tgrelid = CAST(:t AS regclass)"), {"t": table}
        )
        assert {f"{table}_no_{what}" for what in ("update", "delete", "truncate")} <= set(triggers)


def _everything_said(store: CallStore) -> None:
    save_calls(store, "call-1")
    store.save_plan(DAY, [a_task("call-1")])
    store.start_task(DAY, "me", "call-1")
    store.append_reviews([a_review("r1", "call-1")])
    store.save_candidates([a_case("c1", "call-1")])
    store.set_case_status("c1", CaseStatus.APPROVED)
    store.audit("me", "play", "call-1")


def test_check_names_what_is_missing(server_store: CallStore) -> None:
    assert server_store.check() == ()
    with server_store.database.write("harm") as connection:
        connection.execute(text("DROP TRIGGER reviews_no_delete ON reviews"))
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_no_update"))
        connection.execute(text("DROP TABLE clips"))
    problems = server_store.check()
    for words in ("trigger reviews_no_delete", "trigger audit_no_update", "table clips is missing"):
        assert any(words in problem for problem in problems), words
    assert len(problems) == 3


def test_texts_sort_by_bytes_and_keep_a_nul(server_store: CallStore) -> None:
    names = ["a", "B", "é", "一", "_", "Z", "10", "9", "Ａ"]
    save_calls(server_store, *names)
    assert server_store.call_ids() == tuple(sorted(names))
    server_store.audit("me", "play", "B", "before\0after")
    assert server_store.audit_log()[-1].detail == "before\0after"


def test_a_failed_statement_leaves_the_connection_usable(server_store: CallStore) -> None:
    for _ in range(3):
        with pytest.raises(StoreError, match="surrogates"):
            server_store.audit("me\udcff", "play", "x")
        server_store.audit("me", "play", "x")
    assert len(server_store.audit_log()) == 3


def test_a_read_sees_one_moment(server_store: CallStore) -> None:
    count = text("SELECT count(*) FROM audit")
    with server_store.database.read() as reader:
        before = reader.scalar(count)
        server_store.audit("me", "play", "x")
        assert reader.scalar(count) == before
    with (
        pytest.raises(StoreError, match="may only be read"),
        server_store.database.read() as reader,
    ):
        reader.execute(text("DELETE FROM runs"))


def test_a_backup_is_the_servers_own(server_store: CallStore, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="pg_dump"):
        server_store.backup(tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_a_database_that_sorts_by_a_language_is_refused(
    postgresql_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    latin = "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"
    postgresql_server.run(latin)
    monkeypatch.setenv("QA_PIPELINE_DATABASE_URL", postgresql_server.url("latin"))
    try:
        with pytest.raises(StoreError, match="createdb --template=template0"):
            open_store(tmp_path)
    finally:
        postgresql_server.run("DROP DATABASE latin WITH (FORCE)")


def test_an_empty_database_is_only_made_by_a_run(url: str, tmp_path: Path) -> None:
    assert url
    with pytest.raises(NotFound, match="is empty; run `qa-pipeline run` first"):
        open_store(tmp_path, create=False)


def test_a_workspace_has_one_database(
    server_store: CallStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server_store.call_ids() == ()
    monkeypatch.delenv("QA_PIPELINE_DATABASE_URL")
    with pytest.raises(StoreError, match="is on a PostgreSQL server; set QA_PIPELINE_DATABASE_URL"):
        open_store(tmp_path)
    with open_store(tmp_path / "other"):
        pass
    monkeypatch.setenv("QA_PIPELINE_DATABASE_URL", "postgresql://127.0.0.1/x")
    with pytest.raises(StoreError, match=f"holds {DATABASE_NAME}.*move the file away"):
        open_store(tmp_path / "other")


@pytest.mark.parametrize(
    "wrong",
    [
        f"mysql://me:{PASSWORD}@host/name",
        f"postgresql://me:{PASSWORD}@host:port/name",
        f"postgresql://me:{PASSWORD}@host",
        f"me:{PASSWORD}@host",
    ],
)
def test_a_url_that_is_none_is_refused_without_its_password(wrong: str) -> None:
    with pytest.raises(StoreError, match="none of a PostgreSQL database") as caught:
        Database(wrong)
    assert PASSWORD not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_server_that_is_away_is_named_without_the_password(tmp_path: Path) -> None:
    for place in (f"me:{PASSWORD}@127.0.0.1:1/qa", f"me:{PASSWORD}@/qa?host={tmp_path}"):
        database = Database(f"postgresql://{place}")
        with pytest.raises(StoreBusy, match="does not answer") as caught, database.read() as read:
            read.execute(text("SELECT 1"))
        assert "QA_PIPELINE_DATABASE_URL" in str(caught.value)
        for hidden in (PASSWORD, "p@ss-word", "me:"):
            assert hidden not in str(caught.value)
        database.close()


def test_a_missing_database_says_how_to_make_it(postgresql_server: Server) -> None:
    database = Database(postgresql_server.url("nowhere"))
    with (
        pytest.raises(StoreError, match=r"nowhere at .* does not exist; make it with `createdb"),
        database.read() as connection,
    ):
        connection.execute(text("SELECT 1"))
    database.close()


def test_a_restarted_server_costs_no_request(
    postgresql_server: Server, server_store: CallStore
) -> None:
    save_calls(server_store, "call-1")
    name = server_store.database.name.split()[2]
    postgresql_server.run(
        "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity"  # waits until it is gone
        f" WHERE datname = '{name}'"
    )
    assert server_store.call_ids() == ("call-1",)


@pytest.mark.parametrize(
    ("state", "words", "may_pass"),
    [
        ("28P01", "refuses user or password", False),
        ("53100", "the server's disk is full: nothing was saved", True),
        ("53300", "no free connection", True),
        ("40P01", "run again", True),
        ("40001", "run again", True),
        ("55P03", "stayed locked by another process", True),
        ("57P03", "is being started or stopped", True),
        ("25006", "name the main server, no standby", False),
        ("42501", "GRANT", False),
        ("XX001", "restore a backup", False),
        ("22003", "value out of range; nothing was saved", False),
    ],
)
def test_a_servers_error_says_what_to_do(state: str, words: str, may_pass: bool) -> None:
    error = friendly(
        Exception({"C": state, "M": "value out of range"}), "db qa", "nothing was saved"
    )
    assert words in str(error)
    assert isinstance(error, StoreBusy) is may_pass


def test_a_refusal_is_found_behind_a_connection_that_was_hung_up() -> None:
    hung_up = BrokenPipeError(32, "Broken pipe")
    hung_up.__context__ = Exception({"C": "3D000", "M": "database does not exist"})
    error = friendly(hung_up, "db qa", "nothing was read")
    assert str(error).startswith("db qa does not exist; make it with `createdb")


def test_a_url_of_a_server_needs_no_environment_to_be_shown(postgresql_server: Server) -> None:
    database = Database(f"postgresql://me:{PASSWORD}@db.example:6000/qa?sslmode=require")
    assert database.name == "PostgreSQL database qa at db.example:6000"
    assert PASSWORD not in repr(database.engine)
    assert os.fspath(postgresql_server.folder) in Database(postgresql_server.url("x")).name
    with pytest.raises(StoreError, match="sslmode is one of"):
        Database("postgresql://db.example/qa?sslmode=maybe")
