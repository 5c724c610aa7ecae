"""The turns of a call as a listener hears them, and the clip cut at their borders."""

from collections.abc import Sequence
from itertools import groupby

from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.metrics import Turn

MIN_CLIP_MS = 15_000
MAX_CLIP_MS = 60_000
MARGIN_MS = 300


def turns_of(analyzed: AnalyzedCall) -> tuple[Turn, ...]:
    """The measured turns; where none were measured, runs of one role's utterances."""
    if analyzed.metrics.turns:
        return tuple(sorted(analyzed.metrics.turns, key=lambda t: (t.interval, t.role)))
    runs = [
        list(run) for _, run in groupby(analyzed.transcript.judged_utterances, lambda u: u.role)
    ]
    return tuple(
        Turn(
            role=run[0].role,
            interval=Interval(run[0].interval.start_ms, max(u.interval.end_ms for u in run)),
            utterance_ids=tuple(u.utterance_id for u in run),
        )
        for run in runs
    )


def text_of(turn: Turn, analyzed: AnalyzedCall) -> str:
    """What was said in the turn."""
    wanted = set(turn.utterance_ids)
    texts = (u.text.strip() for u in analyzed.transcript.utterances if u.utterance_id in wanted)
    return " ".join(t for t in texts if t)


def turn_before(turns: Sequence[Turn], role: Role, at_ms: int) -> Turn | None:
    """The role's last turn that began before `at_ms`."""
    return max(
        (t for t in turns if t.role is role and t.interval.start_ms < at_ms),
        key=lambda t: t.interval,
        default=None,
    )


def turn_after(turns: Sequence[Turn], role: Role, at_ms: int) -> Turn | None:
    """The role's first turn that began at `at_ms` or later."""
    return min(
        (t for t in turns if t.role is role and t.interval.start_ms >= at_ms),
        key=lambda t: t.interval,
        default=None,
    )


def clip_around(
    evidence: Interval, situation: Interval | None, turns: Sequence[Turn], duration_ms: int
) -> Interval:
    """Cut 15 to 60 s around the evidence, at turn borders where that fits.

    Starts with the situation when both fit into 60 s. Evidence longer than that
    is cut at the last border of a turn within 60 s, else after 60 s. The whole call
    where it is shorter than 15 s.
    """
    end_ms = min(evidence.end_ms, duration_ms)
    clip = Interval(min(evidence.start_ms, end_ms), end_ms)
    if clip.duration_ms > MAX_CLIP_MS:
        return _first_part(clip, turns)
    if situation is not None:
        clip = _joined_if_short(clip, situation)
    spans = [t.interval for t in turns]
    for span in spans:
        if span.overlap_ms(clip) > 0:
            clip = _joined_if_short(clip, span)
    clip = _lengthened(clip, spans)
    margin_ms = min(MARGIN_MS, (MAX_CLIP_MS - clip.duration_ms) // 2)
    return _inside(clip.start_ms - margin_ms, clip.end_ms + margin_ms, duration_ms)


def _first_part(evidence: Interval, turns: Sequence[Turn]) -> Interval:
    """As much of long evidence as fits, up to the last turn's border after 15 s."""
    limit_ms = evidence.start_ms + MAX_CLIP_MS
    borders = [t.interval.end_ms for t in turns] + [t.interval.start_ms for t in turns]
    fitting = [b for b in borders if evidence.start_ms + MIN_CLIP_MS <= b <= limit_ms]
    return Interval(evidence.start_ms, max(fitting, default=limit_ms))


def _joined_if_short(clip: Interval, span: Interval) -> Interval:
    both = Interval(min(clip.start_ms, span.start_ms), max(clip.end_ms, span.end_ms))
    return both if both.duration_ms <= MAX_CLIP_MS - 2 * MARGIN_MS else clip


def _lengthened(clip: Interval, spans: Sequence[Interval]) -> Interval:
    """Add the turn after, then the turn before, and so on, until it is long enough."""
    later = [s for s in spans if s.end_ms > clip.end_ms]
    earlier = [s for s in reversed(spans) if s.start_ms < clip.start_ms]
    while clip.duration_ms < MIN_CLIP_MS and (later or earlier):
        for queue in (later, earlier):
            if queue and clip.duration_ms < MIN_CLIP_MS:
                clip = _joined_if_short(clip, queue.pop(0))
    return clip


def _inside(start_ms: int, end_ms: int, duration_ms: int) -> Interval:
    """Cut to the recording; what is then too short is widened about its middle."""
    start_ms, end_ms = max(0, start_ms), min(duration_ms, end_ms)
    length_ms = min(MIN_CLIP_MS, duration_ms)
    if end_ms - start_ms < length_ms:
        centred_ms = (start_ms + end_ms - length_ms) // 2
        start_ms = min(max(0, centred_ms), duration_ms - length_ms)
        end_ms = start_ms + length_ms
    return Interval(start_ms, end_ms)
