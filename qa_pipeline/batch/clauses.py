"""What can be trained: the behaviours and the criteria that scored a call."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.domain.training import Clause, names_of
from qa_pipeline.errors import UsageError
from qa_pipeline.store import CallStore
from qa_pipeline.text.labels import BEHAVIOUR_TITLES


def known_clauses(store: CallStore) -> Mapping[str, Clause]:
    """Every clause by its id: behaviours first, then criteria in the order of their rubrics.

    A criterion that several rubrics share is one clause; the newest title stands.
    """
    clauses = {
        f"behaviour:{name}": Clause(clause_id=f"behaviour:{name}", title=title)
        for name, title in BEHAVIOUR_TITLES.items()
    }
    titles: dict[str, str] = {}
    rubrics: dict[str, set[str]] = defaultdict(set)
    for rubric in sorted(stored_rubrics(store).values(), key=lambda r: (r.rubric_id, r.version)):
        for criterion in rubric.criteria:
            clause_id = criterion.detector_id or f"manual:{criterion.criterion_id}"
            if clause_id not in clauses:
                titles[clause_id] = criterion.title
                rubrics[clause_id].add(rubric.rubric_id)
    return clauses | {
        clause_id: Clause(
            clause_id=clause_id, title=title, rubric_ids=frozenset(rubrics[clause_id])
        )
        for clause_id, title in titles.items()
    }


def clause_ids(store: CallStore, given: Iterable[str]) -> tuple[str, ...]:
    """The ids of clauses given by id or by criterion alone; UsageError naming what is unknown."""
    known = known_clauses(store)
    by_name = {clause.name: clause_id for clause_id, clause in known.items()}
    names = names_of(given)
    unknown = [name for name in names if name not in known and name not in by_name]
    if unknown:
        raise UsageError(
            f"no clause {'、'.join(unknown)}: no call was judged on it; known are"
            f" {', '.join(known)}"
        )
    return tuple(sorted({name if name in known else by_name[name] for name in names}))
