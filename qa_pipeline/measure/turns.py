"""Turns, backchannels and bids for the floor."""

from dataclasses import dataclass

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval, total_ms
from qa_pipeline.domain.metrics import Turn
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.measure.talk import Talk
from qa_pipeline.settings import MetricThresholds
from qa_pipeline.text.acknowledgements import is_acknowledgement_only
from qa_pipeline.text.normalize import han_count


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What was said without the backchannels, in order, and the turns it makes."""

    utterances: tuple[Utterance, ...]
    turns: tuple[Turn, ...]


def is_backchannel(utterance: Utterance, talk: Talk, thresholds: MetricThresholds) -> bool:
    """Whether it only says "I hear you": under 4 字, acknowledgement words, at most 1 s."""
    if han_count(utterance.text) > thresholds.backchannel_max_chars:
        return False
    if not is_acknowledgement_only(utterance.text):
        return False
    return not talk.is_timed or total_ms(talk.spoken(utterance)) <= thresholds.backchannel_max_ms


def find_floor(talk: Talk, thresholds: MetricThresholds) -> Floor:
    """Leave the backchannels out and join the rest to turns.

    A turn ends with a pause of its own role over `turn_pause_ms` or with the
    next utterance of the other role.
    """
    utterances = tuple(u for u in talk.utterances if not is_backchannel(u, talk, thresholds))
    turns: list[Turn] = []
    for utterance in utterances:
        span = talk.span(utterance)
        last = turns[-1] if turns else None
        if (
            last is not None
            and last.role is utterance.role
            and span.start_ms - last.interval.end_ms <= thresholds.turn_pause_ms
        ):
            turns[-1] = Turn(
                role=last.role,
                interval=_hull(last.interval, span),
                utterance_ids=(*last.utterance_ids, utterance.utterance_id),
            )
        else:
            turns.append(
                Turn(role=utterance.role, interval=span, utterance_ids=(utterance.utterance_id,))
            )
    return Floor(utterances=utterances, turns=tuple(turns))


def count_turns(turns: tuple[Turn, ...], role: Role) -> int:
    """How many turns a role had."""
    return sum(turn.role is role for turn in turns)


def _hull(left: Interval, right: Interval) -> Interval:
    return Interval(min(left.start_ms, right.start_ms), max(left.end_ms, right.end_ms))
