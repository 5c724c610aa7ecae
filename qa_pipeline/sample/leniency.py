"""Who finds more and who finds fewer violations than others, and how gold calls were answered."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.stats import binomtest

from qa_pipeline.sample.agreement import N_BOOTSTRAPS, SMALL_SAMPLE, Bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One inspector's word beside the others' on one item of one call.

    `found` is 1 for a violation, else 0; `others` is the share of the others who found it.
    """

    inspector_id: str
    call_id: str
    day: date
    found: float
    others: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Leniency:
    """How much oftener (> 0, stricter) or rarer (< 0, more lenient) an inspector finds violations.

    `week` is the Monday of a week, None for all of them together.
    """

    inspector_id: str
    week: date | None
    n_calls: int
    n_items: int
    bias: Bounded

    @property
    def is_small_sample(self) -> bool:
        return self.n_calls < SMALL_SAMPLE

    @property
    def stands_out(self) -> bool:
        """Whether the interval leaves out zero."""
        low, high = self.bias.low, self.bias.high
        return low is not None and high is not None and (low > 0 or high < 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldResult:
    """How often an inspector gave the agreed answers of gold calls: Wilson, 95 %."""

    inspector_id: str
    n_calls: int
    n_items: int
    right: int
    share: Bounded


def leniency_of(voices: Iterable[Voice]) -> tuple[Leniency, ...]:
    """Each inspector's bias over all weeks, then week by week, by inspector_id.

    The mean difference to the others over the items of double-scored calls, with a
    bootstrap interval over calls: items of one call are not independent.
    """
    mine: dict[tuple[str, date | None], list[Voice]] = defaultdict(list)
    for voice in voices:
        monday = date.fromordinal(voice.day.toordinal() - voice.day.weekday())
        mine[voice.inspector_id, None].append(voice)
        mine[voice.inspector_id, monday].append(voice)
    ordered = sorted(mine, key=lambda k: (k[0], k[1] is not None, k[1] or date.min))
    return tuple(_leniency(key, mine[key]) for key in ordered)


def gold_result(inspector_id: str, calls: Iterable[str], right: int, answers: int) -> GoldResult:
    """The share of right answers; `answers` counts those that were given."""
    bounds = Bounded(value=None, low=None, high=None)
    if answers:
        wilson = binomtest(right, answers).proportion_ci(method="wilson")
        bounds = Bounded(value=right / answers, low=float(wilson.low), high=float(wilson.high))
    return GoldResult(
        inspector_id=inspector_id,
        n_calls=len(set(calls)),
        n_items=answers,
        right=right,
        share=bounds,
    )


def _leniency(key: tuple[str, date | None], voices: list[Voice]) -> Leniency:
    calls = sorted({v.call_id for v in voices})
    place = {call_id: i for i, call_id in enumerate(calls)}
    excess, items = np.zeros(len(calls)), np.zeros(len(calls))
    for voice in voices:
        excess[place[voice.call_id]] += voice.found - voice.others
        items[place[voice.call_id]] += 1
    value = float(excess.sum() / items.sum())
    if len(calls) == 1:
        low, high = -1.0, 1.0
    elif not excess.any():
        # No difference seen is no proof of none: what n calls alike leave possible.
        high = float(binomtest(0, len(calls)).proportion_ci(method="wilson").high)
        low = -high
    else:
        rng = np.random.default_rng(len(calls))
        drawn = rng.multinomial(len(calls), np.full(len(calls), 1 / len(calls)), N_BOOTSTRAPS)
        low, high = np.percentile((drawn @ excess) / (drawn @ items), [2.5, 97.5])
    return Leniency(
        inspector_id=key[0],
        week=key[1],
        n_calls=len(calls),
        n_items=len(voices),
        bias=Bounded(value=value, low=float(low), high=float(high)),
    )
