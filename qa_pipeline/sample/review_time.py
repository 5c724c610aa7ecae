"""How long an inspector will need for a call: shipped figures, refitted from logged reviews."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from qa_pipeline.domain.detection import Detection, Outcome
from qa_pipeline.domain.interval import Interval, total_ms
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.sampling import LoggedReview, ReviewLoad

OPEN_AND_FORM_MS = 45_000
DECISION_MS = 6_000
CONTEXT_MS = 10_000
SKIM_SHARE = 0.35
MAX_SKIMMED_MS = 342_000

MIN_REVIEWS = 30
SHORTEST_MS, LONGEST_MS = 5_000, 45 * 60_000
PACE_BOUNDS = (0.4, 2.5)
_PRIOR_REVIEWS = 10.0
_ROUNDS = 4

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTimes:
    """Expected review time = pace · (open + heard · listened + rest · skimmed + decision · pieces).

    `pace_of` has the inspectors whose own pace is known; 1 is usual, 2 takes twice as
    long. `n_reviews` logged reviews were fitted, 0 for the shipped figures: about three
    minutes for a call of four minutes with four pieces of evidence.
    """

    open_ms: float = OPEN_AND_FORM_MS
    heard_share: float = 1.0
    skim_share: float = SKIM_SHARE
    decision_ms: float = DECISION_MS
    pace_of: Mapping[str, float] = field(default_factory=dict)
    n_reviews: int = 0

    def expected_ms(self, load: ReviewLoad) -> int:
        """What an inspector of usual pace needs."""
        return round(
            self.open_ms
            + self.heard_share * load.heard_ms
            + self.skim_share * load.rest_ms
            + self.decision_ms * load.n_spans
        )

    def pace(self, inspector_id: str) -> float:
        return self.pace_of.get(inspector_id, 1.0)


SHIPPED = ReviewTimes()


def load_of(judged: JudgedCall) -> ReviewLoad:
    """10 s around each piece of evidence is heard, of the rest at most 342 s are skimmed."""
    duration_ms = judged.analyzed.call.recording.duration_ms
    whole = Interval(0, duration_ms)
    spans = [
        e.interval.padded(CONTEXT_MS, CONTEXT_MS)
        for detection in judged.evaluation.detections
        if _is_heard(detection)
        for e in detection.evidence
    ]
    heard_ms = min(duration_ms, total_ms(_clipped(span, whole) for span in spans))
    return ReviewLoad(
        heard_ms=heard_ms,
        rest_ms=min(MAX_SKIMMED_MS, duration_ms - heard_ms),
        n_spans=len(spans),
    )


def fitted_times(logged: Sequence[LoggedReview]) -> ReviewTimes:
    """Fit the four figures and everybody's pace to logged reviews; SHIPPED below 30 of them.

    Non-negative least squares on relative errors (long reviews vary more), with
    the shipped figures as ten reviews' worth of prior. A pace is the ratio of
    logged to expected time, drawn to 1 as if ten usual reviews had come before.
    Times under 5 s are clicks and over 45 min are breaks: left out.
    """
    kept = [r for r in logged if SHORTEST_MS <= r.spent_ms <= LONGEST_MS]
    if len(kept) < MIN_REVIEWS:
        return SHIPPED
    spent = np.array([r.spent_ms for r in kept], dtype=np.float64)
    terms = np.array([_terms(r.load) for r in kept])
    people = [r.inspector_id for r in kept]
    figures, paces = _shipped_figures(), np.ones(len(kept))
    pace_of: dict[str, float] = {}
    for _ in range(_ROUNDS):
        figures = _least_squares(terms, spent / paces)
        pace_of = _paces(people, spent, terms @ figures)
        paces = np.array([pace_of[p] for p in people])
    return ReviewTimes(
        open_ms=float(figures[0]),
        heard_share=float(figures[1]),
        skim_share=float(figures[2]),
        decision_ms=float(figures[3]),
        pace_of=pace_of,
        n_reviews=len(kept),
    )


def _terms(load: ReviewLoad) -> tuple[float, float, float, float]:
    return 1.0, float(load.heard_ms), float(load.rest_ms), float(load.n_spans)


def _shipped_figures() -> Floats:
    return np.array([OPEN_AND_FORM_MS, 1.0, SKIM_SHARE, DECISION_MS], dtype=np.float64)


def _least_squares(terms: Floats, spent: Floats) -> Floats:
    shipped = _shipped_figures()
    usual = terms @ shipped
    # In units of the shipped figures, so that the prior pulls each of them alike.
    scaled = terms * shipped / usual[:, None]
    prior = np.sqrt(_PRIOR_REVIEWS) * np.diag(scaled.mean(axis=0))
    left = np.vstack([scaled, prior])
    right = np.concatenate([spent / usual, prior.sum(axis=1)])
    found, _ = nnls(left, right)
    figures: Floats = found * shipped
    return figures


def _paces(people: Sequence[str], spent: Floats, expected: Floats) -> dict[str, float]:
    prior_ms = _PRIOR_REVIEWS * float(expected.mean())
    took: dict[str, float] = defaultdict(float)
    should: dict[str, float] = defaultdict(float)
    for person, a, b in zip(people, spent, expected, strict=True):
        took[person] += float(a)
        should[person] += float(b)
    low, high = PACE_BOUNDS
    return {
        person: min(high, max(low, (took[person] + prior_ms) / (should[person] + prior_ms)))
        for person in sorted(took)
    }


def expected_review_ms(judged: JudgedCall) -> int:
    """The shipped figures' answer for a judged call."""
    return SHIPPED.expected_ms(load_of(judged))


def _is_heard(detection: Detection) -> bool:
    """Scripts that were said and builtins are read, not listened to."""
    kind, _, _ = detection.detector_id.partition(":")
    if kind == "builtin":
        return False
    said = kind == "script" and detection.outcome is Outcome.FOUND
    absent = kind != "script" and detection.outcome is Outcome.NOT_FOUND
    return not (said or absent)


def _clipped(span: Interval, whole: Interval) -> Interval:
    start_ms = min(span.start_ms, whole.end_ms)
    return Interval(start_ms, max(start_ms, min(span.end_ms, whole.end_ms)))
