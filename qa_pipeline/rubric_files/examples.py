"""A rubric's own examples, run as its tests."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.forbidden import detect_forbidden
from qa_pipeline.detect.literal import said_alone
from qa_pipeline.detect.scripts import detect_script
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.call import Call, Recording, Role
from qa_pipeline.domain.detection import Detection, Outcome
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.metrics import ConversationMetrics
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric, Step
from qa_pipeline.domain.speakers import SpeakerSplit, SplitMethod
from qa_pipeline.domain.transcript import Engine, Transcript, Utterance
from qa_pipeline.settings import MetricThresholds, PhraseThresholds
from qa_pipeline.text.mishearing import mishear
from qa_pipeline.text.normalize import han_count

NOISE_RATES = (0.10, 0.125, 0.15)
"""Shares of characters heard wrongly, one variant of each example for each."""
NOISE_SEED = 2024
LEAST_NOISED_SHARE = 0.8
"""Noised examples right, below which a criterion is worth a warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleResult:
    """How one example was judged; `note` is the detector's reason, or its near-miss."""

    criterion_id: str
    text: str
    should_be_found: bool
    outcome: Outcome
    probability: float
    note: str | None = None

    @property
    def right(self) -> bool:
        """A `said` example is FOUND, a `not_said` one is not (CANNOT_TELL is not found)."""
        return (self.outcome is Outcome.FOUND) == self.should_be_found


def run_examples(rubric: Rubric) -> tuple[ExampleResult, ...]:
    """Every `said` and `not_said` of the rubric through the detectors of a real call.

    An example is a call of one utterance; where in a call the phrase has to stand
    is not tested by it.
    """
    return tuple(result for c in rubric.criteria for result in _run(c, rubric))


def outweighed_phrases(rubric: Rubric) -> tuple[tuple[str, str], ...]:
    """Criterion id and phrase for each that its taught wording overrules.

    Said alone and heard perfectly such a phrase would be found by its words, but is not
    beside what was taught.
    """
    return tuple(
        (criterion.criterion_id, phrase)
        for criterion in rubric.criteria
        if criterion.taught is not None
        for phrase in _phrases(criterion)
        if _is_outweighed(phrase, criterion, rubric)
    )


def _phrases(criterion: Criterion) -> Iterator[str]:
    """What may stand for the whole criterion: nothing does where several steps are required."""
    required = [step for step in criterion.steps if not step.optional]
    yield from criterion.any_of
    if len(required) == 1:
        yield from required[0].any_of


def _is_outweighed(phrase: str, criterion: Criterion, rubric: Rubric) -> bool:
    text = said_alone(phrase)

    def is_found(judged: Criterion) -> bool:
        section = replace(rubric.sections[0], criteria=(judged,))
        bare = replace(rubric, sections=(section,), triggers=())
        outcome = _judge(judged, _context(text, judged.role, bare)).outcome
        return outcome is Outcome.FOUND

    alone = replace(
        criterion,
        where=None,
        any_of=(phrase,) if criterion.any_of else (),
        steps=(Step(any_of=(phrase,)),) if criterion.steps else (),
    )
    return not is_found(alone) and is_found(replace(alone, taught=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoisedRate:
    """How many of a criterion's examples are still judged right when they are misheard."""

    criterion_id: str
    said: int
    said_right: int
    not_said: int
    not_said_right: int

    @property
    def is_weak(self) -> bool:
        """Whether said or not_said examples fall below LEAST_NOISED_SHARE."""
        return (
            self.said_right < LEAST_NOISED_SHARE * self.said
            or self.not_said_right < LEAST_NOISED_SHARE * self.not_said
        )


def run_noised_examples(rubric: Rubric) -> tuple[NoisedRate, ...]:
    """Every example as a recognizer would mishear it, counted by criterion.

    The noise is of the measured kinds (`text.mishearing`), always the same for the
    same example, at each of NOISE_RATES. Criteria without examples are left out.
    """
    rates = []
    for criterion in rubric.criteria:
        noised = replace(
            criterion,
            said=_misheard(criterion.said, criterion.criterion_id),
            not_said=_misheard(criterion.not_said, criterion.criterion_id),
        )
        right = [(r.should_be_found, r.right) for r in _run(noised, rubric)]
        if right:
            rates.append(
                NoisedRate(
                    criterion_id=criterion.criterion_id,
                    said=len(noised.said),
                    said_right=right.count((True, True)),
                    not_said=len(noised.not_said),
                    not_said_right=right.count((False, True)),
                )
            )
    return tuple(rates)


def _misheard(examples: tuple[str, ...], criterion_id: str) -> tuple[str, ...]:
    return tuple(
        mishear(text, rate, Random(f"{NOISE_SEED}:{criterion_id}:{text}:{rate}"))
        for text in examples
        for rate in NOISE_RATES
    )


def _run(criterion: Criterion, rubric: Rubric) -> Iterator[ExampleResult]:
    anywhere = replace(criterion, where=None)
    for examples, wanted in ((criterion.said, True), (criterion.not_said, False)):
        for text in examples:
            detection = _judge(anywhere, _context(text, criterion.role, rubric))
            yield ExampleResult(
                criterion_id=criterion.criterion_id,
                text=text,
                should_be_found=wanted,
                outcome=detection.outcome,
                probability=detection.probability,
                note=detection.evidence[0].reason if detection.evidence else detection.note,
            )


def _judge(criterion: Criterion, context: DetectionContext) -> Detection:
    if criterion.kind is CriterionKind.FORBIDDEN:
        return detect_forbidden(criterion, context)
    return detect_script(criterion, context)


def _context(text: str, role: Role, rubric: Rubric) -> DetectionContext:
    metrics = MetricThresholds()
    return DetectionContext(
        call=_call_of(text, role, max(1, han_count(text)) * metrics.estimated_ms_per_char),
        rubric=rubric,
        phrases=PhraseThresholds(),
        metrics=metrics,
        baseline=None,
        answers={},
    )


def _call_of(text: str, role: Role, duration_ms: int) -> AnalyzedCall:
    whole = Interval(0, duration_ms)
    recording = Recording(
        recording_id="0" * 64,
        path="",
        name="example",
        sample_rate_hz=0,
        duration_ms=duration_ms,
        audio_channels=0,
    )
    utterance = Utterance(
        utterance_id="u0001", audio_channel=0, role=role, interval=whole, text=text
    )
    return AnalyzedCall(
        call=Call(call_id="example", recording=recording),
        transcript=Transcript(
            recording_id=recording.recording_id,
            language="zh",
            utterances=(utterance,),
            engine=Engine(name="example", version="1", weights_hash="", settings_digest=""),
        ),
        split=SpeakerSplit(method=SplitMethod.GIVEN, role_confidence=1.0, speech={role: (whole,)}),
        quality=None,
        prosody=(),
        metrics=ConversationMetrics(duration_ms=duration_ms, no_conversation=False),
    )
