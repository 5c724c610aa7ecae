"""From drawn calls to a filled rota: first tasks, second reviews, gold calls, evened out."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from qa_pipeline.domain.review import ReviewTask
from qa_pipeline.sample.assign import Item, Rota, assign_items, open_rota
from qa_pipeline.sample.balance import even_out
from qa_pipeline.sample.candidate import QueueCandidate
from qa_pipeline.sample.capacity import Desk
from qa_pipeline.sample.hidden import GoldTask
from qa_pipeline.sample.history import History


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDeal:
    """The drawn calls by call_id, which of them are heard twice, and what stands already.

    `planned` are tasks of an earlier plan of the day that nobody has started: they stay
    with their inspectors where the rules and the places allow.
    """

    drawn: Mapping[str, QueueCandidate]
    doubles: Collection[str]
    gold: Sequence[GoldTask]
    started: Sequence[ReviewTask]
    planned: Sequence[ReviewTask] = ()


def deal(
    given: ToDeal, desks: Sequence[Desk], history: History, seed: int
) -> tuple[Rota, tuple[Item, ...]]:
    """The filled rota, and the tasks that nobody may have or has room for."""
    has_open, has_blind = _holders(given.started, blind=False), _holders(given.started, blind=True)
    firsts = [
        Item(candidate=candidate, barred=frozenset(has_blind.get(call_id, ())))
        for call_id, candidate in sorted(given.drawn.items())
        if call_id not in has_open
    ]
    seconds = [c for c in sorted(given.doubles) if c in given.drawn and c not in has_blind]
    rota = open_rota(
        desks,
        [
            *firsts,
            *(Item(candidate=given.drawn[c], blind=True) for c in seconds),
            *(Item(candidate=one.candidate, blind=True) for one in given.gold),
        ],
        _agents_started(given),
        {agent: record.heard_by for agent, record in history.agents.items()},
    )
    for one in given.gold:
        rota.reserve(one.desk, one.candidate)
    moved = _keep_planned(rota, firsts, given.planned)
    unplaced = list(assign_items(rota, moved, seed, n_later=len(seconds)))
    rota.pinned |= {*seconds, *has_open, *has_blind}
    given_to = _given_to(rota, has_open)
    second_items = [
        Item(candidate=given.drawn[c], blind=True, barred=frozenset(given_to[c]))
        for c in seconds
        if c in given_to
    ]
    unplaced += assign_items(rota, _keep_planned(rota, second_items, given.planned), seed)
    even_out(rota)
    return rota, tuple(unplaced)


def _keep_planned(rota: Rota, items: Sequence[Item], planned: Sequence[ReviewTask]) -> list[Item]:
    """Give items to whom they were planned for; those that cannot stay come back."""
    number = {d.inspector_id: i for i, d in enumerate(rota.desks)}
    was = {(t.call_id, t.blind): number.get(t.inspector_id) for t in planned}
    moved = []
    for item in items:
        index = was.get(item.key)
        if index is None or rota.places[index] <= 0 or not rota.may(index, item):
            moved.append(item)
        else:
            rota.give(index, item)
    return moved


def _holders(started: Sequence[ReviewTask], *, blind: bool) -> dict[str, list[str]]:
    """Who has started each drawn call, as a blind task or as an open one."""
    holders: dict[str, list[str]] = defaultdict(list)
    for task in started:
        if task.blind is blind and task.inclusion_probability is not None:
            holders[task.call_id].append(task.inspector_id)
    return dict(holders)


def _agents_started(given: ToDeal) -> dict[str, list[str]]:
    agents: dict[str, list[str]] = defaultdict(list)
    for task in given.started:
        candidate = given.drawn.get(task.call_id)
        if candidate is not None and candidate.agent_id is not None:
            agents[task.inspector_id].append(candidate.agent_id)
    return agents


def _given_to(rota: Rota, has_open: Mapping[str, list[str]]) -> dict[str, list[str]]:
    given: dict[str, list[str]] = defaultdict(list)
    for desk, items in zip(rota.desks, rota.items, strict=True):
        for item in items:
            given[item.candidate.call_id].append(desk.inspector_id)
    for call_id, people in has_open.items():
        given[call_id] += people
    return dict(given)
