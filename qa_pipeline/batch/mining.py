"""Put the night's cases into the library."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from qa_pipeline.batch.case_redaction import redact_case
from qa_pipeline.batch.second_hearing import SecondHearing
from qa_pipeline.batch.shelving import find_alike, is_outdated, shelve, take_in
from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.cases import mine
from qa_pipeline.cases.mine import Decided, is_contradicted
from qa_pipeline.domain.case import Case, CaseStatus
from qa_pipeline.domain.review import EvidenceDecision, latest_decisions
from qa_pipeline.store import CallStore
from qa_pipeline.text.lexicons import lexicon

CONTRADICTED = "质检员复核后不认可"


def mine_cases(
    store: CallStore, call_ids: Sequence[str], ears: SecondHearing | None = None
) -> tuple[Case, ...]:
    """Mine these calls and save what is new; the cases that were not known before.

    Candidates that a reviewer contradicted since are retired; what a trainer approved is
    the trainer's. New cases are redacted, and candidates whose transcript changed again;
    lines of the list that are outdated are made again, and the library's pairs and similar
    cases found again. `ears` listen to what is redacted, and to candidates that they never heard.
    """
    if not call_ids:
        return ()
    known, decided = store.cases(), _decided(store)
    _retire_contradicted(store, known, decided)
    found = mine(
        store.judged_calls(call_ids=call_ids),
        stored_rubrics(store),
        distress_words=lexicon("customer_distress"),
        decided=decided,
        known=known,
    )
    take_in(store, found, ears)
    outdated = [o.case_id for o in store.case_origins() if is_outdated(o)]
    for case_id, case in store.cases_by_id(outdated).items():
        if case.status is CaseStatus.CANDIDATE:
            redact_case(store, case_id, ears)
    shelve(store, [*outdated, *_heard_at_last(store, ears)])
    find_alike(store)
    return found


def hear_candidates(store: CallStore, ears: SecondHearing) -> tuple[str, ...]:
    """Listen to candidates that no night heard a second time; those that were heard now."""
    heard = tuple(_heard_at_last(store, ears))
    shelve(store, heard)
    return heard


def _heard_at_last(store: CallStore, ears: SecondHearing | None) -> Iterator[str]:
    """Candidates that nothing heard a second time before: now they are."""
    if ears is None:
        return
    for case in store.cases(CaseStatus.CANDIDATE):
        if ears.is_done:
            return
        kept = store.redaction(case.case_id)
        if kept is None or kept.heard is not None:
            continue
        if redact_case(store, case.case_id, ears).heard is not None:
            yield case.case_id


def _retire_contradicted(store: CallStore, known: Sequence[Case], decided: Decided) -> None:
    for case in known:
        decisions = decided.get((case.call_id, case.subject), ())
        if case.status is CaseStatus.CANDIDATE and is_contradicted(case, decisions):
            store.set_case_status(case.case_id, CaseStatus.RETIRED, who="mining", note=CONTRADICTED)


def _decided(store: CallStore) -> Decided:
    decided: dict[tuple[str, str], list[EvidenceDecision]] = defaultdict(list)
    for review, decision in latest_decisions(store.reviews()):
        decided[review.call_id, decision.detector_id].append(decision)
    return decided
