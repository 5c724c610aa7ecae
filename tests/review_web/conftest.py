from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa_pipeline.store import CallStore, open_store
from tests.review_web.desk import browse


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CallStore]:
    with open_store(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def web(store: CallStore, tmp_path: Path) -> Iterator[TestClient]:
    with browse(store, tmp_path / "workspace") as client:
        yield client
