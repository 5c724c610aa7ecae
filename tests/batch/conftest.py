from pathlib import Path

import pytest

from tests.batch.workplace import Workplace, copy_rubrics


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """An empty workplace; the rubrics are its own copy, so nobody changes them meanwhile."""
    copy_rubrics(tmp_path)
    monkeypatch.chdir(tmp_path)
    found = Workplace(root=tmp_path)
    found.recordings.mkdir()
    return found


@pytest.fixture
def ring_back() -> Path:
    """A sample in which nobody speaks: quick to decode."""
    return Path(__file__).parents[2] / "data_samples" / "13_ring_back_only.wav"
