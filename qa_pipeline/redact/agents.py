"""What gives an agent away: the own name in the greeting, and the 工号.

Customers' pages keep both. What leaves for a training does not: a colleague's mistakes are
nobody's to laugh at.
"""

import re
from collections.abc import Iterator, Sequence

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.transcript import Transcript, Utterance
from qa_pipeline.redact.cue_words import BEFORE, Cue
from qa_pipeline.redact.cues import ends_of
from qa_pipeline.redact.figures import digit_of
from qa_pipeline.redact.names import NAME
from qa_pipeline.redact.spans import PersonalKind, PersonalSpan, Place
from qa_pipeline.redact.times import spoken_interval

_NICKNAME = r"[小老阿][一-鿿]|[一-鿿](?:工|姐|老师|经理)"
_INTRODUCED = re.compile(
    r"(?:我(?:的名字)?(?:是|叫)(?:客服|坐席|专员|顾问|经理)*|(?:客服|坐席|专员|顾问|经理)(?:专员|代表)?|姓名)"
    rf"(?P<name>{NAME}|{_NICKNAME})(?=$|[\s，。,.、！!；;]|工号|为您|很高兴|请问|的)"
)
_MOST_DIGITS, _REACH = 8, 6


def find_agents(transcript: Transcript, known: Sequence[str] = ()) -> tuple[PersonalSpan, ...]:
    """Where agents' names and 工号 are said, by anybody; `known` are names from the metadata.

    Kinds AGENT and STAFF; spans are ordered within an utterance and never overlap.
    """
    names = {*known, *_introduced(transcript.utterances)}
    return tuple(
        PersonalSpan(
            kind=place.kind,
            utterance_id=utterance.utterance_id,
            start=place.start,
            end=place.end,
            interval=spoken_interval(utterance, place.start, place.end),
        )
        for utterance in transcript.utterances
        for place in _places(utterance.text, names)
    )


def _introduced(utterances: Sequence[Utterance]) -> Iterator[str]:
    for utterance in utterances:
        if utterance.role is not Role.CUSTOMER:
            for found in _INTRODUCED.finditer(utterance.text):
                yield found["name"]


def _places(text: str, names: set[str]) -> tuple[Place, ...]:
    found = [
        Place(match.start(), match.end(), PersonalKind.AGENT)
        for name in names
        if len(name) > 1
        for match in re.finditer(re.escape(name), text)
    ]
    found += _staff_numbers(text)
    kept: list[Place] = []
    for place in sorted(found, key=lambda p: (p.start, -p.end)):
        if not kept or place.start >= kept[-1].end:
            kept.append(place)
    return tuple(kept)


def _staff_numbers(text: str) -> Iterator[Place]:
    for cue_end in ends_of(text, BEFORE[Cue.STAFF]):
        start = next(
            (
                at
                for at in range(cue_end, min(cue_end + _REACH, len(text)))
                if digit_of(text[at]) is not None
            ),
            None,
        )
        if start is not None:
            end = start
            while end < len(text) and end - start < _MOST_DIGITS and digit_of(text[end]):
                end += 1
            yield Place(start, end, PersonalKind.STAFF)
