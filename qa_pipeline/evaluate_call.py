"""One call from transcript to scorecard: the file to read first.

    call + transcript + speakers + sound  → measure        → AnalyzedCall
    AnalyzedCall + rubric                 → run_detectors  → detections
    detections + conditions + rubric      → score          → scorecard with receipts

Everything here is pure: the same inputs give the same bytes. What needs files,
models or a database is composed in `batch`.
"""

from collections.abc import Mapping

from qa_pipeline.detect import run_detectors
from qa_pipeline.detect.answers import queries_for
from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.listening import listening_places
from qa_pipeline.detect.meaning import RubricMeaning
from qa_pipeline.detect.triggers import trigger_hits
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.audio_quality import AudioQuality
from qa_pipeline.domain.call import Call
from qa_pipeline.domain.embeddings import Embeddings
from qa_pipeline.domain.phrase_query import PhraseAnswer
from qa_pipeline.domain.prosody import AgentBaseline, Prosody
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import Evaluation
from qa_pipeline.domain.speakers import SpeakerSplit
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.measure import measure
from qa_pipeline.score import conditions, score
from qa_pipeline.settings import Settings


def analyze_call(
    call: Call,
    transcript: Transcript,
    split: SpeakerSplit,
    quality: AudioQuality | None,
    prosody: tuple[Prosody, ...],
    *,
    settings: Settings,
    baseline: AgentBaseline | None = None,
    embeddings: Embeddings | None = None,
    answers: tuple[PhraseAnswer, ...] = (),
) -> AnalyzedCall:
    """Put together what a detector may see, with the metrics of the conversation."""
    metrics = measure(call, transcript, split, prosody, quality, settings.metrics, baseline)
    return AnalyzedCall(
        call=call,
        transcript=transcript,
        split=split,
        quality=quality,
        prosody=prosody,
        metrics=metrics,
        embeddings=embeddings,
        answers=answers,
    )


def evaluate_call(
    call: AnalyzedCall,
    rubric: Rubric,
    answers: Mapping[str, PhraseAnswer],
    baseline: AgentBaseline | None,
    *,
    settings: Settings,
    routed_by_default: bool = False,
    hints: frozenset[str] = frozenset(),
    meaning: RubricMeaning | None = None,
) -> Evaluation:
    """Judge one call under one rubric: detections, and the scorecard they add up to.

    `meaning` is the rubric under the model of the call's embeddings: without it scripts
    are judged by their words alone. `hints` are criteria that have lost their right to deduct.
    The evaluation brings the questions that only the recognizer can answer and `answers`
    does not.
    """
    context = DetectionContext(
        call=call,
        rubric=rubric,
        phrases=settings.phrases,
        metrics=settings.metrics,
        baseline=baseline,
        answers=answers,
        meaning=meaning,
    )
    detections = run_detectors(context)
    fired = frozenset(t.name for t in rubric.triggers if trigger_hits(t, context))
    unjudged = frozenset(t.name for t in rubric.triggers if context.why_not_judgeable(t.role))
    scorecard = score(
        call.call.call_id,
        rubric,
        detections,
        conditions(rubric, call.call, fired, unjudged, call.metrics),
        call.transcript.engine.digest,
        routed_by_default=routed_by_default,
        hints=hints,
        places=listening_places(context),
    )
    return Evaluation(
        call_id=call.call.call_id,
        detections=detections,
        scorecard=scorecard,
        queries=queries_for(context, detections),
    )
