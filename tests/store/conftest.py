from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_pipeline.store import CallStore, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CallStore]:
    with open_store(tmp_path) as opened:
        yield opened
