"""Who hears which of the drawn calls."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from qa_pipeline.domain.review import Inspector
from qa_pipeline.sample.candidate import QueueCandidate

OWN_TEAM_COST = 1000.0
OVER_SHARE_COST = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """`inspector_of` by call_id; `own_team` are calls that no stranger had room for."""

    inspector_of: Mapping[str, str]
    own_team: tuple[str, ...]


def assign_calls(
    drawn: Sequence[QueueCandidate], inspectors: Sequence[Inspector], room: Mapping[str, int]
) -> Assignment:
    """Give every drawn call to one inspector, never above `room` (calls by inspector_id).

    A transportation problem of teams to inspectors (HiGHS): as few calls of the
    own team as can be, then loads in proportion to room. Inside a team the calls
    are dealt the longest first to whoever has the most time left. Raises
    ValueError when the calls outnumber the room.
    """
    if len(drawn) > sum(room.values()):
        raise ValueError(f"{len(drawn)} calls for {sum(room.values())} places")
    people = [i for i in sorted(inspectors, key=lambda i: i.inspector_id) if room[i.inspector_id]]
    teams: dict[str | None, list[QueueCandidate]] = defaultdict(list)
    for candidate in drawn:
        teams[candidate.team].append(candidate)
    names = sorted(teams, key=lambda t: (t is not None, t or ""))
    if not names:
        return Assignment(inspector_of={}, own_team=())
    counts = _transport(
        [len(teams[name]) for name in names],
        [room[p.inspector_id] for p in people],
        [[_is_own(name, p) for p in people] for name in names],
    )
    return _deal(names, teams, people, counts)


def _is_own(team: str | None, inspector: Inspector) -> bool:
    return team is not None and team == inspector.team


def _transport(
    supply: Sequence[int], room: Sequence[int], own: Sequence[Sequence[bool]]
) -> list[list[int]]:
    """Calls from each team to each inspector, at least cost.

    Variables: one flow for each (team, inspector), then for each inspector what
    goes beyond an equal share. Such a network has whole-numbered optima.
    """
    rows, people = len(supply), len(room)
    shares = _equal_shares(sum(supply), room)
    flows = rows * people
    costs = np.zeros(flows + people)
    costs[:flows] = OWN_TEAM_COST * np.asarray(own, dtype=float).ravel()
    costs[flows:] = OVER_SHARE_COST
    every = np.arange(flows)
    from_team = coo_array((np.ones(flows), (every // people, every)), shape=(rows, flows + people))
    columns = np.concatenate([every, flows + np.arange(people)])
    signs = np.concatenate([np.ones(flows), -np.ones(people)])
    to_inspector = coo_array(
        (signs, (np.concatenate([every % people, np.arange(people)]), columns)),
        shape=(people, flows + people),
    )
    bounds: list[tuple[float, float | None]] = [(0.0, None)] * flows
    bounds += [(0.0, float(r - s)) for r, s in zip(room, shares, strict=True)]
    solved = linprog(
        costs,
        A_ub=to_inspector,
        b_ub=shares,
        A_eq=from_team,
        b_eq=supply,
        bounds=bounds,
        method="highs-ds",
    )
    if not solved.success:
        raise ValueError(f"the calls cannot be assigned: {solved.message}")
    return [[round(x) for x in row] for row in solved.x[:flows].reshape(rows, people)]


def _equal_shares(total: int, room: Sequence[int]) -> list[int]:
    """`total` in proportion to room, whole numbers by largest remainder."""
    exact = [total * r / sum(room) for r in room]
    shares = [int(x) for x in exact]
    order = sorted(range(len(room)), key=lambda i: (shares[i] - exact[i], i))
    for index in order[: total - sum(shares)]:
        shares[index] += 1
    return shares


def _deal(
    names: Sequence[str | None],
    teams: Mapping[str | None, Sequence[QueueCandidate]],
    people: Sequence[Inspector],
    counts: Sequence[Sequence[int]],
) -> Assignment:
    inspector_of: dict[str, str] = {}
    own_team: list[str] = []
    minutes = [0.0] * len(people)
    for name, quota in zip(names, counts, strict=True):
        left = list(quota)
        longest_first = sorted(teams[name], key=lambda c: (-c.expected_review_ms, c.call_id))
        for candidate in longest_first:
            open_to = [i for i, places in enumerate(left) if places > 0]
            chosen = min(open_to, key=lambda i: (minutes[i] / people[i].capacity_minutes, i))
            left[chosen] -= 1
            minutes[chosen] += candidate.expected_review_ms / 60_000
            inspector_of[candidate.call_id] = people[chosen].inspector_id
            if _is_own(name, people[chosen]):
                own_team.append(candidate.call_id)
    return Assignment(inspector_of=inspector_of, own_team=tuple(sorted(own_team)))
