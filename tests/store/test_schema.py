import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select

from qa_pipeline.errors import NotFound, StoreError
from qa_pipeline.store import DATABASE_NAME, CallStore, open_store
from qa_pipeline.store.connection import Database
from qa_pipeline.store.schema import HEAD, REVISIONS, revision_of, run_migrations
from qa_pipeline.store.tables import metadata, recordings
from tests.store.samples import check_upgraded, make_older, save_calls


def _is_plain_table(name: str | None, kind: str, _parents: object) -> bool:
    """The full-text index keeps its words in tables of its own."""
    return kind != "table" or name is None or name.split("_")[0] != "spoken"


def test_the_migrations_build_exactly_the_tables(store: CallStore) -> None:
    with store.database.read() as connection:
        opts = {"compare_type": True, "include_name": _is_plain_table}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []
    assert store.check() == ()


def test_every_revision_is_registered_in_order() -> None:
    import qa_pipeline.store.migrations as package

    scripts = ScriptDirectory(str(Path(package.__file__ or "").parent))
    walked = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(walked)) == REVISIONS


def test_a_new_workspace_is_made_with_its_parents(tmp_path: Path) -> None:
    folder = tmp_path / "质检 100% #1" / "workspace"
    with open_store(folder) as store:
        assert (store.upgraded_from, store.schema_revision()) == (None, HEAD)
    with open_store(folder, create=False) as store:
        assert store.upgraded_from == HEAD
    assert [path.name for path in folder.iterdir()] == [DATABASE_NAME]


@pytest.mark.parametrize("older", REVISIONS[:-1])
def test_an_older_schema_is_upgraded_with_its_rows(tmp_path: Path, older: str) -> None:
    make_older(tmp_path / DATABASE_NAME, older)
    check_upgraded(tmp_path, older)


def test_an_upgrade_that_fails_leaves_the_old_schema(tmp_path: Path) -> None:
    database = Database(tmp_path / DATABASE_NAME)
    with database.write("an older database") as connection:
        run_migrations(connection, REVISIONS[0])
        connection.exec_driver_sql("CREATE TABLE reviews (in_the_way TEXT)")
    with pytest.raises(StoreError, match="nothing of the schema upgrade was saved"):
        open_store(tmp_path)
    with database.read() as connection:
        assert revision_of(connection, database.name) == REVISIONS[0]
        assert connection.execute(select(recordings)).all() == []
    database.close()


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as plain, plain:
        plain.execute("UPDATE alembic_version SET version_num = 'r9999'")
    with pytest.raises(StoreError, match=r"qa\.db was written by a newer qa-pipeline.*r9999"):
        open_store(tmp_path)


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as plain, plain:
        plain.execute("CREATE TABLE bookmarks (url TEXT)")
    before = (tmp_path / DATABASE_NAME).read_bytes()
    with pytest.raises(StoreError, match=r"qa\.db is a database of another program"):
        open_store(tmp_path)
    assert (tmp_path / DATABASE_NAME).read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / DATABASE_NAME).write_text("my notes\n" * 1000)
    with pytest.raises(StoreError, match=r"qa\.db is not a database; move it away"):
        open_store(tmp_path)
    assert (tmp_path / DATABASE_NAME).read_text() == "my notes\n" * 1000


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        save_calls(store, "call-1", "call-2")
    path = tmp_path / DATABASE_NAME
    data = bytearray(path.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"qa\.db is damaged.*restore a backup"):
        open_store(tmp_path).judged_call("call-1")


def test_a_workspace_that_is_missing_or_no_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"nowhere holds no qa\.db"):
        open_store(tmp_path / "nowhere", create=False)
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="file cannot be used as workspace"):
        open_store(tmp_path / "file")
    (tmp_path / "odd" / DATABASE_NAME).mkdir(parents=True)
    with pytest.raises(StoreError, match=r"qa\.db cannot be opened"):
        open_store(tmp_path / "odd")


@pytest.mark.sqlite_only
def test_a_database_that_may_not_be_written_is_named(store: CallStore) -> None:
    with store.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.rollback()
    with pytest.raises(StoreError, match=r"qa\.db may not be written; nothing of call-1\.wav"):
        save_calls(store, "call-1")


def test_opening_a_current_database_does_not_load_alembic(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    code = (
        "import sys, pathlib; from qa_pipeline.store import open_store;"
        "open_store(pathlib.Path(sys.argv[1])).close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 0
