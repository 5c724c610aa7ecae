"""Plan one day: frame, probabilities, draw, assignment, tasks."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from qa_pipeline.domain.review import Inspector, ReviewTask
from qa_pipeline.sample.candidate import QueueCandidate
from qa_pipeline.sample.capacity import Capacity, capacity_for
from qa_pipeline.sample.coverage import weigh
from qa_pipeline.sample.dealing import ToDeal, deal
from qa_pipeline.sample.design import Design, DrawnFrom, default_seed, design_id_of, draw_design
from qa_pipeline.sample.frame import choose_frame
from qa_pipeline.sample.hidden import choose_doubles, choose_gold, sizes_for
from qa_pipeline.sample.history import History
from qa_pipeline.sample.shortfalls import notes_on_pool, notes_on_rota
from qa_pipeline.sample.tasks import Stamp, reasons_for, tasks_of
from qa_pipeline.settings import QueueSettings

__all__ = ["DayPlan", "default_seed", "design_id_of", "plan_day"]

NO_HISTORY = History()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """Today's tasks and everything needed to say how they came about.

    `frame` holds the call_ids that the probabilities refer to, sorted;
    `probabilities` is in the same order. `notes` say what could not be met.
    """

    day: date
    tasks: tuple[ReviewTask, ...]
    frame: tuple[str, ...]
    probabilities: tuple[float, ...]
    design_id: str
    seed: int
    excluded: tuple[tuple[str, int], ...]
    notes: tuple[str, ...] = ()


def plan_day(
    candidates: Iterable[QueueCandidate],
    inspectors: Sequence[Inspector] | None,
    settings: QueueSettings,
    day: date,
    seed: int | None = None,
    *,
    reviewed: Collection[str] = frozenset(),
    earlier_frames: Collection[str] = frozenset(),
    frame: Collection[str] | None = None,
    started: Sequence[ReviewTask] = (),
    planned: Sequence[ReviewTask] = (),
    history: History = NO_HISTORY,
) -> DayPlan:
    """Choose the calls that inspectors hear on `day` and deal them out.

    Without `frame` the frame is chosen (see `choose_frame`); with it (a day that
    was planned before) the same calls are drawn from again. `started` tasks stay
    with their inspectors (see `draw_design` for their probabilities), `planned`
    ones where they are drawn again and can stay. Without inspectors everything
    goes to `settings.default_inspector`. The result depends on the values given,
    never on their order.
    """
    pool, excluded = _pool(candidates, settings, day, reviewed, earlier_frames, frame)
    given = DrawnFrom(
        pool=pool,
        weights=weigh(pool, settings, day, history),
        settings=settings,
        day=day,
        history=history,
        seed=default_seed(day, design_id_of(settings)) if seed is None else seed,
    )
    people = tuple(inspectors or ()) or (_only_inspector(settings),)
    in_order = tuple(sorted(started, key=lambda t: (t.inspector_id, t.position, t.call_id)))
    return replace(_planned(given, people, in_order, planned), excluded=excluded)


def _planned(
    given: DrawnFrom,
    people: Sequence[Inspector],
    started: Sequence[ReviewTask],
    planned: Sequence[ReviewTask],
) -> DayPlan:
    pool, settings, day, seed = given.pool, given.settings, given.day, given.seed
    capacity = capacity_for(
        pool, given.weights, people, settings, day, started, given.history.times
    )
    design, to_deal = _drawn(given, capacity, started, planned)
    rota, unplaced = deal(to_deal, capacity.desks, given.history, seed)
    design_id = design_id_of(settings)
    reasons = reasons_for(pool, design, settings, day, given.history)
    stamp = Stamp(day=day, design_id=design_id, seed=seed)
    return DayPlan(
        day=day,
        tasks=tasks_of(rota, to_deal.gold, started, reasons, stamp),
        frame=tuple(c.call_id for c in pool),
        probabilities=tuple(design.probability(c.call_id) for c in pool),
        design_id=design_id,
        seed=seed,
        excluded=(),
        notes=(
            *capacity.notes,
            *design.notes,
            *notes_on_pool(pool, rota),
            *notes_on_rota(rota, unplaced, settings),
        ),
    )


def _drawn(
    given: DrawnFrom,
    capacity: Capacity,
    started: Sequence[ReviewTask],
    planned: Sequence[ReviewTask],
) -> tuple[Design, ToDeal]:
    """Share the day's places between gold calls, drawn calls and second reviews, and draw."""
    desks, settings, seed = capacity.desks, given.settings, given.seed
    n_pool = len(given.pool)
    gold = choose_gold(desks, capacity.n_tasks, n_pool, started, given.history, settings, seed)
    n_gold = len(gold) + sum(t.inclusion_probability is None for t in started)
    n_people = sum(d.capacity_ms > 0 for d in desks)
    sizes = sizes_for(capacity.n_tasks, n_pool, n_gold, n_people, settings)
    design = draw_design(given, sizes.drawn, started)
    drawn = [c for c in given.pool if c.call_id in design.drawn]
    return design, ToDeal(
        drawn={c.call_id: c for c in drawn},
        doubles=choose_doubles(drawn, desks, sizes.doubles, seed, started),
        gold=gold,
        started=started,
        planned=planned,
    )


def _pool(
    candidates: Iterable[QueueCandidate],
    settings: QueueSettings,
    day: date,
    reviewed: Collection[str],
    earlier_frames: Collection[str],
    frame: Collection[str] | None,
) -> tuple[tuple[QueueCandidate, ...], tuple[tuple[str, int], ...]]:
    if frame is None:
        chosen = choose_frame(
            candidates, settings, day, reviewed=reviewed, earlier_frames=earlier_frames
        )
        return chosen.candidates, chosen.excluded
    fixed = frozenset(frame)
    return tuple(sorted((c for c in candidates if c.call_id in fixed), key=_call_id)), ()


def _only_inspector(settings: QueueSettings) -> Inspector:
    return Inspector(
        inspector_id=settings.default_inspector,
        capacity_calls=settings.capacity_calls,
        capacity_minutes=settings.capacity_minutes,
    )


def _call_id(candidate: QueueCandidate) -> str:
    return candidate.call_id
