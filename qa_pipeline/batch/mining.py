"""Put the night's cases into the library."""

from collections.abc import Sequence

from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.cases import mine
from qa_pipeline.domain.case import Case
from qa_pipeline.store import CallStore
from qa_pipeline.text.lexicons import lexicon


def mine_cases(store: CallStore, call_ids: Sequence[str]) -> tuple[Case, ...]:
    """Mine these calls and save what is new; the cases that were not known before."""
    if not call_ids:
        return ()
    known = {case.case_id for case in store.cases()}
    found = mine(
        store.judged_calls(call_ids=call_ids),
        stored_rubrics(store),
        distress_words=lexicon("customer_distress"),
    )
    fresh = tuple(case for case in found if case.case_id not in known)
    store.save_candidates(fresh)
    return fresh
