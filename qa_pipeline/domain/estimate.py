"""What a sample of reviewed calls says of all calls."""

from dataclasses import dataclass

SMALL_SAMPLE = 30
"""Below this many reviewed calls an estimate carries the small-sample mark."""

RARE_BELOW = 0.02
"""Below this share an estimate carries the mark `rare` and the exact kind of interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The share of calls with a violation, estimated from the reviewed ones.

    `share`, `low` and `high` (95 %) are None where nothing was reviewed. `n_calls` is
    how many calls the share is of, `n_reviewed` how many of them have an answer,
    `n_found` in how many of those reviewers found the violation (two reviewers of one
    call who differ are half a find). `tuning` (0..1) is how far the machine's
    predictions were used: 0 is the weighted share of the reviewed calls alone.
    """

    share: float | None
    low: float | None
    high: float | None
    n_calls: int
    n_reviewed: int
    n_found: float
    tuning: float

    @property
    def is_small_sample(self) -> bool:
        return self.n_reviewed < SMALL_SAMPLE

    @property
    def is_rare(self) -> bool:
        return self.share is not None and self.share < RARE_BELOW
