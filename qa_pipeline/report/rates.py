"""A share is printed with its n and its interval, or not at all."""

from dataclasses import dataclass

from scipy.stats import binomtest

from qa_pipeline.domain.estimate import SMALL_SAMPLE

__all__ = ["SMALL_SAMPLE", "Rate", "mean_of", "rate_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`hits` of `n` with the 95 % Wilson interval; share and bounds are None when n is 0."""

    hits: int
    n: int
    share: float | None
    low: float | None
    high: float | None

    @property
    def is_small_sample(self) -> bool:
        return self.n < SMALL_SAMPLE


def rate_of(hits: int, n: int) -> Rate:
    """The share of hits with its 95 % Wilson score interval (Wilson 1927)."""
    if n == 0:
        return Rate(hits=0, n=0, share=None, low=None, high=None)
    interval = binomtest(hits, n).proportion_ci(confidence_level=0.95, method="wilson")
    return Rate(hits=hits, n=n, share=hits / n, low=float(interval.low), high=float(interval.high))


def mean_of(values: list[float]) -> float | None:
    """The arithmetic mean, None of nothing."""
    return sum(values) / len(values) if values else None
