"""Word lists of the behaviours and the metrics, as the centre keeps them in YAML."""

import hashlib
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from qa_pipeline.errors import RubricError
from qa_pipeline.text.normalize import han_count

_PATTERN = re.compile(r"(?:[^{}()|]|\{\d+-\d+\}|\([^{}()]+\))+")
_KEYS = {"lexicon", "title", "note", "entries", "unless"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """One list: `entries` count, except where one of `unless` covers the same place."""

    name: str
    title: str
    entries: tuple[str, ...]
    unless: tuple[str, ...] = ()


def rubrics_dir() -> Path:
    """The folder of the centre's rules: ./rubrics, else what the package carries."""
    for folder, lists in _folders():
        # asked several times a call: only where the folder is may be remembered
        if os.path.isdir(lists):
            return _resolved(os.getcwd(), folder)
    raise RubricError(
        "rubrics/lexicons: no such folder here or in the installed package; "
        "run in the project's folder or install the package again"
    )


@lru_cache(maxsize=1)
def _folders() -> tuple[tuple[str, str], ...]:
    """Where the rules may be, and the word lists of each."""
    package = Path(__file__).resolve().parents[1]
    folders = ("rubrics", f"{package}/_rubrics", f"{package.parent}/rubrics")
    return tuple((folder, f"{folder}/lexicons") for folder in folders)


@lru_cache(maxsize=64)
def _resolved(working_folder: str, folder: str) -> Path:
    return Path(working_folder, folder).resolve()


def lexicon(name: str) -> tuple[str, ...]:
    """The entries of one list (raises RubricError when it is missing or wrong)."""
    return read_lexicon(name).entries


def read_lexicon(name: str) -> Lexicon:
    """One list with its exceptions; read once per folder and process."""
    return _read(rubrics_dir() / "lexicons", name)


def readable_lexicons(rubrics: Path) -> tuple[Lexicon, ...]:
    """All lists of a rules folder but those that are wrong."""
    found = []
    for path in sorted((rubrics / "lexicons").glob("*.yaml")):
        with suppress(RubricError):
            found.append(_read(path.parent, path.stem))
    return tuple(found)


def lexicon_names() -> tuple[str, ...]:
    """The names of all lists that the centre keeps."""
    return tuple(sorted(p.stem for p in (rubrics_dir() / "lexicons").glob("*.yaml")))


def domain_words() -> tuple[str, ...]:
    """The centre's own words, the most important first; none where it keeps no such list."""
    return lexicon("domain_words") if "domain_words" in lexicon_names() else ()


def lexicons_digest() -> str:
    """SHA-256 over all lists: a changed word is a changed detector."""
    return _digest(rubrics_dir() / "lexicons")


@lru_cache(maxsize=8)
def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.yaml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@lru_cache(maxsize=256)
def _read(folder: Path, name: str) -> Lexicon:
    path = folder / f"{name}.yaml"
    where = f"lexicons/{name}.yaml"
    try:
        content = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=yaml.CSafeLoader)
    except FileNotFoundError:
        raise RubricError(f"{where}: no such lexicon; add the file or mend the name") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise RubricError(f"{where}: not readable YAML ({reason}); mend the file") from error
    problems = _problems_of(where, name, content)
    if problems:
        raise RubricError(problems)
    return Lexicon(
        name=name,
        title=str(content.get("title", name)),
        entries=tuple(content["entries"]),
        unless=tuple(content.get("unless", ())),
    )


def _problems_of(where: str, name: str, content: object) -> tuple[str, ...]:
    if not isinstance(content, dict):
        return (f"{where}: not a mapping; start with `lexicon: {name}`",)
    problems = [
        f"{where}: unknown key {key!r}; use one of {', '.join(sorted(_KEYS))}"
        for key in sorted(set(content) - _KEYS, key=str)
    ]
    if content.get("lexicon") != name:
        problems.append(f"{where}: `lexicon` must be {name!r}, the name of the file")
    if not content.get("entries"):
        problems.append(f"{where}: `entries` is empty; list at least one phrase")
    for key in ("entries", "unless"):
        listed = content.get(key) or []
        if not isinstance(listed, list):
            problems.append(f"{where}: `{key}` must be a list of phrases")
            continue
        problems += [
            f"{where}: {key}: {entry!r} holds no Han character; write the words"
            for entry in listed
            if not isinstance(entry, str) or han_count(entry) == 0
        ]
        problems += [
            f"{where}: {key}: {entry!r} is no pattern; write a gap as {{0-4}}, a choice as (你|您)"
            for entry in listed
            if isinstance(entry, str) and not _PATTERN.fullmatch(entry)
        ]
    return tuple(problems)
