"""Plan a day's queue from the store, and keep the plan."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from qa_pipeline.batch.summarizing import summarize_missing
from qa_pipeline.domain.review import Inspector, ReviewTask
from qa_pipeline.errors import UsageError
from qa_pipeline.sample import (
    DayPlan,
    Exclusion,
    History,
    QueueCandidate,
    candidate_from,
    fitted_times,
    midnight_of,
    plan_day,
)
from qa_pipeline.settings import QueueSettings, Settings
from qa_pipeline.store import CallStore

LATEST_REVIEWS = 5000
"""How many logged reviews the expected times are fitted to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDay:
    """The tasks of a day; `excluded` and `notes` are empty when it was planned before."""

    day: date
    tasks: tuple[ReviewTask, ...]
    excluded: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()


def plan_queue(
    store: CallStore,
    settings: Settings,
    day: date,
    inspector_ids: tuple[str, ...] = (),
    *,
    again: bool = False,
    seed: int | None = None,
) -> PlannedDay:
    """The plan of `day`: what was planned before, or a new one that is kept.

    `again` draws anew from the same frame; started tasks stay. `inspector_ids`
    narrows the kept inspectors; none kept means the default inspector. A day
    without any eligible call is not fixed, so that a later run can still plan it.
    """
    frame = store.frame_of(day)
    if frame is not None and not again:
        return PlannedDay(day=day, tasks=store.tasks(day))
    people = tuple(
        i for i in store.inspectors() if not inspector_ids or i.inspector_id in inspector_ids
    )
    plan = _plan(store, settings.queue, day, people, frame, seed)
    if plan.frame:
        if frame is None and store.save_frame(day, plan.frame) != tuple(sorted(plan.frame)):
            # Another process fixed the frame meanwhile: draw from that one, as it did.
            return plan_queue(store, settings, day, inspector_ids, again=True, seed=seed)
        chances = dict(zip(plan.frame, plan.probabilities, strict=True))
        store.save_plan(day, plan.tasks, chances)
    notes = (*plan.notes, *_without_account(store, plan.tasks))
    return PlannedDay(day=day, tasks=plan.tasks, excluded=plan.excluded, notes=notes)


def _without_account(store: CallStore, tasks: tuple[ReviewTask, ...]) -> tuple[str, ...]:
    """Who has tasks and cannot log in; nothing where nobody logs in at all."""
    accounts = store.accounts_by_inspector()
    missing = sorted({t.inspector_id for t in tasks} - accounts.keys()) if accounts else []
    if not missing:
        return ()
    some = "、".join(missing[:5]) + (" 等" if len(missing) > 5 else "")
    return (
        f"{len(missing)} 名质检员没有登录账号：{some}；用 qa-pipeline user add 开通"
        "（--role inspector --inspector-id）",
    )


def check_inspector(store: CallStore, settings: Settings, inspector_id: str) -> None:
    """UsageError where nobody has that id: neither on the list nor on any task."""
    known = [i.inspector_id for i in store.inspectors()] or [settings.queue.default_inspector]
    if inspector_id in known or store.tasks(inspector_id=inspector_id):
        return
    some = ", ".join(known[:5]) + (" …" if len(known) > 5 else "")
    raise UsageError(
        f"--inspector {inspector_id}: nobody has that id (没有这个工号的质检员); known: {some};"
        " add a line to inspectors.csv and give it with --inspectors"
    )


def _plan(
    store: CallStore,
    settings: QueueSettings,
    day: date,
    people: tuple[Inspector, ...],
    frame: tuple[str, ...] | None,
    seed: int | None,
) -> DayPlan:
    summarize_missing(store)
    history = _history(store, settings, day)
    calls = store.summarized_calls(None if frame is None else day, settings.complaint_words)
    started = store.started_tasks(day)
    under_way = {(t.inspector_id, t.call_id) for t in started}
    plan = plan_day(
        (candidate_from(call, settings, history.times) for call in calls),
        people,
        settings,
        day,
        seed,
        reviewed=store.reviewed_call_ids(),
        frame=frame,
        started=started,
        planned=[t for t in store.tasks(day) if (t.inspector_id, t.call_id) not in under_way],
        history=history,
    )
    if frame is not None:
        return plan
    framed = store.n_framed_calls()
    earlier = ((Exclusion.EARLIER_FRAME.value, framed),) if framed else ()
    return replace(plan, excluded=(*plan.excluded, *earlier))


def _history(store: CallStore, settings: QueueSettings, day: date) -> History:
    """The past as it stood at midnight, whenever the day is planned."""
    midnight = midnight_of(day, settings)
    return History(
        agents=store.agent_records(
            day,
            midnight,
            midnight_of(day.replace(day=1), settings),
            midnight - timedelta(days=settings.complaint_days),
            settings.complaint_words,
        ),
        oldest_call_at=store.first_call_at(),
        times=fitted_times(store.logged_reviews(midnight, LATEST_REVIEWS)),
        gold=_gold(store, settings),
        seen_gold=store.reviewed_pairs() | store.gold_pairs(day),
    )


def _gold(store: CallStore, settings: QueueSettings) -> tuple[QueueCandidate, ...]:
    marked = [gold.call_id for gold in store.gold_calls()]
    calls = store.summarized_by_id(marked) if marked else ()
    return tuple(candidate_from(call, settings) for call in calls)
