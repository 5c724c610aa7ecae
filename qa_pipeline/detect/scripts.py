"""Was a required script said: every step, in order, where it belongs?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa_pipeline.detect.contests import contenders
from qa_pipeline.detect.context import DetectionContext, role_name, without_excepted
from qa_pipeline.detect.literal import literal_matches
from qa_pipeline.detect.meaning import VERSION as MEANING_VERSION
from qa_pipeline.detect.phrase_model import VERSION as MODEL_VERSION
from qa_pipeline.detect.settled import Settled, settled
from qa_pipeline.detect.taught import VERSION as TAUGHT_VERSION
from qa_pipeline.detect.weighing import (
    Meant,
    Weighed,
    meant_evidence,
    meant_in_words,
    standing,
    stretches_within,
    weigh_literal,
    weigh_script,
)
from qa_pipeline.detect.windows import places_of
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Abstention, Detection, Evidence, Outcome, cannot_tell
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.rubric import Criterion, Step
from qa_pipeline.domain.speakers import SplitMethod
from qa_pipeline.text.labels import in_words
from qa_pipeline.text.phrases import ENGINE_VERSION, PhraseMatch

VERSION = f"7.{ENGINE_VERSION}.{MEANING_VERSION}.{TAUGHT_VERSION}.{MODEL_VERSION}"

_CUT_OFF_MS = 300
_LOW_WORD_PROBABILITY = 0.35
_UNREADABLE_SHARE = 1 / 3


@dataclass(frozen=True, slots=True)
class _Reading:
    """The best way to hear the script in one window: one match (or None) a step.

    `meant` is what was said with the same meaning where the words did not decide.
    """

    window: Interval
    matches: tuple[PhraseMatch | None, ...]
    probability: float
    meant: Meant | None = None


def detect_script(criterion: Criterion, context: DetectionContext) -> Detection:
    """FOUND when every step that is not optional was said in order within the window.

    The probability is that of the weakest step; between the cut points the answer
    is CANNOT_TELL (doubtful) and the note shows the near-miss.
    """
    detector_id = f"script:{criterion.criterion_id}"
    because = context.why_not_judgeable(criterion.role)
    if because is not None:
        return cannot_tell(detector_id, VERSION, because)
    places = places_of(criterion, context)
    if places.missing_trigger is not None:
        because = f"触发条件“{places.missing_trigger}”未出现，无处可判"
        return cannot_tell(detector_id, VERSION, because)
    readings = [_with_meaning(criterion, window, context) for window in places.intervals]
    best = max(readings, key=lambda r: r.probability, default=None)
    said_above, not_said_below = context.cut_points(criterion.strictness)
    probability = round(best.probability, 4) if best else 0.0
    if best is not None and probability >= said_above:
        return Detection(
            detector_id=detector_id,
            version=VERSION,
            outcome=Outcome.FOUND,
            probability=probability,
            evidence=_heard(best, criterion, context),
        )
    window = best.window if best else context.conversation()
    missing = _missing(criterion, best, window, said_above, context)
    note = _near_miss(criterion, best, context)
    doubt = _doubt(probability, not_said_below, places.intervals, criterion, context)
    if doubt is not None:
        return cannot_tell(
            detector_id, VERSION, doubt,
            abstention=Abstention.DOUBTFUL, probability=probability, evidence=missing, note=note,
        )  # fmt: skip
    return Detection(
        detector_id=detector_id,
        version=VERSION,
        outcome=Outcome.NOT_FOUND,
        probability=probability,
        evidence=missing,
        note=note,
    )


def weighed_script(
    criterion: Criterion, window: Interval, context: DetectionContext
) -> tuple[tuple[PhraseMatch | None, ...], Weighed | None]:
    """The best match of each step, and the script's weight together with what was meant.

    A script of several required steps counts by its weakest step. Prototypes stand for the
    whole criterion, and one step alone would come near them: there only a taught wording
    is weighed beside the words, and without one there is no weight.
    """
    stretches = stretches_within(criterion, (window,), context)
    if settled(criterion, window, context) is not Settled.OPEN:
        return (None,) * len(criterion.steps), weigh_script(None, stretches, criterion, context)
    own_words = literal_matches(criterion, (window,), context)
    if own_words and sum(not step.optional for step in criterion.steps) == 1:
        return _only(own_words[0], criterion), weigh_literal(own_words[0], criterion, context)
    reading = _read(criterion, window, context)
    required = [match for step, match in zip(criterion.steps, reading.matches, strict=True)
                if not step.optional]  # fmt: skip
    if len(required) != 1 and criterion.taught is None:
        return reading.matches, None
    stretches = standing(stretches, criterion, context)
    if len(required) == 1:
        return reading.matches, weigh_script(required[0], stretches, criterion, context)
    in_order = [m for m in required if m is not None] if reading.probability > 0 else []
    weakest = min(in_order, key=lambda m: m.probability, default=None)
    return reading.matches, weigh_script(weakest, stretches, criterion, context)


def _only(match: PhraseMatch, criterion: Criterion) -> tuple[PhraseMatch | None, ...]:
    """The match as that of the one step that is required."""
    return tuple(None if step.optional else match for step in criterion.steps)


def _with_meaning(criterion: Criterion, window: Interval, context: DetectionContext) -> _Reading:
    matches, weighed = weighed_script(criterion, window, context)
    if weighed is None:
        return _read(criterion, window, context)
    said_above, _ = context.cut_points(criterion.strictness)
    by_words = weighed.match is not None and weighed.match.probability >= said_above
    meant = None if by_words else weighed.meant
    return _Reading(window, matches, weighed.probability, meant)


def _read(criterion: Criterion, window: Interval, context: DetectionContext) -> _Reading:
    """The chain of matches, each starting after the one before it, whose weakest is strongest."""
    found = [_step_matches(step, criterion, window, context) for step in criterion.steps]
    required = [i for i, step in enumerate(criterion.steps) if not step.optional]
    if not required:
        best = [max(f, key=lambda m: m.probability, default=None) for f in found]
        probability = max((m.probability for m in best if m), default=0.0)
        return _Reading(window, tuple(best), probability)
    chain, probability = _strongest_chain([found[i] for i in required])
    chosen: list[PhraseMatch | None] = [None] * len(criterion.steps)
    for index, match in zip(required, chain, strict=True):
        chosen[index] = match
    said_above, _ = context.cut_points(criterion.strictness)
    for index, step in enumerate(criterion.steps):
        if step.optional:
            best_optional = max(found[index], key=lambda m: m.probability, default=None)
            if best_optional is not None and best_optional.probability >= said_above:
                chosen[index] = best_optional
    return _Reading(window, tuple(chosen), probability)


def _step_matches(
    step: Step, criterion: Criterion, window: Interval, context: DetectionContext
) -> tuple[PhraseMatch, ...]:
    found = contenders(step, criterion, window, context)
    return without_excepted(found, criterion.unless, criterion.role, context)


def _strongest_chain(
    steps: Sequence[tuple[PhraseMatch, ...]],
) -> tuple[tuple[PhraseMatch | None, ...], float]:
    """One match a step in order of start, maximizing the least probability.

    Steps without any match break the chain: its probability is 0 and the best
    single matches are returned for the near-miss.
    """
    chains: list[tuple[float, tuple[PhraseMatch, ...]]] = [(1.0, ())]
    for matches in steps:
        extended = []
        for match in matches:
            before = [c for c in chains if not c[1] or c[1][-1].start_column < match.start_column]
            if before:
                weakest, path = max(before, key=lambda c: c[0])
                extended.append((min(weakest, match.probability), (*path, match)))
        chains = extended
        if not chains:
            singles = tuple(max(m, key=lambda x: x.probability, default=None) for m in steps)
            return singles, 0.0
    weakest, path = max(chains, key=lambda c: (c[0], -c[1][-1].start_column))
    return path, weakest


def _heard(best: _Reading, criterion: Criterion, context: DetectionContext) -> tuple[Evidence, ...]:
    if best.meant is not None:
        return (meant_evidence(best.meant, best.probability, criterion, context),)
    said = [m for m in best.matches if m is not None]
    return tuple(
        Evidence(
            interval=match.interval,
            role=criterion.role,
            quote=match.quote,
            reason=f"听到“{match.quote}”，符合话术“{in_words(match.wanted)}”（p={match.probability:.2f}）",
            weight=round(1.0 / len(said), 4),
            estimated=context.call.transcript.times_are_estimated,
        )
        for match in said
    )


def _missing(
    criterion: Criterion,
    best: _Reading | None,
    window: Interval,
    said_above: float,
    context: DetectionContext,
) -> tuple[Evidence, ...]:
    """Where the script should have been, one piece for each step that was not heard there."""
    matches = best.matches if best else (None,) * len(criterion.steps)
    absent = [
        step
        for step, match in zip(criterion.steps, matches, strict=True)
        if not step.optional and (match is None or match.probability < said_above)
    ] or [step for step in criterion.steps if not step.optional]
    absent = absent or list(criterion.steps)
    return tuple(
        Evidence(
            interval=window,
            role=criterion.role,
            quote="",
            reason=f"{role_name(criterion.role)}应在此处说“{in_words(step.any_of[0])}”（或同义话术），未听到",
            weight=round(1.0 / len(absent), 4),
            estimated=context.call.transcript.times_are_estimated,
        )
        for step in absent
    )


def _near_miss(
    criterion: Criterion, best: _Reading | None, context: DetectionContext
) -> str | None:
    said_above, not_said_below = context.cut_points(criterion.strictness)
    if best is None:
        return None
    required = [
        match
        for step, match in zip(criterion.steps, best.matches, strict=True)
        if match is not None and not step.optional
    ]
    near = [m for m in required if m.probability < said_above]
    if not near and len(required) > 1 and best.probability < said_above:
        return "各步骤均听到，但顺序不符"
    notes = [f"听到“{m.quote}”，要求“{in_words(m.wanted)}”，p={m.probability:.2f}" for m in near]
    if best.meant is not None and best.probability > not_said_below:
        notes.append(meant_in_words(best.meant, best.probability, criterion, context))
    return "；".join(notes) or None


def _doubt(
    probability: float,
    not_said_below: float,
    windows: tuple[Interval, ...],
    criterion: Criterion,
    context: DetectionContext,
) -> str | None:
    """Why "not said" would be too much to say, None when it is fair."""
    if probability > not_said_below:
        return f"话术是否说到存疑（p={probability:.2f}）"
    where = criterion.where
    if where is not None and where.within_last_ms is not None and _is_cut_off(context):
        return "录音在说话中途结束，结尾部分不可判"
    if any(_is_hardly_understood(criterion, window, context) for window in windows):
        return "该时段识别置信度过低，不能断定未说"
    if any(_is_quarantined(criterion, window, context) for window in windows):
        return "该时段有较多话无法辨认，不能断定未说"
    if _is_said_by_somebody(criterion, windows, context):
        return "单声道录音里听到了这句话，但不能断定是谁说的"
    return None


def _is_said_by_somebody(
    criterion: Criterion, windows: tuple[Interval, ...], context: DetectionContext
) -> bool:
    """Whether a mono call holds the script on either side: diarization may have erred."""
    if context.call.split.method is not SplitMethod.DIARIZED:
        return False
    anybody = replace(criterion, role=Role.UNKNOWN)
    _, not_said_below = context.cut_points(criterion.strictness)
    return any(
        _with_meaning(anybody, window, context).probability > not_said_below for window in windows
    )


def _is_cut_off(context: DetectionContext) -> bool:
    """Whether the recording stops while somebody is still speaking (FIELD_NOTES trick 8)."""
    call = context.call
    recording = call.call.recording
    if recording.audio_channels == 0 or call.transcript.times_are_estimated:
        return False  # a ready transcript always ends with its last word
    ends = [
        (u.words[-1].interval.end_ms if u.words else u.interval.end_ms)
        for u in call.transcript.judged_utterances
    ]
    return bool(ends) and recording.duration_ms - max(ends) <= _CUT_OFF_MS


def _is_hardly_understood(
    criterion: Criterion, window: Interval, context: DetectionContext
) -> bool:
    stream = context.stream(criterion.role)
    first, last = stream.columns_within(window)
    words = stream.probabilities[first:last]
    low = sum(1 for p in words if p < _LOW_WORD_PROBABILITY)
    return len(words) > 0 and low > len(words) / 2


def _is_quarantined(criterion: Criterion, window: Interval, context: DetectionContext) -> bool:
    """Whether much of what the role may have said there was put aside as unreadable.

    Windows end with the last word that counts, so what was put aside after it belongs to
    those that reach that far.
    """
    utterances = context.call.transcript.utterances
    put_aside = [
        u for u in utterances if u.quarantined_because and u.role in (criterion.role, Role.UNKNOWN)
    ]
    if not put_aside:
        return False
    reach = window
    if window.end_ms > context.conversation().end_ms:
        ends_ms = [u.interval.end_ms for u in utterances]
        reach = Interval(window.start_ms, max([window.end_ms, *ends_ms]))
    own = [u for u in utterances if u.quarantined_because is None and u.role is criterion.role]
    unreadable_ms = sum(u.interval.overlap_ms(reach) for u in put_aside)
    readable_ms = sum(u.interval.overlap_ms(reach) for u in own)
    return unreadable_ms > _UNREADABLE_SHARE * (readable_ms + unreadable_ms)
