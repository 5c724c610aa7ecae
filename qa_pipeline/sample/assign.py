"""Who hears which of the drawn calls."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.sample.candidate import QueueCandidate
from qa_pipeline.sample.capacity import Desk
from qa_pipeline.sample.draw import in_random_order
from qa_pipeline.sample.transport import cheapest_flow

Floats = NDArray[np.float64]

FIRST_ARCS = 12
"""How many inspectors an agent's calls may go to at first; more where they have no room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One task to give away; `barred` may not have it, as they have the call already."""

    candidate: QueueCandidate
    blind: bool = False
    barred: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[str, bool]:
        return self.candidate.call_id, self.blind


@dataclass(slots=True)
class Rota:
    """The desks as they fill: places and time left, and whom each has heard this month.

    `pinned` are calls that are not to change hands any more.
    """

    desks: tuple[Desk, ...]
    shares_ms: Floats
    heard: dict[str, Counter[int]]
    items: list[list[Item]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    loads_ms: list[float] = field(default_factory=list)
    pinned: set[str] = field(default_factory=set)

    def may(self, index: int, item: Item) -> bool:
        """Whether the rules let the inspector have it: not the own team, nor the call again."""
        person = self.desks[index].inspector
        own = item.candidate.team is not None and item.candidate.team == person.team
        return not own and person.inspector_id not in item.barred

    def give(self, index: int, item: Item) -> None:
        self.items[index].append(item)
        self.places[index] -= 1
        self.loads_ms[index] += item.candidate.expected_review_ms
        if item.candidate.agent_id is not None:
            self.heard[item.candidate.agent_id][index] += 1

    def reserve(self, index: int, candidate: QueueCandidate) -> None:
        """Set place and time aside for a call that is no part of the draw."""
        self.places[index] -= 1
        self.loads_ms[index] += candidate.expected_review_ms

    def take(self, index: int, item: Item) -> None:
        self.items[index].remove(item)
        self.places[index] += 1
        self.loads_ms[index] -= item.candidate.expected_review_ms
        if item.candidate.agent_id is not None:
            self.heard[item.candidate.agent_id][index] -= 1

    def movable(self, index: int) -> list[Item]:
        return [i for i in self.items[index] if i.candidate.call_id not in self.pinned]

    def times_heard(self, item: Item, index: int) -> int:
        agent = item.candidate.agent_id
        return 0 if agent is None else self.heard[agent][index]

    def ms_left(self, index: int) -> float:
        return float(self.shares_ms[index]) - self.loads_ms[index]


def open_rota(
    desks: Sequence[Desk],
    items: Sequence[Item],
    started: Mapping[str, Sequence[str]],
    heard_by: Mapping[str, Mapping[str, int]],
) -> Rota:
    """A rota with every desk's equal share of the time that all of the day's tasks take.

    `started` are the agents of the started tasks by inspector_id, `heard_by` this
    month's earlier tasks by agent_id and inspector_id.
    """
    number = {d.inspector_id: i for i, d in enumerate(desks)}
    heard: dict[str, Counter[int]] = defaultdict(Counter)
    for agent, counts in heard_by.items():
        heard[agent].update({number[p]: n for p, n in counts.items() if p in number})
    for person, agents in started.items():
        for agent in agents:
            heard[agent][number[person]] += 1
    total = sum(i.candidate.expected_review_ms for i in items) + sum(d.started_ms for d in desks)
    return Rota(
        desks=tuple(desks),
        shares_ms=_equal_shares(desks, total, total / max(1, len(items) + _started(desks))),
        heard=heard,
        items=[[] for _ in desks],
        places=[d.places for d in desks],
        loads_ms=[d.started_ms for d in desks],
    )


def _started(desks: Sequence[Desk]) -> int:
    return sum(d.started for d in desks)


def _equal_shares(desks: Sequence[Desk], total_ms: float, call_ms: float) -> Floats:
    """`total_ms` in proportion to time budgets; who has few places gets no more than they hold."""
    budget = np.array([d.capacity_ms for d in desks], dtype=np.float64)
    most = np.array([(d.places + d.started) * call_ms for d in desks], dtype=np.float64)
    shares = np.zeros(len(desks))
    free = (budget > 0) & (most > 0)
    rest = total_ms
    while free.any():
        part = np.where(free, budget, 0.0) / budget[free].sum() * rest
        over = free & (part > most)
        if not over.any():
            shares += part
            break
        shares[over] = most[over]
        rest = max(0.0, rest - float(most[over].sum()))
        free &= ~over
    return shares


def assign_items(
    rota: Rota, items: Sequence[Item], seed: int, *, n_later: int = 0
) -> tuple[Item, ...]:
    """Fill the rota; what nobody may have or has room for comes back.

    A transportation problem (HiGHS) of agents to inspectors: never the own team,
    never above the places, as even in time as whole calls allow, and an agent's
    calls to those who have heard it least this month. Inside an agent the longest
    call goes to whoever has the most time left. Items that are barred to somebody
    follow one by one. `n_later` more tasks will come, for which room is left.
    """
    firsts = [i for i in items if not i.barred]
    groups: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in firsts:
        agent = item.candidate.agent_id or f"?{item.candidate.call_id}"
        groups[agent, item.candidate.team or ""].append(item)
    order = [groups[key] for key in sorted(groups)]
    left: list[Item] = []
    flows = _flows(rota, order, len(items) + n_later, seed)
    for group, quota in zip(order, flows, strict=True):
        left += _deal(rota, group, quota)
    left += sorted((i for i in items if i.barred), key=lambda i: i.key)
    return tuple(i for i in left if not (_give_best(rota, i) or _give_after_move(rota, i)))


def _flows(
    rota: Rota, groups: Sequence[Sequence[Item]], n_items: int, seed: int
) -> list[dict[int, int]]:
    """How many calls of each group go to each desk."""
    open_desks = [i for i, places in enumerate(rota.places) if places > 0]
    if not groups or not open_desks:
        return [{} for _ in groups]
    supply = [len(group) for group in groups]
    shares = _shares_in_calls(rota, open_desks, sum(supply), n_items)
    rotation = in_random_order([rota.desks[i].inspector_id for i in open_desks], seed, "desk")
    rank = {person: i for i, person in enumerate(rotation)}
    n_arcs = FIRST_ARCS
    while True:
        arcs = [
            _arcs_of(rota, group, open_desks, rank, number, n_arcs)
            for number, group in enumerate(groups)
        ]
        room = [rota.places[i] for i in open_desks]
        flows, unplaced = cheapest_flow(supply, arcs, room, shares)
        if not unplaced or n_arcs >= len(open_desks):
            return [{open_desks[j]: n for j, n in flow.items()} for flow in flows]
        n_arcs *= 4


def _arcs_of(
    rota: Rota,
    group: Sequence[Item],
    open_desks: Sequence[int],
    rank: Mapping[str, int],
    number: int,
    n_arcs: int,
) -> dict[int, float]:
    """What a call of the group costs at the desks that it may go to: how often heard there.

    Each group starts at another place of the rotation, so that nobody is everybody's first.
    """
    allowed = [j for j, index in enumerate(open_desks) if rota.may(index, group[0])]
    turn = {j: (rank[rota.desks[open_desks[j]].inspector_id] - number) % len(rank) for j in allowed}
    cost = {j: float(rota.times_heard(group[0], open_desks[j])) for j in allowed}
    chosen = sorted(allowed, key=lambda j: (cost[j], turn[j]))[:n_arcs]
    return {j: cost[j] for j in chosen}


def _shares_in_calls(
    rota: Rota, open_desks: Sequence[int], n_firsts: int, n_items: int
) -> list[int]:
    """Each desk's part of the first tasks, by the time it has left; second tasks come later."""
    wanted = np.array([max(0.0, rota.ms_left(i)) for i in open_desks], dtype=np.float64)
    room = np.array([rota.places[i] for i in open_desks], dtype=np.float64)
    ratio = n_firsts / max(1, n_items)
    exact = np.zeros(len(open_desks))
    free = np.ones(len(open_desks), dtype=bool)
    rest = min(float(n_items), float(room.sum()))
    while free.any() and rest > 1e-9:
        weights = np.where(free, np.maximum(wanted, 1e-6), 0.0)
        part = weights / weights.sum() * rest
        over = free & (part > room)
        if not over.any():
            exact[free] = part[free]
            break
        exact[over] = room[over]
        rest -= float(room[over].sum())
        free &= ~over
    return _largest_remainder(exact * ratio, n_firsts)


def _largest_remainder(exact: Floats, total: int) -> list[int]:
    whole = np.floor(exact + 1e-9).astype(int)
    order = np.argsort(whole - exact, kind="stable")
    for index in order[: max(0, total - int(whole.sum()))]:
        whole[index] += 1
    return [int(w) for w in whole]


def _deal(rota: Rota, group: Sequence[Item], quota: Mapping[int, int]) -> list[Item]:
    left = dict(quota)
    unplaced: list[Item] = []
    for item in sorted(group, key=lambda i: (-i.candidate.expected_review_ms, i.key)):
        open_to = [i for i, places in left.items() if places > 0]
        if not open_to:
            unplaced.append(item)
            continue
        chosen = max(open_to, key=lambda i: (rota.ms_left(i), -i))
        left[chosen] -= 1
        rota.give(chosen, item)
    return unplaced


def _give_best(rota: Rota, item: Item) -> bool:
    """Give to whoever may have it, has heard the agent least, and has the most time left."""
    open_to = [i for i, places in enumerate(rota.places) if places > 0 and rota.may(i, item)]
    if not open_to:
        return False
    chosen = min(open_to, key=lambda i: (rota.times_heard(item, i), -rota.ms_left(i), i))
    rota.give(chosen, item)
    return True


def _give_after_move(rota: Rota, item: Item) -> bool:
    """Where only full desks may have it: one of them hands a call to a desk with room."""
    with_room = [i for i, places in enumerate(rota.places) if places > 0]
    for index in range(len(rota.desks)):
        if not rota.may(index, item):
            continue
        for other in rota.movable(index):
            taker = next((i for i in with_room if i != index and rota.may(i, other)), None)
            if taker is not None:
                rota.take(index, other)
                rota.give(taker, other)
                rota.give(index, item)
                return True
    return False
