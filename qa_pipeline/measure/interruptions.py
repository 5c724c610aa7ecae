"""Who talked over whom, and who took the floor by it."""

from dataclasses import dataclass

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval, intersection, total_ms, union
from qa_pipeline.domain.metrics import Interruption
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.measure.talk import Talk
from qa_pipeline.measure.turns import Floor
from qa_pipeline.settings import MetricThresholds
from qa_pipeline.text.normalize import han_count

_PARTIES = (Role.AGENT, Role.CUSTOMER)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Utterances of one role spoken in one go."""

    role: Role
    interval: Interval
    speech: tuple[Interval, ...]
    utterances: tuple[Utterance, ...]

    @property
    def chars(self) -> int:
        return sum(han_count(u.text) for u in self.utterances)


def find_interruptions(
    talk: Talk, floor: Floor, thresholds: MetricThresholds
) -> tuple[Interruption, ...]:
    """Every 抢话: a run of ≥ 4 字 that starts inside the other's run and takes the floor.

    It overlaps for 2.0 s, or for 0.5 s with the other stopping within 300 ms
    after the overlap and silent for 1 s (DESIGN section 5). Runs are joined over
    pauses of `interruption_yield_ms`.
    """
    runs = {role: _runs(talk, floor, role, thresholds.interruption_yield_ms) for role in _PARTIES}
    found = [
        interruption
        for intruder_role, other_role in (_PARTIES, _PARTIES[::-1])
        for intruder in runs[intruder_role]
        if (interruption := _judge(intruder, runs[other_role], thresholds)) is not None
    ]
    return tuple(sorted(found, key=lambda i: i.interval))


def crosstalk_ms(talk: Talk) -> int:
    """How long agent and customer spoke at the same time."""
    return total_ms(_crosstalk(talk))


def overlap_ratio(talk: Talk, floor: Floor) -> float | None:
    """Agent turns that began while the customer was speaking ÷ agent turns."""
    mine = [turn for turn in floor.turns if turn.role is Role.AGENT]
    if not mine:
        return None
    theirs = [talk.spoken(u) for u in floor.utterances if u.role is Role.CUSTOMER]
    starts = [turn.interval.start_ms for turn in mine]
    begun_inside = sum(
        any(i.start_ms < start_ms < i.end_ms for spoken in theirs for i in spoken)
        for start_ms in starts
    )
    return begun_inside / len(mine)


def _crosstalk(talk: Talk) -> tuple[Interval, ...]:
    return intersection(talk.speech.get(Role.AGENT, ()), talk.speech.get(Role.CUSTOMER, ()))


def _runs(talk: Talk, floor: Floor, role: Role, join_ms: int) -> tuple[_Run, ...]:
    runs: list[_Run] = []
    for utterance in floor.utterances:
        if utterance.role is not role:
            continue
        for piece in talk.spoken(utterance):
            last = runs[-1] if runs else None
            if last is not None and piece.start_ms - last.interval.end_ms <= join_ms:
                runs[-1] = _joined(last, piece, utterance)
            else:
                runs.append(
                    _Run(role=role, interval=piece, speech=(piece,), utterances=(utterance,))
                )
    return tuple(runs)


def _joined(run: _Run, piece: Interval, utterance: Utterance) -> _Run:
    known = run.utterances if utterance in run.utterances else (*run.utterances, utterance)
    return _Run(
        role=run.role,
        interval=Interval(run.interval.start_ms, max(run.interval.end_ms, piece.end_ms)),
        speech=union((*run.speech, piece)),
        utterances=known,
    )


def _judge(
    intruder: _Run, others: tuple[_Run, ...], thresholds: MetricThresholds
) -> Interruption | None:
    if intruder.chars < thresholds.interruption_min_chars:
        return None
    for other in others:
        started_inside = (
            other.interval.start_ms < intruder.interval.start_ms < other.interval.end_ms
        )
        if not started_inside:
            continue
        shared = intersection(intruder.speech, other.speech)
        if shared and _takes_the_floor(shared, other, others, thresholds):
            return Interruption(
                by=intruder.role,
                interval=Interval(shared[0].start_ms, shared[-1].end_ms),
                utterance_id=intruder.utterances[0].utterance_id,
                interrupted_utterance_id=_spoken_at(other, shared[0].start_ms).utterance_id,
            )
    return None


def _takes_the_floor(
    shared: tuple[Interval, ...],
    other: _Run,
    others: tuple[_Run, ...],
    thresholds: MetricThresholds,
) -> bool:
    overlap_ms = total_ms(shared)
    if overlap_ms >= thresholds.interruption_overlap_ms:
        return True
    if overlap_ms < thresholds.interruption_short_overlap_ms:
        return False
    stopped_ms = other.interval.end_ms
    if stopped_ms - shared[-1].end_ms > thresholds.interruption_yield_ms:
        return False
    quiet = Interval(stopped_ms, stopped_ms + thresholds.interruption_yield_silence_ms)
    return not any(run.interval.overlap_ms(quiet) for run in others if run is not other)


def _spoken_at(run: _Run, moment_ms: int) -> Utterance:
    before = [u for u in run.utterances if u.interval.start_ms <= moment_ms]
    return before[-1] if before else run.utterances[0]
