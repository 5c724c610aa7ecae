"""What every test shares."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.flows.starting import FirstStart, first_start_in
from tests.postgresql import Server, started, why_no_server

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> FirstStart:
    """The one server of the session for which Prefect migrates a database: that takes seconds."""
    base = tmp_path_factory.getbasetemp()
    return first_start_in(base if worker_id == "master" else base.parent)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """A PostgreSQL server for the session; skips where there is none to start."""
    if reason := why_no_server():
        pytest.skip(reason)
    with started() as server:
        yield server
