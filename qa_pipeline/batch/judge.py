"""One recording that was heard (or read) becomes a stored judgement."""

from dataclasses import dataclass, replace

from qa_pipeline.acoustics import measure_acoustics
from qa_pipeline.batch.asking import Ear, evaluated
from qa_pipeline.batch.facts import call_of, rubric_of, settled
from qa_pipeline.batch.hiding import hide_stored
from qa_pipeline.batch.keys import judgement_key, model_of
from qa_pipeline.batch.outcomes import OutcomeKind, RecordingOutcome
from qa_pipeline.batch.shift import Shift
from qa_pipeline.batch.stopwatch import Stopwatch
from qa_pipeline.batch.work import WorkItem
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.audio_quality import AudioQuality
from qa_pipeline.domain.call import Call, Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.prosody import AgentBaseline, Prosody
from qa_pipeline.domain.scorecard import Evaluation
from qa_pipeline.domain.speakers import SplitMethod
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.errors import UnreadableRecording
from qa_pipeline.evaluate_call import analyze_call, evaluate_call
from qa_pipeline.ingest import ReadRecording
from qa_pipeline.sample import summary_of
from qa_pipeline.speakers import assign_roles
from qa_pipeline.transcribe import AudioInput
from qa_pipeline.transcribe import GroupResult as Transcribed

ChannelSpeech = tuple[tuple[Interval, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A recording with its words: from the recognizer or from a ready transcript."""

    item: WorkItem
    read: ReadRecording
    audio: AudioInput | None
    transcribed: Transcribed | None


def judge_and_save(shift: Shift, heard: Heard, watch: Stopwatch) -> RecordingOutcome:
    """Speakers, sound, metrics, detections, scorecard; then one transaction."""
    recording = heard.read.recording
    ready = heard.read.transcript
    call = settled(shift, call_of(shift, recording, ready.facts if ready else None))
    if call.agent_channel is None and heard.read.agent_channel is not None:
        call = replace(call, agent_channel=heard.read.agent_channel)
    transcript, speech = _words(heard, call)
    with watch.stage("speakers"):
        transcript, split = assign_roles(
            call, transcript, speech, heard.audio.channels if heard.audio else None
        )
    quality: AudioQuality | None = None
    prosody: tuple[Prosody, ...] = ()
    if heard.audio is not None:
        with watch.stage("acoustics"):
            quality, prosody = measure_acoustics(heard.audio.channels, transcript, speech)
    meant = shift.meaning.embed(transcript, watch)
    baseline = shift.baselines.of(call.agent_id) if quality is not None else None
    with watch.stage("evaluate"):
        analyzed = analyze_call(
            call,
            transcript,
            split,
            quality,
            prosody,
            settings=shift.settings,
            baseline=baseline,
            embeddings=meant,
        )
    ear = None
    if heard.audio is not None and heard.transcribed is not None:
        ear = Ear(audio=heard.audio, recognizer=shift.recognizer.get, check=shift.stop.check)
    return _evaluate_and_save(shift, heard.item, analyzed, baseline, watch, ear)


def judge_again(shift: Shift, item: WorkItem, watch: Stopwatch) -> RecordingOutcome:
    """Judge a stored transcript anew: the rubric, a threshold or the call's facts changed."""
    stored = shift.store.any_analysis(item.recording_id)
    if stored is None or item.known is None:
        raise UnreadableRecording(item.source.name, "its transcript is no longer stored")
    call = item.known
    transcript, split = stored.transcript, stored.split
    if call.agent_channel != stored.call.agent_channel:
        speech = _speech_by_channel(stored)
        transcript, split = assign_roles(call, transcript, speech, stored=split)
    meant = shift.meaning.again(stored, transcript, watch)
    baseline = shift.baselines.cited(shift.store.baseline_id_of(item.recording_id), call.agent_id)
    with watch.stage("evaluate"):
        analyzed = analyze_call(
            call,
            transcript,
            split,
            stored.quality,
            stored.prosody,
            settings=shift.settings,
            baseline=baseline,
            embeddings=meant,
            answers=stored.answers,
        )
    return _evaluate_and_save(shift, item, analyzed, baseline, watch)


def _speech_by_channel(stored: AnalyzedCall) -> ChannelSpeech | None:
    """When each channel was heard, found back from who was said to be on it."""
    if stored.split.method is not SplitMethod.CHANNELS:
        return None
    agent, customer = (stored.split.speech.get(r, ()) for r in (Role.AGENT, Role.CUSTOMER))
    on_the_right = any(
        u.role is Role.AGENT and u.audio_channel == 1 for u in stored.transcript.utterances
    )
    return (customer, agent) if on_the_right else (agent, customer)


def _words(heard: Heard, call: Call) -> tuple[Transcript, ChannelSpeech | None]:
    recording = heard.read.recording
    if heard.read.transcript is not None:
        return heard.read.transcript.transcript_for(recording, call.agent_channel), None
    if heard.transcribed is None:
        raise UnreadableRecording(recording.name, "holds neither sound nor words")
    recording_id = recording.recording_id
    return heard.transcribed.transcripts[recording_id], heard.transcribed.speech[recording_id]


def _evaluate_and_save(
    shift: Shift,
    item: WorkItem,
    analyzed: AnalyzedCall,
    baseline: AgentBaseline | None,
    watch: Stopwatch,
    ear: Ear | None = None,
) -> RecordingOutcome:
    call = analyzed.call
    rubric, by_default = rubric_of(shift, call)
    hints = shift.trust.hints(rubric)

    def evaluate(call_with_answers: AnalyzedCall) -> Evaluation:
        return evaluate_call(
            call_with_answers,
            rubric,
            call_with_answers.answers_by_id,
            baseline,
            settings=shift.settings,
            routed_by_default=by_default,
            hints=hints,
            meaning=shift.meaning.of_rubric(rubric, analyzed.embeddings),
        )

    analyzed, evaluation = evaluated(analyzed, evaluate, ear, watch)
    key = judgement_key(
        analyzed.transcript.engine.digest,
        call,
        rubric,
        shift.settings,
        by_default=by_default,
        embedding_model=model_of(analyzed),
        answers=analyzed.answers,
        hints=hints,
        baseline_id=baseline.baseline_id if baseline else None,
    )
    judged = JudgedCall(
        analyzed=analyzed,
        evaluation=evaluation,
        judgement_key=key,
        baseline_id=baseline.baseline_id if baseline else None,
    )
    with watch.stage("save"):
        shift.store.save_judged(
            judged, rubric, file_time=item.source.modified_at, summary=summary_of(judged, rubric)
        )
        hide_stored(shift.store, (call.call_id,))
    return RecordingOutcome(
        recording=item.source.name,
        path=item.source.location,
        kind=OutcomeKind.EVALUATED,
        call_id=call.call_id,
    )
