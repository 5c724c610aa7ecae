"""Silence of both sides: what an announcement excuses, and what is dead air."""

from dataclasses import dataclass

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval, difference, intersection, total_ms, union
from qa_pipeline.domain.metrics import Silence
from qa_pipeline.measure.talk import Talk
from qa_pipeline.measure.turns import Floor
from qa_pipeline.settings import MetricThresholds
from qa_pipeline.text.spoken_text import spoken_text

_STILL_LEAVING_MS = 5000
"""What an agent adds within this time ("不客气啊") does not end an announced look-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """The time that one announcement covers."""

    interval: Interval
    utterance_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """All silences over the limit with their excuses, and the unexcused rest."""

    silences: tuple[Silence, ...]
    dead_air: tuple[Interval, ...]

    @property
    def dead_air_ms(self) -> int:
        """The longest unexcused stretch."""
        return max((i.duration_ms for i in self.dead_air), default=0)

    @property
    def excused_ms(self) -> int:
        return sum(s.excused_ms for s in self.silences)

    def total_over(self, limit_ms: int) -> int:
        return sum(
            s.interval.duration_ms for s in self.silences if s.interval.duration_ms > limit_ms
        )


def find_quiet(talk: Talk, floor: Floor, thresholds: MetricThresholds) -> Quiet:
    """Silences from the first to the last judged utterance, outside the holds."""
    gaps = _gaps(talk, thresholds.non_talk_ms)
    excuses = _excuses(talk, floor, gaps, thresholds)
    covered = tuple(excuse.interval for excuse in excuses)
    dead = tuple(piece for gap in gaps for piece in difference((gap,), covered))
    return Quiet(silences=tuple(_silence(gap, excuses) for gap in gaps), dead_air=dead)


def _gaps(talk: Talk, longer_than_ms: int) -> tuple[Interval, ...]:
    if not talk.utterances:
        return ()
    spans = [talk.span(u) for u in talk.utterances]
    whole = Interval(min(s.start_ms for s in spans), max(s.end_ms for s in spans))
    quiet = difference((whole,), (*talk.anyone, *talk.holds))
    return tuple(gap for gap in quiet if gap.duration_ms > longer_than_ms)


def _excuses(
    talk: Talk, floor: Floor, gaps: tuple[Interval, ...], thresholds: MetricThresholds
) -> tuple[Excuse, ...]:
    speakers = (Role.AGENT,) if talk.roles_are_known else tuple(Role)
    said = spoken_text([u for u in talk.utterances if u.role in speakers])
    by_id = {u.utterance_id: u for u in talk.utterances}
    excuses = []
    for utterance_id in sorted(said.ids_with("announcement")):
        end_ms = talk.span(by_id[utterance_id]).end_ms
        until_ms = min(
            end_ms + thresholds.excuse_cap_ms,
            _agent_is_back_ms(talk, floor, gaps, end_ms, speakers),
        )
        excuses.append(Excuse(interval=Interval(end_ms, until_ms), utterance_id=utterance_id))
    return tuple(excuses)


def _agent_is_back_ms(
    talk: Talk,
    floor: Floor,
    gaps: tuple[Interval, ...],
    from_ms: int,
    speakers: tuple[Role, ...],
) -> int:
    for utterance in floor.utterances:
        start_ms = talk.span(utterance).start_ms
        if start_ms < from_ms or utterance.role not in speakers:
            continue
        was_away = any(
            from_ms <= gap.end_ms <= start_ms and gap.start_ms >= from_ms for gap in gaps
        )
        if was_away or start_ms > from_ms + _STILL_LEAVING_MS:
            return start_ms
    return max(talk.duration_ms, from_ms)


def _silence(gap: Interval, excuses: tuple[Excuse, ...]) -> Silence:
    covering = [e for e in excuses if e.interval.overlap_ms(gap) > 0]
    excused = total_ms(intersection((gap,), union(e.interval for e in covering)))
    return Silence(
        interval=gap,
        excused_ms=excused,
        announced_by=covering[-1].utterance_id if covering else None,
    )
