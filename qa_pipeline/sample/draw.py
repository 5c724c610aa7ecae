"""The draw: fixed size, unequal probabilities, randomized systematic."""

import hashlib
from collections.abc import Mapping

from qa_pipeline.sample.probabilities import UNIT


def draw_calls(units: Mapping[str, int], seed: int) -> tuple[str, ...]:
    """Draw calls so that each has exactly its probability (in billionths) of being in.

    The calls are laid end to end in an order that the seed decides, each as long
    as its probability, and a comb with teeth one unit apart is dropped on them at
    a random place: exactly sum / UNIT calls are hit (Goodman and Kish 1950). The
    order comes from digests of seed and call_id, so it depends neither on the
    order of the input nor on the version of Python.
    """
    start = _number(f"{seed}:start") % UNIT
    drawn: list[str] = []
    below = 0
    for call_id in sorted(units, key=lambda c: (_number(f"{seed}:{c}"), c)):
        above = below + units[call_id]
        if _teeth(above, start) > _teeth(below, start):
            drawn.append(call_id)
        below = above
    return tuple(sorted(drawn))


def _teeth(length: int, start: int) -> int:
    """How many teeth start, start + 1 unit, … lie below `length`."""
    return -((start - length) // UNIT)


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
