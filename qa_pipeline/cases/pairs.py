"""A good and a bad handling of the same situation: nearest neighbours on the customer's turn."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.cases.likeness import best_of, situations_of
from qa_pipeline.cases.turns import turn_before, turns_of
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.case import Case, CaseKind, CaseStatus
from qa_pipeline.domain.case_card import Neighbour

KEPT = 5
"""How many partners a trainer can go through."""
AT_ONCE = 512
"""How many cases are compared with all others in one step: bounds the memory."""

Meaning = tuple[str, NDArray[np.float64]]
"""A model's digest and a vector of length 1."""


def situation_meaning(case: Case, analyzed: AnalyzedCall) -> Meaning | None:
    """What the customer's turn means: the mean of its stored vectors; None without any."""
    stored = analyzed.embeddings
    turn = turn_before(turns_of(analyzed), Role.CUSTOMER, case.evidence.start_ms)
    if stored is None or turn is None:
        return None
    rows = [s.row for s in stored.spans if s.utterance_id in set(turn.utterance_ids)]
    if not rows:
        return None
    table = np.frombuffer(stored.vectors, dtype=np.int8).reshape(-1, stored.dimensions)
    chosen = table[rows].astype(np.float64)
    chosen /= np.maximum(np.linalg.norm(chosen, axis=1, keepdims=True), 1.0)
    mean = chosen.mean(axis=0)
    length = float(np.linalg.norm(mean))
    return (stored.model_digest, mean / length) if length else None


def neighbours_of(cases: Sequence[Case], meanings: Mapping[str, Meaning]) -> tuple[Neighbour, ...]:
    """For each case up to 5 of the other kind and the same subject, the nearest first.

    Compared by `meanings` (by case_id) where both have one of the same model, else by
    TF-IDF over jieba words. Retired cases and two cases of one call make no pair.
    """
    by_subject: dict[str, list[Case]] = defaultdict(list)
    for case in sorted(cases, key=lambda c: c.case_id):
        if case.status is not CaseStatus.RETIRED:
            by_subject[case.subject].append(case)
    return tuple(
        n for subject in sorted(by_subject) for n in _within(by_subject[subject], meanings)
    )


def _within(cases: Sequence[Case], meanings: Mapping[str, Meaning]) -> Iterator[Neighbour]:
    if len({case.kind for case in cases}) < len(CaseKind):
        return
    situations = situations_of(
        [case.situation for case in cases], [meanings.get(case.case_id) for case in cases]
    )
    is_good = np.array([case.kind is CaseKind.GOOD for case in cases])
    calls = np.unique([case.call_id for case in cases], return_inverse=True)[1]
    everyone = np.arange(len(cases))
    for start in range(0, len(cases), AT_ONCE):
        rows = everyone[start : start + AT_ONCE]
        cosine, by_meaning = situations.compared(rows, everyone)
        likeness = np.round(cosine, 4)
        for at, row in enumerate(rows):
            allowed = (is_good != is_good[row]) & (calls != calls[row])
            for other in best_of(likeness[at], allowed, KEPT):
                yield Neighbour(
                    case_id=cases[row].case_id,
                    partner_id=cases[other].case_id,
                    similarity=round(float(likeness[at, other]), 4),
                    method="meaning" if by_meaning[at, other] else "words",
                )
