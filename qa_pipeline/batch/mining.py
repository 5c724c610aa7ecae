"""Put the night's cases into the library."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from qa_pipeline.batch.shelving import find_alike, is_outdated, shelve, take_in
from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.cases import mine
from qa_pipeline.domain.case import Case
from qa_pipeline.domain.review import EvidenceDecision, latest_decisions
from qa_pipeline.store import CallStore
from qa_pipeline.text.lexicons import lexicon


def mine_cases(store: CallStore, call_ids: Sequence[str]) -> tuple[Case, ...]:
    """Mine these calls and save what is new; the cases that were not known before.

    New cases are redacted, lines of the list that are outdated made again, and the
    library's pairs and similar cases found again.
    """
    if not call_ids:
        return ()
    known = store.cases()
    found = mine(
        store.judged_calls(call_ids=call_ids),
        stored_rubrics(store),
        distress_words=lexicon("customer_distress"),
        decided=_decided(store),
        known=known,
    )
    take_in(store, found)
    shelve(store, [o.case_id for o in store.case_origins() if is_outdated(o)])
    find_alike(store)
    return found


def _decided(store: CallStore) -> Mapping[tuple[str, str], Sequence[EvidenceDecision]]:
    decided: dict[tuple[str, str], list[EvidenceDecision]] = defaultdict(list)
    for review, decision in latest_decisions(store.reviews()):
        decided[review.call_id, decision.detector_id].append(decision)
    return decided
