"""A copy of a Whisper model that knows only the words of a Mandarin call.

Whisper's vocabulary of 51,865 pieces is mostly other languages. Every step of the
decoder multiplies with all of them, which takes a third of its time and half of the
alignment's. The copy keeps the rows of Chinese, of broken characters, of digits and of
short latin pieces (every latin word can still be spelled), each with its weights
unchanged: what both models can write, both write alike.
"""

import hashlib
import json
import struct
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
import tokenizers
from numpy.typing import NDArray

from qa_pipeline.errors import ModelError

RECIPE = "1"
_SPECIAL = "<|"
_LONGEST_LATIN = 2
_LONGEST_NUMBER = 5
_ID_LISTS = ("lang_ids", "suppress_ids", "suppress_ids_begin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One array of a CTranslate2 binary, its bytes untouched."""

    name: str
    shape: tuple[int, ...]
    dtype: int
    data: bytes


def reduced_copy(
    folder: Path, weights_hash: str, models_dir: Path
) -> tuple[Path, tuple[int, ...]] | None:
    """The folder of the reduced copy, made once below `models_dir`, and the ids it keeps.

    None for a model that writes no Chinese. Raises ModelError when the model cannot be
    read or the copy cannot be written.
    """
    tokenizer = _tokenizer(folder / "tokenizer.json")
    if tokenizer.token_to_id("<|zh|>") is None:
        return None
    kept = mandarin_token_ids(tokenizer, len(_words(folder)))
    digest = hashlib.sha256(f"{RECIPE}|{weights_hash}|{kept}".encode()).hexdigest()
    target = models_dir / "mandarin" / digest[:16]
    try:
        if not target.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=target.parent) as unfinished:
                made = Path(unfinished) / target.name
                made.mkdir()
                write_reduced(folder, kept, made)
                _put_in_place(made, target)
    except OSError as error:
        raise ModelError(
            f"{target}: the model's Mandarin copy cannot be written "
            f"({error.strerror or error}); make room or choose another --workspace"
        ) from error
    return target, kept


def mandarin_token_ids(tokenizer: tokenizers.Tokenizer, size: int) -> tuple[int, ...]:
    """The ids, ascending, that a Mandarin transcript may need; `size` is the model's own count."""
    spelled = _bytes_of_letters()
    kept = []
    for token_id in range(size):
        piece = tokenizer.id_to_token(token_id)
        if piece is None:
            continue
        if piece.startswith(_SPECIAL):
            # Times are read from the alignment, so no time token is ever written.
            keep = not piece[2:3].isdigit()
        else:
            keep = _is_needed(bytes(spelled[letter] for letter in piece))
        if keep:
            kept.append(token_id)
    return tuple(kept)


def write_reduced(folder: Path, kept: Sequence[int], target: Path) -> None:
    """Write to `target` the model of `folder` with only the kept rows of its vocabulary.

    Raises ModelError where the binary is not laid out as CTranslate2 lays out a Whisper.
    """
    words = _words(folder)
    new_ids = {old: new for new, old in enumerate(kept)}
    config = json.loads((folder / "config.json").read_text("utf-8"))
    for name in _ID_LISTS:
        config[name] = [new_ids[i] for i in config.get(name, ()) if i in new_ids]
    (target / "config.json").write_text(json.dumps(config), "utf-8")
    (target / "vocabulary.json").write_text(
        json.dumps([words[i] for i in kept], ensure_ascii=False), "utf-8"
    )
    with (folder / "model.bin").open("rb") as source, (target / "model.bin").open("wb") as made:
        try:
            n_changed = _copy(source, made, len(words), np.asarray(kept))
        except (struct.error, ValueError, UnicodeDecodeError) as error:
            raise ModelError(f"{folder}: model.bin cannot be read ({error})") from error
    if n_changed == 0:
        raise ModelError(f"{folder}: model.bin holds no embeddings of {len(words)} words")


def _tokenizer(path: Path) -> tokenizers.Tokenizer:
    try:
        content = path.read_text("utf-8")
        whole = "model" in json.loads(content)
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: not a tokenizer ({error}); copy the model again") from error
    if not whole:
        raise ModelError(f"{path}: not a tokenizer (no model in it); copy the model again")
    return tokenizers.Tokenizer.from_str(content)


def _put_in_place(made: Path, target: Path) -> None:
    try:
        made.rename(target)
    except OSError:
        # Another process was quicker; its copy has the same bytes.
        if not (target / "model.bin").is_file():
            raise


def _is_needed(piece: bytes) -> bool:
    try:
        text = piece.decode()
    except UnicodeDecodeError:
        return True
    plain = text.strip()
    if text.isascii():
        return len(text) <= (_LONGEST_NUMBER if plain.isdigit() else _LONGEST_LATIN)
    return all(_is_chinese(letter) for letter in plain)


def _is_chinese(letter: str) -> bool:
    code = ord(letter)
    return (
        0x4E00 <= code <= 0x9FFF
        or 0x3000 <= code <= 0x303F
        or 0xFF00 <= code <= 0xFFEF
        or 0x2010 <= code <= 0x2026
        or letter == "·"
    )


def _bytes_of_letters() -> dict[str, int]:
    """The byte behind each letter of a byte-level vocabulary (GPT-2's table)."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    other = [byte for byte in range(256) if byte not in set(plain)]
    letters = {chr(byte): byte for byte in plain}
    return letters | {chr(256 + index): byte for index, byte in enumerate(other)}


def _words(folder: Path) -> list[str]:
    as_json = folder / "vocabulary.json"
    if as_json.is_file():
        words: list[str] = json.loads(as_json.read_text("utf-8"))
        return words
    # Not splitlines(): some of the words are themselves exotic line ends.
    return (folder / "vocabulary.txt").read_text("utf-8").removesuffix("\n").split("\n")


def _copy(source: BinaryIO, made: BinaryIO, size: int, kept: NDArray[np.int64]) -> int:
    # The header: uint32 binary version, name of the spec, uint32 revision.
    version = source.read(4)
    spec = _read_name(source)
    made.write(version + _name_bytes(spec) + source.read(4))
    changed = 0
    count = source.read(4)
    made.write(count)
    for variable in _variables(source, *struct.unpack("<I", count)):
        is_words = variable.name.startswith(("decoder/embeddings/", "decoder/projection/"))
        if is_words and variable.shape and variable.shape[0] == size:
            changed += 1
            made.write(_packed(_with_rows(variable, kept)))
        else:
            made.write(_packed(variable))
    made.write(source.read())  # the aliases, by name, stay true
    return changed


def _variables(source: BinaryIO, count: int) -> Iterator[Variable]:
    for _ in range(count):
        name = _read_name(source)
        (rank,) = struct.unpack("<B", source.read(1))
        shape = struct.unpack(f"<{rank}I", source.read(4 * rank))
        dtype, n_bytes = struct.unpack("<BI", source.read(5))
        yield Variable(name=name, shape=shape, dtype=dtype, data=source.read(n_bytes))


def _with_rows(variable: Variable, kept: NDArray[np.int64]) -> Variable:
    rows = np.frombuffer(variable.data, np.uint8).reshape(variable.shape[0], -1)[kept]
    shape = (len(kept), *variable.shape[1:])
    return Variable(name=variable.name, shape=shape, dtype=variable.dtype, data=rows.tobytes())


def _packed(variable: Variable) -> bytes:
    out = BytesIO()
    out.write(_name_bytes(variable.name))
    out.write(struct.pack(f"<B{len(variable.shape)}I", len(variable.shape), *variable.shape))
    out.write(struct.pack("<BI", variable.dtype, len(variable.data)))
    out.write(variable.data)
    return out.getvalue()


def _read_name(source: BinaryIO) -> str:
    (length,) = struct.unpack("<H", source.read(2))
    return source.read(length).rstrip(b"\0").decode("ascii")


def _name_bytes(name: str) -> bytes:
    ended = name.encode("ascii") + b"\0"
    return struct.pack("<H", len(ended)) + ended
