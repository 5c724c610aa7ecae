"""What can be wrong with one phrase."""

import re

from qa_pipeline.errors import PatternError
from qa_pipeline.rubric_files.problems import Findings
from qa_pipeline.rubric_files.yaml_tree import Place, YamlTree
from qa_pipeline.text.normalize import han_count, is_han
from qa_pipeline.text.pattern import parse_pattern

_SLOT = re.compile(r"\{[^{}]*\}")
_REGEX = re.compile(r"[\\|\[\]()^$*+]|\.[?{]|\.$")
_NO_SLOT = re.compile(r"\.?\{\d*,\d*\}")
FASTEST_MS_PER_CHAR = 60
"""Nobody speaks faster: 1,000 characters a minute."""


def words_of(phrase: str) -> str:
    """The phrase without its slots and gaps."""
    return _SLOT.sub("", phrase)


def check_phrase(phrase: str, tree: YamlTree, place: Place, entry: str, findings: Findings) -> None:
    """Notes why a phrase cannot be looked for, if so."""
    line = tree.line(place)
    shown = f"phrase {phrase!r}"
    if odd := _REGEX.search(words_of(phrase)) or _NO_SLOT.search(phrase):
        findings.error(
            line,
            entry,
            f"{shown} looks like a regular expression ({odd.group()!r})",
            "write the words; a gap is {0-12}, an alternative is another entry of any_of",
        )
        return
    if not any(map(is_han, words_of(phrase))):
        findings.error(line, entry, f"{shown} has no Han characters", "write the words to look for")
        return
    try:
        parse_pattern(phrase)
    except PatternError as error:
        findings.error(
            line,
            entry,
            f"{shown}: {error}",
            "known slots: {digits:3-6} {money} {date} {time} {name} {company}, a gap is {0-12}",
        )


def shortest_ms(phrase: str) -> int:
    """The least time that it takes to say a phrase."""
    return han_count(words_of(phrase)) * FASTEST_MS_PER_CHAR
