"""Is every stored scorecard what its inputs give?"""

from collections.abc import Sequence
from dataclasses import dataclass

from qa_pipeline.batch.meaning import Meaning
from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.domain.scorecard import Evaluation
from qa_pipeline.evaluate_call import evaluate_call
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore
from qa_pipeline.store.codec import encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """How many calls were run again, and one line for each that came out different."""

    verified: int
    differ: tuple[str, ...]


def verify_calls(store: CallStore, settings: Settings, call_ids: Sequence[str] | None) -> Verified:
    """Evaluate stored calls again and compare the bytes; None means all of them."""
    if call_ids is not None:
        for call_id in call_ids:
            store.judged_call(call_id)
    rubrics = stored_rubrics(store)
    meaning = Meaning(store=store)
    verified = 0
    differ: list[str] = []
    for judged in store.judged_calls(call_ids=call_ids):
        card = judged.evaluation.scorecard
        again = evaluate_call(
            judged.analyzed,
            rubrics[card.rubric_digest],
            judged.analyzed.answers_by_id,
            store.baseline(judged.baseline_id) if judged.baseline_id else None,
            settings=settings,
            routed_by_default=card.routed_by_default,
            hints=frozenset(s.criterion_id for s in card.scores if s.hint),
            meaning=meaning.of_rubric(rubrics[card.rubric_digest], judged.analyzed.embeddings),
        )
        verified += 1
        if encode(Evaluation, again) != encode(Evaluation, judged.evaluation):
            differ.append(f"{judged.call_id}: {_first_difference(judged.evaluation, again)}")
    return Verified(verified=verified, differ=tuple(differ))


def _first_difference(stored: Evaluation, again: Evaluation) -> str:
    for before, after in zip(stored.detections, again.detections, strict=False):
        if before != after:
            return (
                f"{before.detector_id} was {before.outcome} p={before.probability:.3f} "
                f"(version {before.version}), is {after.outcome} p={after.probability:.3f} "
                f"(version {after.version})"
            )
    before_percent, after_percent = stored.scorecard.percent, again.scorecard.percent
    if before_percent != after_percent:
        return f"percent was {before_percent}, is {after_percent}"
    return "the stored bytes are not what the inputs give"
