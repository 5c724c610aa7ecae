from pathlib import Path

import pytest

from qa_pipeline.transcribe import Recognizer, load_recognizer


@pytest.fixture(scope="session")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def recognizer(models_dir: Path) -> Recognizer:
    return load_recognizer(None, models_dir)
