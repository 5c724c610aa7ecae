"""The utterances of a call as one row of characters, seen from one speaker's side."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.redact.figures import digit_of

SOFT, HARD = "\n", "\f"
"""Between two utterances of one speaker: a number may go on over SOFT, not over HARD."""

_MAX_PAUSE_MS = 20_000
_MAX_ASIDE = 10
_ASIDE = re.compile(r"[\s，。、,.?？!！]|[嗯哦呃啊好对是行哈]|您说|继续|好的|对的")


@dataclass(frozen=True, slots=True)
class View:
    """What one side said (`text`), and everything said in the order of time (`whole`).

    `to_whole[i]` is where character i of `text` stands in `whole`; `owners` gives for each
    character of `whole` its utterance's index (-1 between utterances), `places` its
    position there.
    """

    text: str
    to_whole: tuple[int, ...]
    whole: str
    owners: tuple[int, ...]
    places: tuple[int, ...]
    role: Role

    def before(self, start: int, length: int) -> str:
        """Up to `length` characters said by anyone before character `start` of `text`."""
        at = self.to_whole[start]
        return self.whole[max(0, at - length) : at]

    def own_position(self, whole: int, reach: int) -> int | None:
        """The first own character from that place of `whole` on, if it is near."""
        own = bisect_left(self.to_whole, whole)
        return own if own < len(self.to_whole) and self.to_whole[own] - whole <= reach else None

    def after(self, end: int, length: int) -> str:
        """Up to `length` characters of this side from character `end` on."""
        return self.text[end : end + length]


def views_of(utterances: Sequence[Utterance]) -> Iterator[View]:
    """One view for each role; where one channel holds both roles also all of it as one.

    There a number may have been torn apart by wrongly assigned roles.
    """
    roles = list(dict.fromkeys(u.role for u in utterances))
    for role in roles:
        yield _view(utterances, frozenset((role,)), role)
    if len(roles) > 1 and len({u.audio_channel for u in utterances}) == 1:
        yield _view(utterances, frozenset(roles), Role.UNKNOWN)


def _view(utterances: Sequence[Utterance], own: frozenset[Role], role: Role) -> View:
    whole: list[str] = []
    owners: list[int] = []
    places: list[int] = []
    text: list[str] = []
    to_whole: list[int] = []
    last: int | None = None
    for index, utterance in enumerate(utterances):
        if utterance.role in own:
            if last is not None:
                text.append(SOFT if _goes_on(utterances, last, index) else HARD)
                to_whole.append(len(whole) - 1)
            last = index
            text += utterance.text
            to_whole += range(len(whole), len(whole) + len(utterance.text))
        whole += utterance.text
        owners += [index] * len(utterance.text)
        places += range(len(utterance.text))
        whole.append(SOFT)
        owners.append(-1)
        places.append(0)
    return View(
        "".join(text), tuple(to_whole), "".join(whole), tuple(owners), tuple(places), role
    )  # fmt: skip


def _goes_on(utterances: Sequence[Utterance], last: int, index: int) -> bool:
    pause_ms = utterances[index].interval.start_ms - utterances[last].interval.end_ms
    between = "".join(u.text for u in utterances[last + 1 : index])
    return pause_ms <= _MAX_PAUSE_MS and is_aside(between)


def is_aside(text: str) -> bool:
    """Whether the text only accompanies a dictation: 嗯, 好的, 您说, the digits again."""
    rest = _ASIDE.sub("", "".join(c for c in text if digit_of(c) is None))
    return len(rest) <= _MAX_ASIDE
