"""Small real values for tests: say only what the test is about."""

from collections.abc import Sequence

from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.call import Call, Recording, Role
from qa_pipeline.domain.interval import Interval, union
from qa_pipeline.domain.metrics import ConversationMetrics
from qa_pipeline.domain.speakers import SpeakerSplit, SplitMethod
from qa_pipeline.domain.transcript import Engine, Transcript, Utterance

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


def a_call(call_id: str = "call-1", duration_ms: int = 60_000, **facts: object) -> Call:
    recording = a_recording(f"{call_id}.wav", duration_ms)
    return Call(call_id=call_id, recording=recording, **facts)  # type: ignore[arg-type]


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
    lines: Sequence[Line], metrics: ConversationMetrics | None = None, **facts: object
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
