"""Judge stored calls again under today's rubrics and thresholds, without listening."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from qa_pipeline.batch.keys import engine_of, judgement_key, model_of
from qa_pipeline.batch.meaning import Meaning
from qa_pipeline.batch.stopwatch import Stopwatch
from qa_pipeline.batch.trust import read_trust
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.evaluate_call import analyze_call, evaluate_call
from qa_pipeline.rubric_files import load_rubric, load_rubrics, route
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore
from qa_pipeline.text.lexicons import rubrics_dir


def rejudge_calls(
    store: CallStore,
    settings: Settings,
    days: tuple[date | None, date | None],
    rubric_file: Path | None,
) -> dict[str, int]:
    """Judge the calls of a period (both days included, None is open) and save what changed."""
    forced = load_rubric(rubric_file) if rubric_file else None
    rubrics = () if forced else load_rubrics(rubrics_dir())
    zone = ZoneInfo(settings.queue.centre_time_zone)
    since = datetime.combine(days[0], time(), zone) if days[0] else None
    until = datetime.combine(days[1] + timedelta(days=1), time(), zone) if days[1] else None
    counts = {"rejudged": 0, "unchanged": 0}
    trust = read_trust(store, settings)
    meaning, watch = Meaning(store=store), Stopwatch()
    for call_id in store.call_ids(since=since, until=until):
        judged = store.judged_call(call_id)
        rubric, by_default = (forced, False) if forced else route(rubrics, judged.analyzed.call)
        heard = meaning.brought_up_to_date(judged.analyzed, watch)
        again = judge_stored(
            replace(judged, analyzed=heard),
            rubric,
            settings,
            by_default=by_default,
            hints=trust.hints(rubric),
            meaning=meaning,
        )
        if again.judgement_key == judged.judgement_key:
            counts["unchanged"] += 1
            continue
        store.save_judged(again, rubric)
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
) -> JudgedCall:
    """The judgement that stored words, speakers and sound give today.

    `hints` are criteria that may not deduct (`batch.trust`).
    """
    was = judged.analyzed
    analyzed = analyze_call(
        was.call,
        was.transcript,
        was.split,
        was.quality,
        was.prosody,
        settings=settings,
        embeddings=was.embeddings,
    )
    evaluation = evaluate_call(
        analyzed, rubric, {}, None, settings=settings, routed_by_default=by_default, hints=hints
    )
    key = judgement_key(
        engine_of(judged.judgement_key),
        was.call,
        rubric,
        settings,
        by_default=by_default,
        embedding_model=model_of(was),
        hints=hints,
        meaning=meaning.of_rubric(rubric, was.embeddings) if meaning else None,
    )
    return JudgedCall(analyzed=analyzed, evaluation=evaluation, judgement_key=key)
