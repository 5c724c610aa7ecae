"""Of all candidates the few that a trainer should look at: good, different, and fair."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from qa_pipeline.cases.likeness import word_vectors
from qa_pipeline.domain.case import Case, CaseKind

PER_SUBJECT_AND_KIND = 3
PER_AGENT = 3
PER_AGENT_AND_SUBJECT = 1
PER_CALL = 2
LOOKED_AT = 60
"""How many of the best of a subject and kind are compared."""
NEAR_DUPLICATE = 0.8
"""Cosine from which two cases of a subject and kind teach the same."""
RELEVANCE = 0.7
"""Weight of the score against novelty in the maximal marginal relevance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A candidate; `figures` (0..1 each) describe its clip for the clusters."""

    case: Case
    agent: str
    figures: tuple[float, ...]
    is_confirmed: bool = False


def choose(drafts: Sequence[Draft], known: Sequence[Case] = ()) -> tuple[Case, ...]:
    """At most 3 a subject and kind, 3 an agent (1 within a subject and kind), 2 a call.

    Confirmed ones first. Within a subject and kind one a cluster (k-means over words
    and figures), by maximal marginal relevance (Carbonell and Goldstein 1998);
    nothing that nearly repeats another or one of `known`. Subjects take turns, so
    that none uses up an agent. The order given does not matter.
    """
    groups: dict[tuple[str, CaseKind], list[Draft]] = defaultdict(list)
    for draft in sorted(drafts, key=_order):
        group = groups[draft.case.subject, draft.case.kind]
        if len(group) < LOOKED_AT:
            group.append(draft)
    earlier: dict[tuple[str, CaseKind], list[Case]] = defaultdict(list)
    for case in known:
        earlier[case.subject, case.kind].append(case)
    ranked = [_ranked(groups[key], earlier[key]) for key in sorted(groups)]
    calls = Counter(case.call_id for case in known)
    return tuple(
        sorted(_dealt(ranked, calls), key=lambda c: (c.subject, c.kind, -c.score, c.case_id))
    )


def _order(draft: Draft) -> tuple[bool, float, str]:
    return not draft.is_confirmed, -draft.case.score, draft.case.case_id


def _dealt(ranked: Sequence[list[Draft]], calls: Counter[str]) -> list[Case]:
    """Each subject and kind in turn gives its next that no cap forbids.

    `calls` counts the cases that the library has of each call already.
    """
    agents: Counter[str] = Counter()
    taken: list[Case] = []
    given: list[set[str]] = [set() for _ in ranked]
    for _ in range(PER_SUBJECT_AND_KIND):
        for queue, own in zip(ranked, given, strict=True):
            while queue:
                draft = queue.pop(0)
                is_free = calls[draft.case.call_id] < PER_CALL and agents[draft.agent] < PER_AGENT
                if is_free and draft.agent not in own:
                    calls[draft.case.call_id] += 1
                    agents[draft.agent] += 1
                    own.add(draft.agent)
                    taken.append(draft.case)
                    break
    return taken


def _ranked(drafts: Sequence[Draft], known: Sequence[Case]) -> list[Draft]:
    """The drafts by marginal relevance: first one of each cluster, without near-duplicates."""
    texts = [_words(d.case) for d in drafts]
    words = word_vectors([*texts, *map(_words, known)])
    n = len(drafts)
    likeness = np.asarray((words[:n] @ words.T).toarray())
    left = [i for i in range(n) if not np.any(likeness[i, n:] >= NEAR_DUPLICATE)]
    clusters = _clusters(words[:n].toarray(), drafts)
    picked: list[int] = []
    while left:
        used = {clusters[i] for i in picked}
        fresh = [i for i in left if clusters[i] not in used] or left

        def worth(i: int) -> tuple[bool, float, str]:
            nearest = max((float(likeness[i, j]) for j in picked), default=0.0)
            relevance = RELEVANCE * drafts[i].case.score - (1 - RELEVANCE) * nearest
            return drafts[i].is_confirmed, relevance, drafts[i].case.case_id

        best = max(fresh, key=worth)
        picked.append(best)
        left = [i for i in left if i != best and likeness[i, best] < NEAR_DUPLICATE]
    return [drafts[i] for i in picked]


def _words(case: Case) -> str:
    return f"{case.situation} {case.quote}"


def _clusters(words: NDArray[np.float32], drafts: Sequence[Draft]) -> list[int]:
    """As many clusters as cases are wanted; each its own where there are no more."""
    if len(drafts) <= PER_SUBJECT_AND_KIND:
        return list(range(len(drafts)))
    rows = np.hstack([words, 0.3 * np.array([d.figures for d in drafts])])
    if len(np.unique(rows, axis=0)) <= PER_SUBJECT_AND_KIND:
        return list(range(len(drafts)))
    fitted = KMeans(n_clusters=PER_SUBJECT_AND_KIND, n_init=4, random_state=0).fit(rows)
    return [int(label) for label in fitted.labels_]
