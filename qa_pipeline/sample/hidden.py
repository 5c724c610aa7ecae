"""Tasks that inspectors cannot tell apart: second reviews of drawn calls, and gold calls."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from qa_pipeline.domain.review import ReviewTask
from qa_pipeline.sample.candidate import QueueCandidate
from qa_pipeline.sample.capacity import Desk
from qa_pipeline.sample.draw import in_random_order
from qa_pipeline.sample.history import History
from qa_pipeline.settings import QueueSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many calls the design draws, and how many of them are heard twice."""

    drawn: int
    doubles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldTask:
    """A gold call and who is to hear it (`desk` is a place in the list of desks)."""

    desk: int
    candidate: QueueCandidate


def sizes_for(
    n_tasks: int, n_pool: int, n_gold: int, n_people: int, settings: QueueSettings
) -> Sizes:
    """Share `n_tasks` between drawn calls and second reviews, after `n_gold` gold calls."""
    outside = settings.double_share + settings.gold_share
    wanted = min(n_tasks, round(n_pool / (1.0 - min(0.9, outside))))
    doubles = round(settings.double_share * wanted) if n_people > 1 else 0
    drawn = max(0, min(n_pool, n_tasks - n_gold - doubles))
    return Sizes(drawn=drawn, doubles=max(0, min(doubles, drawn, n_tasks - n_gold - drawn)))


def choose_gold(
    desks: Sequence[Desk],
    n_tasks: int,
    n_pool: int,
    started: Sequence[ReviewTask],
    history: History,
    settings: QueueSettings,
    seed: int,
) -> tuple[GoldTask, ...]:
    """Gold calls for the day: one a round to each inspector, in a random order.

    Nobody gets a gold call of the own team, or one that was heard or given before.
    """
    there = sum(t.inclusion_probability is None for t in started)
    wanted = round(settings.gold_share * min(n_tasks, n_pool)) - there
    by_id = {c.call_id: c for c in history.gold}
    order = in_random_order(list(by_id), seed, "gold")
    turns = in_random_order([d.inspector_id for d in desks], seed, "gold desk")
    number = {d.inspector_id: i for i, d in enumerate(desks)}
    seen = set(history.seen_gold) | {(t.inspector_id, t.call_id) for t in started}
    given = [0] * len(desks)
    chosen: list[GoldTask] = []
    while len(chosen) < wanted:
        before = len(chosen)
        for person in turns:
            index = number[person]
            desk = desks[index]
            if len(chosen) >= wanted or given[index] >= desk.places:
                continue
            call_id = next((c for c in order if _may_hear(desk, by_id[c], seen)), None)
            if call_id is None:
                continue
            seen.add((person, call_id))
            given[index] += 1
            chosen.append(GoldTask(desk=index, candidate=by_id[call_id]))
        if len(chosen) == before:
            break
    return tuple(chosen)


def choose_doubles(
    drawn: Sequence[QueueCandidate],
    desks: Sequence[Desk],
    n: int,
    seed: int,
    started: Sequence[ReviewTask],
) -> frozenset[str]:
    """Which of the drawn calls are heard twice: a simple random sample of them.

    Only calls that two inspectors of other teams could hear; second reviews that were
    started count among them.
    """
    teams = [d.inspector.team for d in desks if d.capacity_ms > 0]
    strangers = {c.team: sum(c.team is None or team != c.team for team in teams) for c in drawn}
    ids = {c.call_id for c in drawn}
    under_way = {t.call_id for t in started if t.blind and t.call_id in ids}
    able = [c.call_id for c in drawn if strangers[c.team] > 1 and c.call_id not in under_way]
    others = in_random_order(able, seed, "double")
    return frozenset(under_way | {*others[: max(0, n - len(under_way))]})


def _may_hear(desk: Desk, gold: QueueCandidate, seen: Collection[tuple[str, str]]) -> bool:
    own = gold.team is not None and gold.team == desk.inspector.team
    return not own and (desk.inspector_id, gold.call_id) not in seen
