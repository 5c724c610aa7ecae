"""Cases that happened much alike, whatever they show."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.cases.likeness import Rows, best_of, call_figures, situations_of
from qa_pipeline.cases.mine import CALL_OPENS
from qa_pipeline.cases.pairs import AT_ONCE, Meaning, situation_meaning
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.case import Case, CaseStatus
from qa_pipeline.domain.case_shelf import CaseFeatures, SimilarCase

KEPT = 5
SITUATION = 0.8
"""Weight of what the customer said against how the call went."""
LEAST = 0.3
"""Cosine of the situations below which two cases have nothing in common to show."""


def features_of(case: Case, analyzed: AnalyzedCall) -> CaseFeatures:
    """What the case is compared by."""
    meaning = situation_meaning(case, analyzed)
    vector = np.round(meaning[1] * 127 / np.abs(meaning[1]).max()) if meaning else np.zeros(0)
    return CaseFeatures(
        case_id=case.case_id,
        model_digest=meaning[0] if meaning else "",
        vector=vector.astype(np.int8).tobytes(),
        figures=call_figures(analyzed.metrics),
    )


def meaning_of(features: CaseFeatures) -> Meaning | None:
    """The direction that `features_of` kept; None where nothing was embedded."""
    if not features.vector:
        return None
    vector = np.frombuffer(features.vector, dtype=np.int8).astype(np.float64)
    return features.model_digest, vector / np.linalg.norm(vector)


def similar_cases(
    cases: Sequence[Case], features: Mapping[str, CaseFeatures]
) -> tuple[SimilarCase, ...]:
    """For each case up to 5 of other calls, the likest first.

    likeness = 0.8 · cosine of the situations + 0.2 · (1 - mean difference of the calls'
    figures); the cosine alone where no figure is known of both. Where the call had only
    opened, what the agent said stands for the situation. Retired cases are left out, and
    those whose situations have a cosine below 0.3.
    """
    chosen = sorted(
        (case for case in cases if case.status is not CaseStatus.RETIRED),
        key=lambda case: case.case_id,
    )
    return tuple(_found(chosen, features)) if chosen else ()


def _found(cases: Sequence[Case], features: Mapping[str, CaseFeatures]) -> Iterator[SimilarCase]:
    known = [features.get(case.case_id) for case in cases]
    situations = situations_of(
        [case.quote if case.situation == CALL_OPENS else case.situation for case in cases],
        [meaning_of(one) if one else None for one in known],
    )
    figures = _table([one.figures if one else () for one in known])
    calls = np.unique([case.call_id for case in cases], return_inverse=True)[1]
    everyone = np.arange(len(cases))
    for start in range(0, len(cases), AT_ONCE):
        rows = everyone[start : start + AT_ONCE]
        cosine, by_meaning = situations.compared(rows, everyone)
        likeness = np.round(_with_figures(cosine, figures[rows], figures), 4)
        for at, row in enumerate(rows):
            allowed = (calls != calls[row]) & (cosine[at] >= LEAST)
            for other in best_of(likeness[at], allowed, KEPT):
                yield SimilarCase(
                    case_id=cases[row].case_id,
                    other_id=cases[other].case_id,
                    likeness=round(float(likeness[at, other]), 4),
                    method="meaning" if by_meaning[at, other] else "words",
                )


def _table(figures: Sequence[tuple[float | None, ...]]) -> Rows:
    """One row a case; not-a-number where nothing was measured."""
    width = max(map(len, figures), default=0)
    table = np.full((len(figures), width), np.nan, dtype=np.float32)
    for row, values in enumerate(figures):
        table[row, : len(values)] = [np.nan if v is None else v for v in values]
    return table


def _with_figures(cosine: Rows, ours: Rows, all_figures: Rows) -> Rows:
    apart = np.zeros_like(cosine)
    counted: NDArray[np.int64] = np.zeros(cosine.shape, dtype=np.int64)
    for column in range(all_figures.shape[1]):
        difference = np.abs(ours[:, column][:, None] - all_figures[:, column][None, :])
        is_known = ~np.isnan(difference)
        apart += np.where(is_known, difference, 0.0)
        counted += is_known
    closeness = 1 - apart / np.maximum(counted, 1)
    mixed = SITUATION * cosine + (1 - SITUATION) * closeness
    return np.where(counted > 0, mixed, cosine).astype(np.float32)
