"""How long the agent kept the floor, and which bids for it were ignored."""

from collections.abc import Iterator
from dataclasses import dataclass

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval, intersection, total_ms
from qa_pipeline.domain.metrics import Monologue
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.measure.talk import Talk
from qa_pipeline.measure.turns import Floor
from qa_pipeline.settings import MetricThresholds
from qa_pipeline.text.normalize import han_count
from qa_pipeline.text.spoken_text import spoken_text

_TALKED_OVER_MS = 200
_GOES_ON_MS = 500
_GOES_ON_WITHIN_MS = 1500
_GOES_ON_CHARS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    utterance: Utterance
    interval: Interval


def find_ignored_bids(talk: Talk, floor: Floor) -> tuple[Utterance, ...]:
    """The customer's bids after which the agent simply went on.

    Where overlap is known: the agent spoke during the bid and still does half a
    second after it. In the gap between two agent utterances (or without times):
    the next one starts at once, is long, and yields nothing (no 您说, no 好的,
    no question).
    """
    customer = spoken_text(talk.of(Role.CUSTOMER))
    bids = customer.ids_with("bid")
    yielding = spoken_text(talk.of(Role.AGENT)).ids_with("yielding", "question", "apology")
    return tuple(
        u
        for u in talk.of(Role.CUSTOMER)
        if u.utterance_id in bids
        and (_is_talked_over(u, talk) or _is_passed_over(u, talk, floor, yielding))
    )


def _is_talked_over(bid: Utterance, talk: Talk) -> bool:
    if not (talk.is_timed and talk.overlap_is_known):
        return False
    span, agent = talk.span(bid), talk.speech.get(Role.AGENT, ())
    if total_ms(intersection((span,), agent)) < _TALKED_OVER_MS:
        return False
    after = Interval(span.end_ms, span.end_ms + _GOES_ON_MS)
    return total_ms(intersection((after,), agent)) >= _GOES_ON_MS // 2


def _is_passed_over(bid: Utterance, talk: Talk, floor: Floor, yielding: frozenset[str]) -> bool:
    place = next((i for i, u in enumerate(floor.utterances) if u is bid), None)
    if place is None or place == 0 or place + 1 == len(floor.utterances):
        return False
    before, after = floor.utterances[place - 1], floor.utterances[place + 1]
    if before.role is not Role.AGENT or after.role is not Role.AGENT:
        return False
    pause_ms = talk.span(after).start_ms - talk.span(bid).end_ms
    return (
        pause_ms <= _GOES_ON_WITHIN_MS
        and han_count(after.text) >= _GOES_ON_CHARS
        and after.utterance_id not in yielding
    )


def find_monologues(
    talk: Talk, floor: Floor, ignored: tuple[Utterance, ...], thresholds: MetricThresholds
) -> tuple[Monologue, ...]:
    """Every stretch in which the agent kept the floor, in order.

    A pause over `turn_pause_ms` or a customer's utterance that is neither a
    backchannel nor an ignored bid ends it.
    """
    passed_over = {u.utterance_id for u in ignored}
    endings = tuple(
        talk.span(u)
        for u in floor.utterances
        if u.role is Role.CUSTOMER and u.utterance_id not in passed_over
    )
    floors: list[list[_Piece]] = []
    for piece in _pieces(talk, floor, endings):
        if floors and _goes_on(floors[-1], piece, endings, thresholds.turn_pause_ms):
            floors[-1].append(piece)
        else:
            floors.append([piece])
    return tuple(_monologue(pieces, ignored) for pieces in floors)


def _pieces(talk: Talk, floor: Floor, endings: tuple[Interval, ...]) -> Iterator[_Piece]:
    for utterance in floor.utterances:
        if utterance.role is not Role.AGENT:
            continue
        span = talk.span(utterance)
        start_ms = span.start_ms
        for ending in endings:
            if start_ms < ending.start_ms < span.end_ms:
                yield _Piece(utterance=utterance, interval=Interval(start_ms, ending.start_ms))
                start_ms = min(ending.end_ms, span.end_ms)
        if start_ms < span.end_ms:
            yield _Piece(utterance=utterance, interval=Interval(start_ms, span.end_ms))


def _goes_on(
    pieces: list[_Piece], after: _Piece, endings: tuple[Interval, ...], pause_ms: int
) -> bool:
    last = pieces[-1].interval
    if after.interval.start_ms - last.end_ms > pause_ms:
        return False
    return not any(last.start_ms <= e.start_ms <= after.interval.start_ms for e in endings)


def _monologue(pieces: list[_Piece], ignored: tuple[Utterance, ...]) -> Monologue:
    interval = Interval(pieces[0].interval.start_ms, max(p.interval.end_ms for p in pieces))
    return Monologue(
        interval=interval,
        utterance_ids=tuple(dict.fromkeys(p.utterance.utterance_id for p in pieces)),
        ignored_bid_ids=tuple(
            u.utterance_id
            for u in ignored
            if interval.start_ms <= u.interval.start_ms < interval.end_ms
        ),
    )
