"""Tables of how often the behaviours are flagged rightly: F1, calibration, who began it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 1000
BINS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One dialogue and one behaviour: what is so, and what was said of it.

    `is_abstained` is CANNOT_TELL, which counts as not found. `overlap` is that of the
    evidence with the labelled stretch (IoU); `was_provoked` and `is_called_provoked` are
    known where a behaviour was found rightly.
    """

    is_present: bool
    is_clean: bool
    is_found: bool
    probability: float
    is_abstained: bool = False
    overlap: float | None = None
    was_provoked: bool | None = None
    is_called_provoked: bool = False


def show(title: str, answers: Mapping[str, Sequence[Answer]]) -> float:
    """Print a table; the macro F1."""
    print(f"\n{title}")
    print("behaviour       n  precision         recall            F1                "
          "ECE   IoU   clean  abstained")  # fmt: skip
    for name, given in answers.items():
        low, high = _bounds(given)
        shown = "  ".join(
            f"{v:.2f} [{a:.2f}, {b:.2f}]" for v, a, b in zip(figures(given), low, high, strict=True)
        )
        overlaps = [a.overlap for a in given if a.overlap is not None]
        clean = [a.is_found for a in given if a.is_clean]
        print(
            f"{name:14} {sum(a.is_present for a in given):2}  {shown}  {ece(given):.2f}"
            f"  {f'{np.mean(overlaps):.2f}' if overlaps else '  – '}  "
            f"{f'{sum(clean)}/{len(clean)}':>5}  {np.mean([a.is_abstained for a in given]):.1%}"
        )
    macro = float(np.mean([figures(given)[2] for given in answers.values()]))
    low_macro, high_macro = _macro_bounds(answers)
    print(f"macro F1 {macro:.3f} [{low_macro:.2f}, {high_macro:.2f}]")
    return macro


def show_provoked(title: str, answers: Mapping[str, Sequence[Answer]]) -> None:
    """Print how often "the customer began it" is right, of what was found rightly."""
    known = [a for given in answers.values() for a in given if a.was_provoked is not None]
    said = sum(a.is_called_provoked for a in known)
    so = sum(bool(a.was_provoked) for a in known)
    both = sum(a.is_called_provoked and bool(a.was_provoked) for a in known)
    print(f"{title}: provoked: precision {both}/{said}, recall {both}/{so} of {len(known)} found")


def figures(answers: Sequence[Answer]) -> tuple[float, float, float]:
    """Precision, recall and F1; a divisor of nothing counts as one."""
    hit = sum(a.is_found and a.is_present for a in answers)
    found, present = sum(a.is_found for a in answers), sum(a.is_present for a in answers)
    return hit / max(1, found), hit / max(1, present), 2 * hit / max(1, found + present)


def ece(answers: Sequence[Answer]) -> float:
    """Expected calibration error over equal bins of the probability."""
    probability = np.array([a.probability for a in answers])
    present = np.array([a.is_present for a in answers], dtype=float)
    bins = np.minimum((probability * BINS).astype(int), BINS - 1)
    gaps = [
        (bins == b).mean() * abs(present[bins == b].mean() - probability[bins == b].mean())
        for b in range(BINS)
        if (bins == b).any()
    ]
    return float(sum(gaps))


def _bounds(given: Sequence[Answer]) -> tuple[Sequence[float], Sequence[float]]:
    """95 % of the bootstrap over dialogues, by figure."""
    draws = np.random.default_rng(5)
    resampled = [
        figures([given[i] for i in draws.integers(0, len(given), len(given))])
        for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(np.array(resampled), (2.5, 97.5), axis=0).tolist()
    return low, high


def _macro_bounds(answers: Mapping[str, Sequence[Answer]]) -> tuple[float, float]:
    """95 % of the bootstrap over dialogues, each with its answers to every behaviour."""
    draws = np.random.default_rng(7)
    count = min(len(given) for given in answers.values())
    macros = [
        float(np.mean([figures([given[i] for i in chosen])[2] for given in answers.values()]))
        for chosen in (draws.integers(0, count, count) for _ in range(RESAMPLES))
    ]
    low, high = np.percentile(macros, (2.5, 97.5)).tolist()
    return low, high
