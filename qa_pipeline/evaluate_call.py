"""One call from transcript to scorecard: the file to read first.

    call + transcript + speakers + sound  → measure        → AnalyzedCall
    AnalyzedCall + rubric                 → run_detectors  → detections
    detections + conditions + rubric      → score          → scorecard with receipts

Everything here is pure: the same inputs give the same bytes. What needs files,
models or a database is composed in `batch`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from qa_pipeline.detect import behaviours_digest, run_detectors
from qa_pipeline.detect.answers import queries_for
from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.listening import listening_places
from qa_pipeline.detect.meaning import RubricMeaning
from qa_pipeline.detect.triggers import trigger_hits
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.audio_quality import AudioQuality
from qa_pipeline.domain.call import Call
from qa_pipeline.domain.detection import Detection
from qa_pipeline.domain.embeddings import Embeddings
from qa_pipeline.domain.phrase_query import PhraseAnswer
from qa_pipeline.domain.prosody import AgentBaseline, Prosody
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import Evaluation
from qa_pipeline.domain.speakers import SpeakerSplit
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.measure import VERSION as MEASURE_VERSION
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
    measured_by = _measured_by(call, settings, baseline, embeddings)
    return AnalyzedCall(
        call=call,
        transcript=transcript,
        split=split,
        quality=quality,
        prosody=prosody,
        metrics=replace(metrics, measured_by=measured_by),
        embeddings=embeddings,
        answers=answers,
    )


def is_measured_today(
    analyzed: AnalyzedCall, settings: Settings, baseline: AgentBaseline | None
) -> bool:
    """Whether measuring the same words and sounds again would give the same figures.

    The behaviours found together with them then stand too: rubrics have no say in either.
    """
    today = _measured_by(analyzed.call, settings, baseline, analyzed.embeddings)
    return analyzed.metrics.measured_by == today


def _measured_by(
    call: Call,
    settings: Settings,
    baseline: AgentBaseline | None,
    embeddings: Embeddings | None,
) -> str:
    """The digest of all that metrics and behaviours depend on, words and sounds apart."""
    holds = tuple((hold.start_ms, hold.end_ms) for hold in call.holds)
    facts = (call.ring_ms, call.hold_ms, holds, call.hang_up_by, call.recording.duration_ms)
    model = None if embeddings is None else embeddings.model_digest
    thresholds = settings.metrics.model_dump_json()
    everything = (MEASURE_VERSION, behaviours_digest(), facts, thresholds, baseline, model)
    return hashlib.sha256(repr(everything).encode()).hexdigest()


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
    known: Sequence[Detection] = (),
) -> Evaluation:
    """Judge one call under one rubric: detections, and the scorecard they add up to.

    `meaning` is the rubric under the model of the call's embeddings: without it scripts
    are judged by their words alone. `hints` are criteria that have lost their right to deduct.
    `known` are detections of the same analysis: see `run_detectors`.
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
    detections = run_detectors(context, known)
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
