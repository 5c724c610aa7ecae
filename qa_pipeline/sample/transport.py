"""The transportation problem: from groups to desks at least cost, in whole calls."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

OVER_SHARE_COST = 3.0
UNPLACED_COST = 1000.0


def cheapest_flow(
    supply: Sequence[int],
    arcs: Sequence[Mapping[int, float]],
    room: Sequence[int],
    shares: Sequence[int],
) -> tuple[list[dict[int, int]], int]:
    """Calls from each group to each desk, and how many found no place.

    `arcs[g]` holds the desks that group g may go to with the cost of a call there.
    A desk takes its share for nothing and up to its room at a price. Variables:
    one flow an arc, then what each desk takes beyond its share, then what stays
    of each group. Such a network has whole-numbered optima.
    """
    pairs = [(g, j) for g, costs in enumerate(arcs) for j in costs]
    n_arcs, n_desks, n_groups = len(pairs), len(room), len(supply)
    costs = np.concatenate(
        [
            np.array([arcs[g][j] for g, j in pairs], dtype=np.float64),
            np.full(n_desks, OVER_SHARE_COST),
            np.full(n_groups, UNPLACED_COST),
        ]
    )
    leaves, arrives = _network(pairs, n_groups, n_desks)
    free = [min(s, r) for s, r in zip(shares, room, strict=True)]
    bounds = [(0.0, _most(supply[g], len(arcs[g]))) for g, _ in pairs]
    bounds += [(0.0, float(r - s)) for r, s in zip(room, free, strict=True)]
    bounds += [(0.0, float(s)) for s in supply]
    solved = linprog(
        costs,
        A_ub=arrives,
        b_ub=free,
        A_eq=leaves,
        b_eq=supply,
        bounds=bounds,
        method="highs-ds",
    )
    if not solved.success:
        raise ValueError(f"the calls cannot be assigned: {solved.message}")
    flows: list[dict[int, int]] = [{} for _ in supply]
    for (g, j), amount in zip(pairs, solved.x[:n_arcs], strict=True):
        if round(amount):
            flows[g][j] = round(amount)
    return flows, round(float(solved.x[n_arcs + n_desks :].sum()))


def _network(
    pairs: Sequence[tuple[int, int]], n_groups: int, n_desks: int
) -> tuple[coo_array, coo_array]:
    """The two sides as matrices: what leaves each group, and what comes to each desk."""
    n_arcs = len(pairs)
    size = n_arcs + n_desks + n_groups
    from_group = np.array([g for g, _ in pairs], dtype=np.int64)
    to_desk = np.array([j for _, j in pairs], dtype=np.int64)
    every, desks, groups = np.arange(n_arcs), np.arange(n_desks), np.arange(n_groups)
    leaves = coo_array(
        (
            np.ones(n_arcs + n_groups),
            (np.r_[from_group, groups], np.r_[every, n_arcs + n_desks + groups]),
        ),
        shape=(n_groups, size),
    )
    arrives = coo_array(
        (
            np.r_[np.ones(n_arcs), -np.ones(n_desks)],
            (np.r_[to_desk, desks], np.r_[every, n_arcs + desks]),
        ),
        shape=(n_desks, size),
    )
    return leaves, arrives


def _most(supply: int, n_desks: int) -> float:
    """How many of a group one desk may take, so that any two cannot take it all."""
    if n_desks < 3:
        return float(supply)
    return float(max(1, (supply - 1) // 2))
