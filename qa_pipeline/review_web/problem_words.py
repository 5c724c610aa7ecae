"""What `rubric check` says, in the centre's Chinese: by the sentence's own wording."""

import re
from functools import cache
from pathlib import Path

import yaml

_PLACE = re.compile(r"\\\{(\w+)\\\}")


def in_chinese(text: str) -> str:
    """The sentence in Chinese; as it is where nobody wrote a translation."""
    for pattern, chinese in _sentences():
        if found := pattern.fullmatch(text):
            given = {name: in_chinese(word) for name, word in found.groupdict().items()}
            return chinese.format(**given)
    return text


@cache
def _sentences() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The English sentences as patterns, those with fewer places first."""
    path = Path(__file__).with_name("problems_zh.yaml")
    entries: dict[str, str] = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    ordered = sorted(entries, key=lambda text: (text.count("{"), -len(text)))
    return tuple((_pattern(text), entries[text]) for text in ordered)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(text)), re.DOTALL)
