"""Where a workspace's database is: a file in it, or a PostgreSQL server."""

from pathlib import Path

from sqlalchemy import inspect

from qa_pipeline.errors import NotFound, StoreError
from qa_pipeline.store.connection import Database

DATABASE_NAME = "qa.db"
ELSEWHERE_NAME = "qa.db.elsewhere"
"""Says in a workspace that its database is on a server: a forgotten variable makes no second one"""


def place_of(workspace: Path, url: str | None, *, create: bool) -> Path | str:
    """The file, or the server's URL.

    With `create` the workspace's folder is made. NotFound where nothing was run
    yet, StoreError where the folder cannot be used or its database is the other one.
    """
    if create:
        _make(workspace)
    path, elsewhere = workspace / DATABASE_NAME, workspace / ELSEWHERE_NAME
    if url is not None:
        if path.exists():
            raise StoreError(
                f"{workspace} holds {DATABASE_NAME}, and QA_PIPELINE_DATABASE_URL names another"
                " database; move the file away or unset the variable"
            )
        if create and not elsewhere.exists():
            mark_elsewhere(workspace)
        return url
    if elsewhere.exists():
        raise StoreError(
            f"the database of {workspace} is on a PostgreSQL server; set"
            f" QA_PIPELINE_DATABASE_URL, or remove {elsewhere} to begin a new file"
        )
    if not create and not path.is_file():
        raise NotFound(
            f"{workspace} holds no {DATABASE_NAME}; run `qa-pipeline run` first or give the"
            " right folder with --workspace"
        )
    return path


def mark_elsewhere(workspace: Path) -> None:
    """Note in the workspace that its database is on a server; StoreError where it cannot."""
    try:
        (workspace / ELSEWHERE_NAME).write_text("see QA_PIPELINE_DATABASE_URL\n", encoding="utf-8")
    except OSError as error:
        raise _unusable(workspace, error) from error


def check_schema(database: Database) -> None:
    """NotFound where a server's database is still empty."""
    if database.path is not None:
        return
    with database.read() as connection:
        if not inspect(connection).get_table_names():
            raise NotFound(f"{database.name} is empty; run `qa-pipeline run` first")


def _make(workspace: Path) -> None:
    try:
        workspace.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(workspace, error) from error


def _unusable(workspace: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{workspace} cannot be used as workspace: {error.strerror}; give another folder"
        " with --workspace"
    )
