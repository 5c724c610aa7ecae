"""What the call page shows, worked out from a judged call and its rubric."""

from dataclasses import dataclass

from qa_pipeline.domain.detection import Detection, Evidence, Outcome
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric
from qa_pipeline.domain.scorecard import CriterionScore
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.text.labels import detector_title


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """A piece of evidence with the name of its form field."""

    field: str
    label: str
    detection: Detection
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionView:
    criterion: Criterion
    section_title: str
    score: CriterionScore


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    judged: JudgedCall
    rubric: Rubric
    evidence: tuple[EvidenceView, ...]
    criteria: tuple[CriterionView, ...]

    @property
    def utterance_times(self) -> list[tuple[str, int, int]]:
        return [
            (u.utterance_id, u.interval.start_ms, u.interval.end_ms)
            for u in self.judged.analyzed.transcript.utterances
        ]

    def marks(self, utterance: Utterance) -> list[EvidenceView]:
        """The evidence that falls on an utterance of the same role."""
        return [
            e
            for e in self.evidence
            if e.evidence.quote
            and e.evidence.role == utterance.role
            and e.evidence.interval.overlap_ms(utterance.interval) > 0
        ]


def view_of(judged: JudgedCall, rubric: Rubric) -> CallView:
    """Collect what is wrong (and what is doubtful) in time order, and the form."""
    scores = {s.criterion_id: s for s in judged.evaluation.scorecard.scores}
    evidence = [
        EvidenceView(
            field=f"evidence:{detection.detector_id}:{i}",
            label=detector_title(detection.detector_id, rubric),
            detection=detection,
            evidence=piece,
        )
        for detection in judged.evaluation.detections
        if is_worth_hearing(detection)
        for i, piece in enumerate(detection.evidence)
    ]
    criteria = tuple(
        CriterionView(
            criterion=criterion, section_title=section.title, score=scores[criterion.criterion_id]
        )
        for section, criterion in rubric.walk()
        if criterion.criterion_id in scores
    )
    return CallView(
        judged=judged,
        rubric=rubric,
        evidence=tuple(sorted(evidence, key=lambda e: e.evidence.interval)),
        criteria=criteria,
    )


def is_worth_hearing(detection: Detection) -> bool:
    """What went wrong or is doubtful; a script that was said needs no ear."""
    if detection.detector_id.startswith(f"{CriterionKind.SCRIPT}:"):
        return detection.outcome is not Outcome.FOUND
    return detection.outcome is not Outcome.NOT_FOUND
