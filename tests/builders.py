"""Small real values for tests: say only what the test is about."""

from collections.abc import Sequence
from typing import Any

from qa_pipeline.detect.meaning import RubricMeaning, prototype_texts, rubric_meaning
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.audio_quality import AudioQuality
from qa_pipeline.domain.call import Call, Recording, Role
from qa_pipeline.domain.detection import Abstention, Detection, Evidence, Outcome
from qa_pipeline.domain.embeddings import TextVectors
from qa_pipeline.domain.interval import Interval, union
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.metrics import ConversationMetrics
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import (
    COUNTED,
    CriterionOutcome,
    CriterionScore,
    Evaluation,
    Receipt,
    Scorecard,
)
from qa_pipeline.domain.speakers import SpeakerSplit, SplitMethod
from qa_pipeline.domain.transcript import Engine, Transcript, Utterance
from qa_pipeline.embed import Embedder, embed_texts
from qa_pipeline.text.stream import UtteranceStream, stream_of

A, C = Role.AGENT, Role.CUSTOMER

ENGINE = Engine(name="test", version="1", weights_hash="0" * 64, settings_digest="none")


def a_recording(name: str = "call-1.wav", duration_ms: int = 60_000) -> Recording:
    return Recording(
        recording_id=f"{abs(hash(name)):064x}"[:64],
        path=f"/recordings/{name}",
        name=name,
        sample_rate_hz=8000,
        duration_ms=duration_ms,
        audio_channels=2,
    )


def a_call(call_id: str = "call-1", duration_ms: int = 60_000, **facts: Any) -> Call:
    recording = a_recording(f"{call_id}.wav", duration_ms)
    return Call(call_id=call_id, recording=recording, **facts)


Line = tuple[Role, int, int, str]


def a_transcript(lines: Sequence[Line], *, estimated: bool = False) -> Transcript:
    """A transcript from (role, start_ms, end_ms, text) lines; agent on channel 0."""
    return Transcript(
        recording_id="0" * 64,
        language="zh",
        engine=ENGINE,
        times_are_estimated=estimated,
        utterances=tuple(
            Utterance(
                utterance_id=f"u{i:04d}",
                audio_channel=1 if role is Role.CUSTOMER else 0,
                role=role,
                interval=Interval(start, end),
                text=text,
            )
            for i, (role, start, end, text) in enumerate(
                sorted(lines, key=lambda line: line[1]), start=1
            )
        ),
    )


def a_split(transcript: Transcript, *, confidence: float = 1.0) -> SpeakerSplit:
    return SpeakerSplit(
        method=SplitMethod.CHANNELS,
        role_confidence=confidence,
        speech={
            role: union(u.interval for u in transcript.utterances if u.role is role)
            for role in (Role.AGENT, Role.CUSTOMER)
        },
    )


def an_analyzed_call(
    lines: Sequence[Line], metrics: ConversationMetrics | None = None, **facts: Any
) -> AnalyzedCall:
    """An analyzed call; give `metrics` (usually `measure(...)`) when the test needs them."""
    transcript = a_transcript(lines)
    duration_ms = max((line[2] for line in lines), default=0) + 1000
    return AnalyzedCall(
        call=a_call(duration_ms=duration_ms, **facts),
        transcript=transcript,
        split=a_split(transcript),
        quality=None,
        prosody=(),
        metrics=metrics or ConversationMetrics(duration_ms=duration_ms, no_conversation=not lines),
    )


def a_detection(
    detector_id: str,
    outcome: Outcome,
    probability: float,
    *evidence: Evidence,
    abstention: Abstention | None = None,
) -> Detection:
    """A detection; CANNOT_TELL is DOUBTFUL unless another abstention is given."""
    if outcome is Outcome.CANNOT_TELL:
        abstention = abstention or Abstention.DOUBTFUL
    return Detection(
        detector_id=detector_id,
        version="1",
        outcome=outcome,
        probability=probability,
        evidence=evidence,
        abstention=abstention,
        abstained_because="in doubt" if abstention else None,
    )


def an_evidence(
    start_ms: int, end_ms: int, quote: str = "", reason: str = "因为", role: Role = A
) -> Evidence:
    return Evidence(interval=Interval(start_ms, end_ms), role=role, quote=quote, reason=reason)


def a_criterion_score(
    criterion_id: str,
    outcome: CriterionOutcome,
    points: float,
    detection: Detection | None = None,
) -> CriterionScore:
    """A score with one receipt a piece of evidence; PARTIAL earns half."""
    share = {CriterionOutcome.PASS: 1.0, CriterionOutcome.PARTIAL: 0.5}.get(outcome, 0.0)
    lost = points * (1 - share)
    pieces: Sequence[Evidence | None] = (detection.evidence if detection else ()) or (None,)
    return CriterionScore(
        criterion_id=criterion_id,
        outcome=outcome,
        points_awarded=points * share,
        points_possible=points,
        receipts=tuple(
            Receipt(
                points=-lost / len(pieces) if lost else points / len(pieces),
                reason="not said" if not share else "said",
                detector_id=detection.detector_id,
                detector_version=detection.version,
                probability=detection.probability,
                evidence=piece,
                engine_digest=ENGINE.digest,
            )
            for piece in pieces
        )
        if detection and outcome in COUNTED
        else (),
        abstained_because=None if outcome in COUNTED else "in doubt",
    )


def a_judged_call(
    call_id: str = "call-1",
    *,
    lines: Sequence[Line] = (),
    detections: Sequence[Detection] = (),
    scores: Sequence[CriterionScore] = (),
    duration_ms: int = 60_000,
    metrics: ConversationMetrics | None = None,
    quality: AudioQuality | None = None,
    auto_failed_by: tuple[str, ...] = (),
    percent: float | None = 90.0,
    **facts: Any,
) -> JudgedCall:
    """A judged call made of the given parts; it passes from 85 % on."""
    transcript = a_transcript(lines)
    analyzed = AnalyzedCall(
        call=a_call(call_id, duration_ms, **facts),
        transcript=transcript,
        split=a_split(transcript),
        quality=quality,
        prosody=(),
        metrics=metrics or ConversationMetrics(duration_ms=duration_ms, no_conversation=False),
    )
    scorecard = Scorecard(
        call_id=call_id,
        rubric_id="inbound_service",
        rubric_version=1,
        rubric_digest="0" * 64,
        scores=tuple(scores),
        percent=0.0 if auto_failed_by else percent,
        raw_percent=percent,
        section_percents=(),
        critical_percent=None,
        judged_points=sum(s.points_possible for s in scores if s.outcome in COUNTED),
        not_judged_points=sum(s.points_possible for s in scores if s.outcome not in COUNTED),
        passed=None if percent is None else percent >= 85 and not auto_failed_by,
        auto_failed_by=auto_failed_by,
    )
    evaluation = Evaluation(call_id=call_id, detections=tuple(detections), scorecard=scorecard)
    return JudgedCall(analyzed=analyzed, evaluation=evaluation, judgement_key=f"key-{call_id}")


def a_stream(*texts: str, pause_ms: int = 400, ms_per_char: int = 220) -> UtteranceStream:
    """What one agent said, one utterance a text, with the same pause between them."""
    lines: list[Line] = []
    at_ms = 0
    for text in texts:
        end_ms = at_ms + ms_per_char * max(1, len(text))
        lines.append((A, at_ms, end_ms, text))
        at_ms = end_ms + pause_ms
    return stream_of(a_transcript(lines).utterances)


def meaning_of(rubric: Rubric, embedder: Embedder) -> RubricMeaning:
    """The rubric's prototypes, embedded now."""
    vectors = TextVectors(
        model_digest=embedder.model_digest,
        dimensions=embedder.dimensions,
        vectors=embed_texts(embedder, prototype_texts(rubric)),
    )
    made = rubric_meaning(rubric, vectors)
    assert made is not None
    return made
