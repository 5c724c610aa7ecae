"""Judge stored calls again under today's rubrics and thresholds.

Without listening, unless the recordings shall be opened for unanswered questions.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from qa_pipeline.batch.asking import Ear, evaluated
from qa_pipeline.batch.hiding import hide_stored
from qa_pipeline.batch.keys import engine_of, judgement_key, model_of
from qa_pipeline.batch.meaning import Meaning
from qa_pipeline.batch.shift import SharedRecognizer
from qa_pipeline.batch.stopwatch import Stopwatch
from qa_pipeline.batch.trust import read_trust
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.call import Recording
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.prosody import AgentBaseline
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import Evaluation
from qa_pipeline.errors import UnreadableRecording
from qa_pipeline.evaluate_call import analyze_call, evaluate_call, is_measured_today
from qa_pipeline.ingest import IngestOptions, read_channels
from qa_pipeline.ingest.source import sha256_of
from qa_pipeline.rubric_files import load_rubric, load_rubrics, route
from qa_pipeline.sample import summary_of
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore
from qa_pipeline.text.lexicons import rubrics_dir
from qa_pipeline.transcribe import AudioInput


def rejudge_calls(
    store: CallStore,
    settings: Settings,
    days: tuple[date | None, date | None],
    rubric_file: Path | None,
    *,
    recognizer: SharedRecognizer | None = None,
) -> dict[str, int]:
    """Judge the calls of a period (both days included, None is open) and save what changed.

    With a recognizer the recordings of calls that have open questions are heard again;
    one that is gone or was altered is counted as `not_heard` and judged without.
    """
    forced = load_rubric(rubric_file) if rubric_file else None
    rubrics = () if forced else load_rubrics(rubrics_dir())
    zone = ZoneInfo(settings.queue.centre_time_zone)
    since = datetime.combine(days[0], time(), zone) if days[0] else None
    until = datetime.combine(days[1] + timedelta(days=1), time(), zone) if days[1] else None
    counts = {"rejudged": 0, "unchanged": 0}
    trust = read_trust(store, settings)
    meaning, watch = Meaning(store=store), Stopwatch()
    if recognizer is not None:
        counts["not_heard"] = 0
    for call_id in store.call_ids(since=since, until=until):
        judged = store.judged_call(call_id)
        rubric, by_default = (forced, False) if forced else route(rubrics, judged.analyzed.call)
        heard = meaning.brought_up_to_date(judged.analyzed, watch)
        judge = partial(
            judge_stored,
            rubric=rubric,
            settings=settings,
            by_default=by_default,
            hints=trust.hints(rubric),
            meaning=meaning,
            baseline=store.baseline(judged.baseline_id) if judged.baseline_id else None,
        )
        again = judge(replace(judged, analyzed=heard), unless_same=recognizer is None)
        if recognizer is not None and again.evaluation.queries:
            ear = _ear(again.analyzed.call.recording, recognizer)
            counts["not_heard"] += ear is None
            again = judge(again, ear=ear, watch=watch)
        if again.judgement_key == judged.judgement_key:
            counts["unchanged"] += 1
            continue
        store.save_judged(again, rubric, summary=summary_of(again, rubric))
        hide_stored(store, (call_id,))
        counts["rejudged"] += 1
    return counts


def judge_stored(
    judged: JudgedCall,
    rubric: Rubric,
    settings: Settings,
    *,
    by_default: bool,
    hints: frozenset[str] = frozenset(),
    meaning: Meaning | None = None,
    baseline: AgentBaseline | None = None,
    ear: Ear | None = None,
    watch: Stopwatch | None = None,
    unless_same: bool = False,
) -> JudgedCall:
    """The judgement that stored words, speakers, sound and answers give today.

    `hints` are criteria that may not deduct (`batch.trust`); `baseline` is the one that
    `judged` cites; with an `ear` open questions are answered. `unless_same`: nothing is
    judged where all that a judgement depends on is as it was.
    """
    key_of = partial(
        _key_today, rubric=rubric, settings=settings, by_default=by_default, hints=hints
    )
    if unless_same and key_of(judged) == judged.judgement_key:
        return judged
    was = judged.analyzed
    is_measured = is_measured_today(was, settings, baseline)
    analyzed = was if is_measured else _analyzed_today(was, settings, baseline)

    def evaluate(call: AnalyzedCall) -> Evaluation:
        return evaluate_call(
            call,
            rubric,
            call.answers_by_id,
            baseline,
            settings=settings,
            routed_by_default=by_default,
            hints=hints,
            meaning=meaning.of_rubric(rubric, was.embeddings) if meaning else None,
            known=judged.evaluation.detections if is_measured else (),
        )

    analyzed, evaluation = evaluated(analyzed, evaluate, ear, watch or Stopwatch())
    again = replace(judged, analyzed=analyzed, evaluation=evaluation)
    return replace(again, judgement_key=key_of(again))


def _key_today(
    judged: JudgedCall,
    *,
    rubric: Rubric,
    settings: Settings,
    by_default: bool,
    hints: frozenset[str],
) -> str:
    """The key that a judgement of the stored call would have today."""
    return judgement_key(
        engine_of(judged.judgement_key),
        judged.analyzed.call,
        rubric,
        settings,
        by_default=by_default,
        embedding_model=model_of(judged.analyzed),
        answers=judged.analyzed.answers,
        hints=hints,
        baseline_id=judged.baseline_id,
    )


def _analyzed_today(
    was: AnalyzedCall, settings: Settings, baseline: AgentBaseline | None
) -> AnalyzedCall:
    """The stored call as today's thresholds measure it."""
    return analyze_call(
        was.call,
        was.transcript,
        was.split,
        was.quality,
        was.prosody,
        settings=settings,
        baseline=baseline,
        embeddings=was.embeddings,
        answers=was.answers,
    )


def _ear(recording: Recording, recognizer: SharedRecognizer) -> Ear | None:
    """The recording's sound, None where it cannot be read or is another than was judged."""
    try:
        if sha256_of(recording.path, recording.name) != recording.recording_id:
            return None
        channels = read_channels(recording, IngestOptions())
    except UnreadableRecording:
        return None
    audio = AudioInput(recording_id=recording.recording_id, channels=channels)
    return Ear(audio=audio, recognizer=recognizer.get)
