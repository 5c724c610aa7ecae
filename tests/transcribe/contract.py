"""What every recognizer must keep, whatever engine is behind it."""

from collections.abc import Sequence

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import union
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.transcribe import AudioInput, GroupResult, Recognizer


def check_group(recognizer: Recognizer, recordings: Sequence[AudioInput]) -> GroupResult:
    """Transcribe a group and hold the result against the contract."""
    result = recognizer.transcribe_group(recordings)
    wanted = {r.recording_id for r in recordings}
    assert set(result.transcripts) == wanted
    assert set(result.speech) == wanted
    assert {"vad", "transcribe", "align"} <= set(result.stage_seconds)
    assert all(seconds >= 0 for seconds in result.stage_seconds.values())
    for recording in recordings:
        _check_speech(result, recording)
        _check_transcript(result.transcripts[recording.recording_id], recording, recognizer)
    return result


def _check_speech(result: GroupResult, recording: AudioInput) -> None:
    speech = result.speech[recording.recording_id]
    assert len(speech) == recording.n_channels
    for intervals in speech:
        assert union(intervals) == tuple(intervals), "sorted, disjoint, not empty"
        assert all(i.end_ms <= recording.duration_ms for i in intervals)


def _check_transcript(
    transcript: Transcript, recording: AudioInput, recognizer: Recognizer
) -> None:
    assert transcript.recording_id == recording.recording_id
    assert transcript.engine == recognizer.engine
    assert not transcript.times_are_estimated
    utterances = transcript.utterances
    assert len({u.utterance_id for u in utterances}) == len(utterances)
    starts = [u.interval.start_ms for u in utterances]
    assert starts == sorted(starts)
    for utterance in utterances:
        assert utterance.role is Role.UNKNOWN
        assert 0 <= utterance.audio_channel < recording.n_channels
        assert utterance.text.strip()
        assert 0.0 <= utterance.confidence <= 1.0
        assert utterance.interval.end_ms <= recording.duration_ms
        assert utterance.words
        assert all(utterance.interval.contains(w.interval) for w in utterance.words)
        ends = [w.interval.end_ms for w in utterance.words]
        assert ends == sorted(ends)
