"""Which words of a rubric a case was judged by, and whether they still stand."""

import hashlib
import json
from dataclasses import asdict, replace

from qa_pipeline.domain.rubric import Criterion, Rubric


def clause_of(rubric: Rubric, subject: str) -> Criterion | None:
    """The criterion that a detector_id or `manual:<criterion>` stands for; None where none is."""
    for criterion in rubric.criteria:
        if subject in (criterion.detector_id, f"manual:{criterion.criterion_id}"):
            return criterion
    return None


def clause_digest_of(criterion: Criterion) -> str:
    """16 hex digits that change with the clause; what recognizers were taught is no wording.

    Take it of a stored rubric: numbers there have the form they keep.
    """
    plain = asdict(replace(criterion, taught=None))
    content = json.dumps(plain, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def why_stale(rubric: Rubric, subject: str, clause_digest: str) -> str | None:
    """What the rubric changed since the clause was cited, None where it is as it was."""
    clause = clause_of(rubric, subject)
    if clause is None:
        return f"评分表第 {rubric.version} 版已没有这一项"
    if clause_digest_of(clause) != clause_digest:
        return f"评分项“{clause.title}”在第 {rubric.version} 版改过"
    return None
