"""What the behaviours look at: turns, what was heard in them, and who started it."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median, quantiles

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.meanings import Meanings, meanings_of
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.audio_quality import QualityVerdict
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Evidence
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.metrics import ConversationMetrics, Turn
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.text.echoes import echo_ids
from qa_pipeline.text.normalize import han_count, normalize
from qa_pipeline.text.spoken_text import LexiconHit, SpokenText, spoken_text

_MIN_CONFIDENCE = 0.35
_MIN_HAN_SHARE = 0.5
_SHOUTING_DB = 8.0
_RAISED_DB, _RAISED_ST = 5.0, 2.0
_ENOUGH_UTTERANCES, _VOICED_CHARS = 4, 4
_SAID_AGAIN = re.compile(
    "第[三四五六七八九十几]次(?=打|说|问|来|找|投诉|反映|报|跟|了)|(?<=[说讲问报打])[了过]?"
    "(?:[三四五六七八九十几]|好几|多少|无数)[遍次]|再[跟和给]?[你您]?[说讲]一[遍次]"
)
_LONG_UTTERANCE_MS = 15_000
_CONTEXT_MS = 1500
_LONGEST_QUOTE = 60


class _Turns:
    """Some turns in the order of the call, and which of them are before or after another.

    Their intervals are kept as plain numbers: they are searched hundreds of times a call.
    """

    def __init__(self, turns: Iterable[Turn]) -> None:
        self.turns = tuple(turns)
        self._bounds = [_bounds(turn) for turn in self.turns]
        # who talks at the same time as oneself may break the order
        self._is_sorted = all(one <= other for one, other in pairwise(self._bounds))

    def before(self, turn: Turn) -> tuple[Turn, ...]:
        place = _bounds(turn)
        if self._is_sorted:
            return self.turns[: bisect_left(self._bounds, place)]
        return tuple(t for t, own in zip(self.turns, self._bounds, strict=True) if own < place)

    def after(self, turn: Turn) -> tuple[Turn, ...]:
        place = _bounds(turn)
        if self._is_sorted:
            return self.turns[bisect_right(self._bounds, place) :]
        return tuple(t for t, own in zip(self.turns, self._bounds, strict=True) if own > place)


def _bounds(turn: Turn) -> tuple[int, int]:
    return turn.interval.start_ms, turn.interval.end_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One call as its turns and searchable words; echoes of the other side left out."""

    metrics: ConversationMetrics
    turns: tuple[Turn, ...]
    by_id: dict[str, Utterance]
    agent: SpokenText
    customer: SpokenText
    loudness_db: dict[str, float]
    pitch_st: dict[str, float]
    is_timed: bool
    voice_is_measurable: bool
    speech: Mapping[Role, tuple[Interval, ...]]
    meanings: Meanings | None = None
    _hits: dict[tuple[Role, tuple[str, ...]], Mapping[str, tuple[LexiconHit, ...]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _texts: dict[tuple[str, ...], tuple[str, int]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _sides: dict[tuple[Role, bool], _Turns] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def text(self, turn: Turn) -> str:
        return self._said(turn)[0]

    def chars(self, turn: Turn) -> int:
        return self._said(turn)[1]

    def _said(self, turn: Turn) -> tuple[str, int]:
        known = self._texts.get(turn.utterance_ids)
        if known is None:
            text = "".join(self.by_id[i].text for i in turn.utterance_ids if i in self.by_id)
            known = self._texts[turn.utterance_ids] = text, han_count(text)
        return known

    def turns_of(self, role: Role) -> tuple[Turn, ...]:
        return self._side(role).turns

    def _side(self, role: Role, *, is_own: bool = True) -> _Turns:
        """The turns of the role, or of all others."""
        if (role, is_own) not in self._sides:
            side = _Turns(turn for turn in self.turns if (turn.role is role) == is_own)
            self._sides[role, is_own] = side
        return self._sides[role, is_own]

    def hits_in(self, turn: Turn, *names: str) -> tuple[LexiconHit, ...]:
        """What was heard of these lexicons in one turn, in order."""
        key = (turn.role, names)
        heard = self._hits.get(key)
        if heard is None:
            said = self.agent if turn.role is Role.AGENT else self.customer
            heard = {}
            for hit in said.find_any(*names):
                heard[hit.utterance_id] = (*heard.get(hit.utterance_id, ()), hit)
            self._hits[key] = heard
        if len(turn.utterance_ids) == 1:
            return heard.get(turn.utterance_ids[0], ())
        return tuple(hit for i in turn.utterance_ids for hit in heard.get(i, ()))

    def before(self, turn: Turn) -> Turn | None:
        """The turn of the other side that this one answers."""
        earlier = self._side(turn.role, is_own=False).before(turn)
        return earlier[-1] if earlier else None

    def after(self, turn: Turn) -> Turn | None:
        """The other side's answer to this turn."""
        later = self._side(turn.role, is_own=False).after(turn)
        return later[0] if later else None

    def last_before(self, turn: Turn, role: Role, count: int) -> tuple[Turn, ...]:
        """The role's last turns before this one, at most `count`."""
        return self._side(role).before(turn)[-count:]

    def cite(
        self, hit: LexiconHit, reason: str, weight: float = 1.0, role: Role = Role.AGENT
    ) -> Evidence:
        """Evidence for a place where something was heard: the utterance it stands in."""
        utterance = self.by_id[hit.utterance_id]
        return self._evidence(utterance, hit.interval, reason, weight, role)

    def cite_utterance(self, utterance_id: str, reason: str, weight: float = 1.0) -> Evidence:
        """Evidence for a whole utterance."""
        utterance = self.by_id[utterance_id]
        return self._evidence(utterance, utterance.interval, reason, weight, utterance.role)

    def cite_turn(self, turn: Turn, reason: str, weight: float = 1.0) -> Evidence:
        """Evidence for a whole turn."""
        return Evidence(
            interval=turn.interval,
            role=turn.role,
            quote=shorten(self.text(turn)),
            reason=reason,
            weight=weight,
            estimated=not self.is_timed,
        )

    def _evidence(
        self, utterance: Utterance, place: Interval, reason: str, weight: float, role: Role
    ) -> Evidence:
        interval, quote = utterance.interval, utterance.text.strip()
        if interval.duration_ms > _LONG_UTTERANCE_MS:
            near = place.padded(_CONTEXT_MS, _CONTEXT_MS)
            interval = Interval(
                max(interval.start_ms, near.start_ms), min(interval.end_ms, near.end_ms)
            )
            share = utterance.interval.duration_ms or 1
            first = (interval.start_ms - utterance.interval.start_ms) * len(quote) // share
            last = (interval.end_ms - utterance.interval.start_ms) * len(quote) // share
            quote = f"…{quote[first : last + 1]}…"
        return Evidence(
            interval=interval,
            role=role,
            quote=shorten(quote),
            reason=reason,
            weight=weight,
            estimated=not self.is_timed,
        )


def conversation_of(context: DetectionContext) -> Conversation:
    """Prepare one call for the behaviours; made once a call."""
    return context.shared("conversation", lambda: _prepare(context.call))


def _prepare(call: AnalyzedCall) -> Conversation:
    loudness = {p.utterance_id: p.loudness_db for p in call.prosody if p.loudness_db is not None}
    is_timed = not call.transcript.times_are_estimated
    judged = call.transcript.judged_utterances
    echoes = echo_ids(judged, loudness) if is_timed else frozenset()
    kept = tuple(u for u in judged if u.utterance_id not in echoes)
    quality = call.quality
    return Conversation(
        metrics=call.metrics,
        turns=call.metrics.turns,
        by_id={u.utterance_id: u for u in kept},
        agent=spoken_text([u for u in kept if u.role is Role.AGENT]),
        customer=spoken_text([u for u in kept if u.role is Role.CUSTOMER]),
        loudness_db=loudness,
        pitch_st={
            p.utterance_id: p.pitch_median_st for p in call.prosody if p.pitch_median_st is not None
        },
        is_timed=is_timed,
        voice_is_measurable=quality is not None and quality.verdict is QualityVerdict.MEASURABLE,
        speech=call.split.speech,
        meanings=meanings_of(kept, call.embeddings),
    )


def why_not_judged(context: DetectionContext) -> str | None:
    """Why no behaviour can be judged in this call; None when it can.

    Unknown roles, unfit sound, another language, or a transcript that the
    recognizer itself doubts. The text is for inspectors.
    """
    because = context.why_not_judgeable(Role.AGENT)
    if because is not None:
        return because
    agent = context.call.utterances_of(Role.AGENT)
    heard = "".join(normalize(u.text) for u in agent)
    if not heard:
        return "坐席没有说话"
    if han_count(heard) < _MIN_HAN_SHARE * len(heard):
        return "通话内容不是中文"
    lengths = [max(1, len(u.text)) for u in agent]
    confidence = sum(u.confidence * length for u, length in zip(agent, lengths, strict=True)) / sum(
        lengths
    )
    if confidence < _MIN_CONFIDENCE:
        return f"转写不可靠：平均置信度{confidence:.2f}"
    return None


def who_started_it(talk: Conversation, first: Interval) -> tuple[Evidence, ...]:
    """The customer's insults, shouting and third repetitions before the behaviour began."""
    found = [
        talk.cite(hit, f"客户先出言不逊：“{hit.quote}”", role=Role.CUSTOMER)
        for hit in talk.customer.find_any("customer_insult", "customer_attack")
    ]
    customers = {u.utterance_id: u for u in talk.customer.utterances}
    again = {i: "客户第三次重复同一要求" for i in talk.metrics.repeated_ids if i in customers}
    for utterance_id, utterance in customers.items():
        told = _SAID_AGAIN.search(normalize(utterance.text))
        if told is not None:
            again.setdefault(utterance_id, f"客户说自己已多次反映：“{told[0]}”")
    found += [talk.cite_utterance(i, reason) for i, reason in again.items()]
    found += [talk.cite_utterance(i, reason) for i, reason in _shouts(talk).items()]
    return _earlier(found, first)


def _shouts(talk: Conversation) -> dict[str, str]:
    """The customer's utterances far above their own voice, and why, in order.

    Much louder than usual, or louder and higher than the calmer quarter of what they say:
    who shouts from the first word on has no usual voice to compare with.
    """
    if not talk.voice_is_measurable:
        return {}
    spoken = [u for u in talk.customer.utterances if han_count(u.text) >= _VOICED_CHARS]
    loud = {i: talk.loudness_db[i] for u in spoken if (i := u.utterance_id) in talk.loudness_db}
    high = {i: talk.pitch_st[i] for u in spoken if (i := u.utterance_id) in talk.pitch_st}
    if len(loud) < _ENOUGH_UTTERANCES:
        return {}
    usual, calm = median(loud.values()), quantiles(loud.values(), n=4)[0]
    low = quantiles(high.values(), n=4)[0] if len(high) >= _ENOUGH_UTTERANCES else None
    found = {}
    for i, level in loud.items():
        is_raised = low is not None and high.get(i, low) - low >= _RAISED_ST
        if level - usual >= _SHOUTING_DB:
            found[i] = f"客户大声喊叫：比自己平时高{level - usual:.0f}分贝"
        elif is_raised and level - calm >= _RAISED_DB:
            found[i] = f"客户提高嗓门：比自己平静时高{level - calm:.0f}分贝，音调也升高"
    return found


def _earlier(found: Iterable[Evidence], first: Interval) -> tuple[Evidence, ...]:
    return tuple(
        sorted(
            (e for e in found if e.interval.start_ms < first.start_ms),
            key=lambda e: e.interval,
        )
    )


def shorten(text: str) -> str:
    """The text for a quote, cut where it is long."""
    stripped = text.strip()
    return stripped if len(stripped) <= _LONGEST_QUOTE else stripped[: _LONGEST_QUOTE - 1] + "…"
