"""Keep a summary of every current judgement, so that planning decodes none."""

from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.sample import SUMMARY_VERSION, summary_of
from qa_pipeline.store import CallStore

CALLS_A_SAVE = 500


def summarize_missing(store: CallStore) -> int:
    """Summarize what a run did not: older databases, changed code; returns how many."""
    missing = store.calls_to_summarize(SUMMARY_VERSION)
    rubrics = stored_rubrics(store) if missing else {}
    for start in range(0, len(missing), CALLS_A_SAVE):
        page = missing[start : start + CALLS_A_SAVE]
        store.save_summaries(
            summary_of(judged, rubrics.get(judged.evaluation.scorecard.rubric_digest))
            for judged in store.judged_calls(call_ids=page)
        )
    return len(missing)
