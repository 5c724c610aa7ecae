"""A rubric's own examples, run as its tests."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.forbidden import detect_forbidden
from qa_pipeline.detect.scripts import detect_script
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.call import Call, Recording, Role
from qa_pipeline.domain.detection import Detection, Outcome
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.metrics import ConversationMetrics
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric
from qa_pipeline.domain.speakers import SpeakerSplit, SplitMethod
from qa_pipeline.domain.transcript import Engine, Transcript, Utterance
from qa_pipeline.settings import MetricThresholds, PhraseThresholds
from qa_pipeline.text.normalize import han_count


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
