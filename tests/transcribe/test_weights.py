import hashlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qa_pipeline.errors import ModelError
from qa_pipeline.transcribe.hub import download_from_hub
from qa_pipeline.transcribe.weights import (
    EMBEDDED_SHA256,
    check_model_folder,
    embedded_model_is_there,
    prepare_model,
)


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    models = tmp_path_factory.mktemp("models")
    with ThreadPoolExecutor(2) as racers:
        found = list(racers.map(lambda _: prepare_model(None, models), range(2)))
    assert found[0] == found[1]
    return found[0].path


def write_model(folder: Path, spec: bytes = b"WhisperSpec\0", config: str = "{}") -> Path:
    folder.mkdir()
    head = (6).to_bytes(4, "little") + len(spec).to_bytes(2, "little") + spec
    (folder / "model.bin").write_bytes(head + bytes(2 << 20))
    (folder / "config.json").write_text(config)
    (folder / "tokenizer.json").write_text("{}")
    (folder / "vocabulary.txt").write_text("a")
    return folder


def test_the_embedded_packages_are_complete() -> None:
    embedded_model_is_there()


def test_two_processes_join_the_same_model(joined: Path) -> None:
    with (joined / "model.bin").open("rb") as model:
        assert hashlib.file_digest(model, "sha256").hexdigest() == EMBEDDED_SHA256
    assert sorted(p.name for p in joined.iterdir()) == [
        "config.json",
        "model.bin",
        "model.bin.sha256",
        "tokenizer.json",
        "vocabulary.txt",
    ]


def test_a_joined_model_is_not_joined_again(joined: Path) -> None:
    before = (joined / "model.bin").stat().st_mtime_ns
    files = prepare_model(None, joined.parent)
    assert (files.path, files.weights_hash) == (joined, EMBEDDED_SHA256)
    assert (joined / "model.bin").stat().st_mtime_ns == before


def test_a_model_cut_short_is_joined_again(joined: Path) -> None:
    with (joined / "model.bin").open("r+b") as model:
        model.truncate(1000)
    prepare_model(None, joined.parent)
    assert (joined / "model.bin").stat().st_size == 145_217_532


def test_a_folder_with_the_model_is_taken_as_it_is(joined: Path, tmp_path: Path) -> None:
    files = prepare_model(str(joined), tmp_path)
    assert (files.path, files.weights_hash) == (joined, EMBEDDED_SHA256)
    assert prepare_model(str(joined), tmp_path) == files


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.txt"])
def test_an_incomplete_folder_names_what_is_missing(tmp_path: Path, name: str) -> None:
    folder = write_model(tmp_path / "model")
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name):
        prepare_model(str(folder), tmp_path)


def test_a_model_of_another_architecture_is_refused(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model", spec=b"TransformerSpec\0")
    with pytest.raises(ModelError, match=r"not a Whisper model .*TransformerSpec"):
        check_model_folder(folder)


def test_a_broken_config_is_refused(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model", config="not json")
    with pytest.raises(ModelError, match=r"config\.json is not JSON"):
        check_model_folder(folder)


def test_a_whisper_folder_is_told_by_its_header(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model", config=json.dumps({"alignment_heads": []}))
    check_model_folder(folder)
    first = prepare_model(str(folder), tmp_path).weights_hash
    with (folder / "model.bin").open("ab") as model:
        model.write(b"more")
    assert prepare_model(str(folder), tmp_path).weights_hash != first


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model folder"):
        prepare_model(str(tmp_path / "nothing"), tmp_path)


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"huge: .*small.*large-v3-turbo"):
        prepare_model("huge", tmp_path)


def test_without_a_hub_the_two_ways_out_are_named_at_once(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(ModelError, match=r"small: .*Either give --model a folder.*or download"):
        download_from_hub("small", tmp_path, endpoint="http://127.0.0.1:9")
    assert time.monotonic() - started < 10
