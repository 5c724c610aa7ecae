"""Every test that uses `store`, or is marked `any_database`, runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_pipeline.store import CallStore, open_store
from tests.postgresql import Server

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_ALWAYS_ON_BOTH = ("test_search",)
"""Of the rest only the nightly tests (`-m slow`) do the second round."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    asked = "store" in metafunc.fixturenames or "any_database" in marks
    if not asked or "sqlite_only" in marks:
        return
    is_quick = metafunc.module.__name__.rpartition(".")[2] in _ALWAYS_ON_BOTH
    second = POSTGRESQL if is_quick else pytest.param(POSTGRESQL, marks=pytest.mark.slow)
    metafunc.parametrize("database", (SQLITE, second), indirect=True)


@pytest.fixture(autouse=True)
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Which database the test's workspaces have: `open_store` finds it by the environment."""
    kind = getattr(request, "param", SQLITE)
    if kind == SQLITE:
        monkeypatch.delenv("QA_PIPELINE_DATABASE_URL", raising=False)
        yield kind
        return
    server: Server = request.getfixturevalue("postgresql_server")
    with server.database() as url:
        monkeypatch.setenv("QA_PIPELINE_DATABASE_URL", url)
        yield kind


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CallStore]:
    with open_store(tmp_path) as opened:
        yield opened
