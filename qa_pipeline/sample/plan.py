"""Plan one day: frame, probabilities, draw, assignment, tasks."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qa_pipeline.domain.review import Inspector, ReviewTask
from qa_pipeline.sample.assign import Assignment, assign_calls
from qa_pipeline.sample.candidate import QueueCandidate
from qa_pipeline.sample.capacity import Capacity, capacity_for
from qa_pipeline.sample.draw import draw_calls
from qa_pipeline.sample.frame import choose_frame
from qa_pipeline.sample.probabilities import UNIT, inclusion_units
from qa_pipeline.sample.reasons import say_reason
from qa_pipeline.settings import QueueSettings

DESIGN = "randomized-systematic-1"


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
) -> DayPlan:
    """Choose the calls that inspectors hear on `day` and deal them out.

    Without `frame` the frame is chosen (see `choose_frame`); with it (a day that
    was planned before) the same calls are drawn from again. `started` tasks stay
    as they are: where the draw would leave one out, the others are drawn anew
    from the rest of the frame and carry the probability of that draw. Without
    inspectors everything goes to `settings.default_inspector`. The result depends
    on the values given, never on their order.
    """
    fixed = set(frame) if frame is not None else None
    if fixed is None:
        chosen = choose_frame(
            candidates, settings, day, reviewed=reviewed, earlier_frames=earlier_frames
        )
        pool, excluded = chosen.candidates, chosen.excluded
    else:
        pool = tuple(sorted((c for c in candidates if c.call_id in fixed), key=_call_id))
        excluded = ()
    design_id = design_id_of(settings)
    seed = default_seed(day, design_id) if seed is None else seed
    people = tuple(inspectors or ()) or (_only_inspector(settings),)
    kept = {t.call_id: t for t in started}
    per_person = Counter(t.inspector_id for t in kept.values())
    capacity = capacity_for(pool, people, settings, day, per_person)
    units = _draw_units(pool, capacity, settings, seed, kept)
    drawn = set(draw_calls(units, seed)) - set(kept)
    fresh = [c for c in pool if c.call_id in drawn]
    assignment = assign_calls(fresh, people, capacity.room)
    draw = _Draw(day=day, design_id=design_id, seed=seed, units=units)
    return DayPlan(
        day=day,
        tasks=_tasks(fresh, assignment, kept, draw),
        frame=tuple(c.call_id for c in pool),
        probabilities=tuple(_probability(c.call_id, units, kept) for c in pool),
        design_id=design_id,
        seed=seed,
        excluded=excluded,
        notes=(*capacity.notes, *_own_team_note(assignment.own_team)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draw:
    day: date
    design_id: str
    seed: int
    units: Mapping[str, int]

    def is_by_risk(self, call_id: str) -> bool:
        """Whether the call was at least as likely as the average one."""
        return self.units[call_id] * len(self.units) >= sum(self.units.values())

    @property
    def takes_all(self) -> bool:
        return all(u == UNIT for u in self.units.values())


def design_id_of(settings: QueueSettings) -> str:
    """Names the design and every setting that it depends on."""
    used = f"{DESIGN}|{settings.random_share!r}|{settings.min_eligible_ms}"
    return f"{DESIGN}-{hashlib.sha256(used.encode()).hexdigest()[:8]}"


def default_seed(day: date, design_id: str) -> int:
    """The seed of a day that nobody gave one: a digest of day and design."""
    digest = hashlib.sha256(f"{day.isoformat()}|{design_id}".encode()).digest()
    return int.from_bytes(digest[:4], "big")


def _only_inspector(settings: QueueSettings) -> Inspector:
    return Inspector(
        inspector_id=settings.default_inspector,
        capacity_calls=settings.capacity_calls,
        capacity_minutes=settings.capacity_minutes,
    )


def _draw_units(
    pool: Sequence[QueueCandidate],
    capacity: Capacity,
    settings: QueueSettings,
    seed: int,
    kept: Mapping[str, ReviewTask],
) -> dict[str, int]:
    """Probabilities of the draw; started tasks leave it only where it would lose them."""
    in_pool = {c.call_id for c in pool if c.call_id in kept}
    room = sum(capacity.room.values())
    units = _units(pool, room + len(in_pool), settings)
    if in_pool <= set(draw_calls(units, seed)):
        return units
    return _units([c for c in pool if c.call_id not in kept], room, settings)


def _units(pool: Sequence[QueueCandidate], n: int, settings: QueueSettings) -> dict[str, int]:
    units = inclusion_units([c.risk for c in pool], n, settings.random_share)
    return {c.call_id: u for c, u in zip(pool, units, strict=True)}


def _probability(call_id: str, units: Mapping[str, int], kept: Mapping[str, ReviewTask]) -> float:
    stored = kept[call_id].inclusion_probability if call_id in kept else None
    return units.get(call_id, 0) / UNIT if stored is None else stored


def _tasks(
    fresh: Sequence[QueueCandidate],
    assignment: Assignment,
    kept: Mapping[str, ReviewTask],
    draw: _Draw,
) -> tuple[ReviewTask, ...]:
    """Started tasks as they are, then each inspector's others, the riskiest first."""
    next_position: dict[str, int] = defaultdict(lambda: 1)
    for task in kept.values():
        last = next_position[task.inspector_id]
        next_position[task.inspector_id] = max(last, task.position + 1)
    takes_all = draw.takes_all
    tasks = list(kept.values())
    for candidate in sorted(fresh, key=lambda c: (-c.risk, c.call_id)):
        call_id = candidate.call_id
        inspector_id = assignment.inspector_of[call_id]
        tasks.append(
            ReviewTask(
                call_id=call_id,
                inspector_id=inspector_id,
                day=draw.day,
                reason=say_reason(
                    candidate.findings, by_risk=draw.is_by_risk(call_id), all_drawn=takes_all
                ),
                inclusion_probability=draw.units[call_id] / UNIT,
                design_id=draw.design_id,
                seed=draw.seed,
                expected_review_ms=candidate.expected_review_ms,
                position=next_position[inspector_id],
            )
        )
        next_position[inspector_id] += 1
    return tuple(sorted(tasks, key=lambda t: (t.inspector_id, t.position, t.call_id)))


def _own_team_note(own_team: tuple[str, ...]) -> tuple[str, ...]:
    if not own_team:
        return ()
    return (f"{len(own_team)} 通只能分给本班组的质检员：其他人没有余量",)


def _call_id(candidate: QueueCandidate) -> str:
    return candidate.call_id
