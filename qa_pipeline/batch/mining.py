"""Put the night's cases into the library."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from qa_pipeline.batch.case_redaction import redact_case
from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.cases import mine
from qa_pipeline.cases.pairs import Meaning, neighbours_of, situation_meaning
from qa_pipeline.domain.case import Case
from qa_pipeline.domain.review import EvidenceDecision, latest_decisions
from qa_pipeline.store import CallStore
from qa_pipeline.text.lexicons import lexicon


def mine_cases(store: CallStore, call_ids: Sequence[str]) -> tuple[Case, ...]:
    """Mine these calls and save what is new; the cases that were not known before.

    New cases are redacted, and the library's pairs found again.
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
    if found:
        store.save_candidates(found)
        for case in found:
            redact_case(store, case.case_id)
        pair_cases(store)
    return found


def pair_cases(store: CallStore) -> None:
    """Find for every case of the library the nearest ones of the other kind."""
    cases = store.cases()
    by_call: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_call[case.call_id].append(case)
    meanings: dict[str, Meaning] = {}
    for judged in store.judged_calls(call_ids=tuple(by_call)):
        for case in by_call[judged.call_id]:
            meaning = situation_meaning(case, judged.analyzed)
            if meaning:
                meanings[case.case_id] = meaning
    store.save_neighbours(neighbours_of(cases, meanings))


def _decided(store: CallStore) -> Mapping[tuple[str, str], Sequence[EvidenceDecision]]:
    decided: dict[tuple[str, str], list[EvidenceDecision]] = defaultdict(list)
    for review, decision in latest_decisions(store.reviews()):
        decided[review.call_id, decision.detector_id].append(decision)
    return decided
