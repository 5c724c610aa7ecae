"""A judged call as somebody may see it who must not read customers' names and numbers."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from qa_pipeline.domain.detection import Detection, Evidence
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.scorecard import CriterionScore
from qa_pipeline.redact import Place, mask_with_quotes

Mask = Callable[[str], str]


def masked_call(judged: JudgedCall, found: Sequence[Sequence[Place]] | None = None) -> JudgedCall:
    """Everything that was said and everything quoted from it, masked; times stay.

    `found` are the transcript's personal places where they are known already.
    """
    transcript, mask = mask_with_quotes(judged.analyzed.transcript, found)
    evaluation = judged.evaluation
    card = evaluation.scorecard
    return replace(
        judged,
        analyzed=replace(judged.analyzed, transcript=transcript),
        evaluation=replace(
            evaluation,
            detections=tuple(_detection(d, mask) for d in evaluation.detections),
            scorecard=replace(card, scores=tuple(_score(s, mask) for s in card.scores)),
        ),
    )


def _detection(detection: Detection, mask: Mask) -> Detection:
    return replace(
        detection,
        evidence=tuple(_evidence(e, mask) for e in detection.evidence),
        provoked_by=tuple(_evidence(e, mask) for e in detection.provoked_by),
        note=mask(detection.note) if detection.note else detection.note,
    )


def _evidence(evidence: Evidence, mask: Mask) -> Evidence:
    return replace(evidence, quote=mask(evidence.quote), reason=mask(evidence.reason))


def _score(score: CriterionScore, mask: Mask) -> CriterionScore:
    receipts = tuple(
        replace(
            r,
            reason=mask(r.reason),
            evidence=_evidence(r.evidence, mask) if r.evidence else None,
        )
        for r in score.receipts
    )
    return replace(score, receipts=receipts)
