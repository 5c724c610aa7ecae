"""Plan a day's queue from the store, and keep the plan."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.domain.review import ReviewTask
from qa_pipeline.sample import QueueCandidate, candidate_of, plan_day
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore


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
    reviewed = {r.call_id for r in store.reviews()}
    plan = plan_day(
        _candidates(store, settings),
        people,
        settings.queue,
        day,
        seed,
        reviewed=reviewed,
        earlier_frames=store.framed_call_ids() if frame is None else frozenset(),
        frame=frame,
        started=store.started_tasks(day),
    )
    if plan.frame:
        if store.save_frame(day, plan.frame) != tuple(sorted(plan.frame)):
            # Another process fixed the frame meanwhile: draw from that one, as it did.
            return plan_queue(store, settings, day, inspector_ids, again=True, seed=seed)
        store.save_plan(day, plan.tasks)
    return PlannedDay(day=day, tasks=plan.tasks, excluded=plan.excluded, notes=plan.notes)


def _candidates(store: CallStore, settings: Settings) -> Iterator[QueueCandidate]:
    times = store.effective_times()
    rubrics = stored_rubrics(store)
    for judged in store.judged_calls():
        yield candidate_of(
            judged,
            settings.queue,
            rubric=rubrics.get(judged.evaluation.scorecard.rubric_digest),
            file_time=times.get(judged.call_id),
        )
