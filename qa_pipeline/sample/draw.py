"""The draw: fixed size, unequal probabilities, systematic along agents in a random order."""

import hashlib
from collections.abc import Mapping

from qa_pipeline.sample.probabilities import UNIT


def draw_calls(
    units: Mapping[str, int], seed: int, agent_of: Mapping[str, str | None] | None = None
) -> tuple[str, ...]:
    """Draw calls so that each has exactly its probability (in billionths) of being in.

    The calls are laid end to end in an order that the seed decides, each as long
    as its probability, and a comb with teeth one unit apart is dropped on them at
    a random place: exactly sum / UNIT calls are hit (Goodman and Kish 1950). With
    `agent_of` the calls of one agent lie side by side, so that of an agent whose
    probabilities sum to s between ⌊s⌋ and ⌈s⌉ calls are drawn. The order comes from digests of
    seed, agent and call_id, so it depends neither on the order of the input nor on
    the version of Python.
    """
    start = _number(f"{seed}:start") % UNIT
    drawn: list[str] = []
    below = 0
    for call_id in _in_order(units, seed, agent_of or {}):
        above = below + units[call_id]
        if _teeth(above, start) > _teeth(below, start):
            drawn.append(call_id)
        below = above
    return tuple(sorted(drawn))


def _in_order(units: Mapping[str, int], seed: int, agent_of: Mapping[str, str | None]) -> list[str]:
    numbers = {
        agent: _number(f"{seed}:agent:{agent}")
        for agent in {agent_of.get(call_id) for call_id in units}
        if agent is not None
    }

    def place(call_id: str) -> tuple[int, str, int, str]:
        own = _number(f"{seed}:{call_id}")
        agent = agent_of.get(call_id)
        return (own, "", own, call_id) if agent is None else (numbers[agent], agent, own, call_id)

    return sorted(units, key=place)


def in_random_order(names: Mapping[str, object] | list[str], seed: int, what: str) -> list[str]:
    """The names in an order that seed and purpose decide."""
    return sorted(names, key=lambda name: (_number(f"{seed}:{what}:{name}"), name))


def _teeth(length: int, start: int) -> int:
    """How many teeth start, start + 1 unit, … lie below `length`."""
    return -((start - length) // UNIT)


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
