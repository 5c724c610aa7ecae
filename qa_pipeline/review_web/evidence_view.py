"""The pieces of evidence that an inspector decides on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Detection, Evidence, Outcome
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import Decision, Review
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import COUNTED, CriterionOutcome, CriterionScore
from qa_pipeline.review_web.form import criterion_field, evidence_field
from qa_pipeline.text.labels import detector_title

AT_STAKE = frozenset(
    {CriterionOutcome.FAIL, CriterionOutcome.PARTIAL, CriterionOutcome.NEEDS_HUMAN}
)
_NO_FAULT = frozenset({"builtin:announced_hold"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """What one detector says of one place; decided on as one.

    `probability` is how sure the machine is of what it says here: for a missing
    script, that it was not said. `points` is what this place cost (≤ 0), nothing for a `hint`.
    `decided` is the inspector's own earlier decision.
    """

    field: str
    criterion_field: str | None
    label: str
    detection: Detection
    interval: Interval
    role: Role
    quote: str
    reasons: tuple[str, ...]
    estimated: bool
    points: float
    decided: Decision | None
    hint: bool = False

    @property
    def is_missing(self) -> bool:
        return self.detection.detector_id.startswith("script:")

    @property
    def is_doubtful(self) -> bool:
        return self.detection.outcome is Outcome.CANNOT_TELL

    @property
    def probability(self) -> float:
        p = self.detection.probability
        return 1 - p if self.detection.outcome is Outcome.NOT_FOUND else p

    @property
    def near_miss(self) -> str | None:
        """What nearly counted, where a script was looked for."""
        return self.detection.note if self.is_missing else None


def evidence_views(
    judged: JudgedCall, rubric: Rubric, own_review: Review | None
) -> tuple[EvidenceView, ...]:
    """What cost points, may cost points, or is a behaviour, in time order."""
    owners = {c.detector_id: c.criterion_id for c in rubric.criteria if c.detector_id}
    scores = {s.criterion_id: s for s in judged.evaluation.scorecard.scores}
    decided = {
        (d.detector_id, d.interval): d.decision
        for d in (own_review.decisions if own_review else ())
    }
    views: list[EvidenceView] = []
    for detection in judged.evaluation.detections:
        owner = owners.get(detection.detector_id)
        score = scores.get(owner) if owner else None
        if not _is_worth_hearing(detection, score):
            continue
        for interval, pieces in _by_interval(detection).items():
            index, first = pieces[0]
            view = EvidenceView(
                field=evidence_field(detection.detector_id, index),
                criterion_field=criterion_field(owner) if owner and score else None,
                label=detector_title(detection.detector_id, rubric),
                detection=detection,
                interval=interval,
                role=first.role,
                quote=first.quote,
                reasons=tuple(dict.fromkeys(piece.reason for _, piece in pieces)),
                estimated=first.estimated,
                points=_points_lost(score, detection.detector_id, interval),
                decided=decided.get((detection.detector_id, interval)),
                hint=score is not None and score.hint,
            )
            views.append(view)
    return tuple(sorted(_without_doubles(views), key=lambda v: v.interval))


def marks_of(
    judged: JudgedCall, rubric: Rubric, evidence: Sequence[EvidenceView]
) -> Mapping[str, list[tuple[str, bool]]]:
    """(title, is a fault) of what was heard at each utterance, by utterance_id."""
    places = [(e.label, e.interval, e.role, True) for e in evidence if not e.is_missing]
    for detection in judged.evaluation.detections:
        if detection.detector_id in _NO_FAULT and detection.outcome is Outcome.FOUND:
            title = detector_title(detection.detector_id, rubric)
            places += [(title, e.interval, e.role, False) for e in detection.evidence]
    marks: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for utterance in judged.analyzed.transcript.utterances:
        for label, interval, role, is_fault in places:
            is_there = utterance.interval.overlap_ms(interval) > 0
            same_role = role in (utterance.role, Role.UNKNOWN)
            found = marks[utterance.utterance_id]
            if is_there and same_role and (label, is_fault) not in found:
                found.append((label, is_fault))
    return marks


def _is_worth_hearing(detection: Detection, score: CriterionScore | None) -> bool:
    """What went wrong or is doubtful; a rule that does not apply here needs no ear.

    Behaviours and builtins are looked for whatever the rubric asks.
    """
    if detection.detector_id in _NO_FAULT or not detection.evidence:
        return False
    kind = detection.detector_id.partition(":")[0]
    if kind in ("behaviour", "builtin"):
        return detection.outcome is not Outcome.NOT_FOUND
    return score is not None and score.outcome in AT_STAKE


def _by_interval(detection: Detection) -> Mapping[Interval, list[tuple[int, Evidence]]]:
    """Pieces at the same place are one decision: a review knows them by place."""
    places: dict[Interval, list[tuple[int, Evidence]]] = defaultdict(list)
    for i, piece in enumerate(detection.evidence):
        places[piece.interval].append((i, piece))
    return places


def _points_lost(score: CriterionScore | None, detector_id: str, interval: Interval) -> float:
    if score is None or score.outcome not in COUNTED or score.hint:
        return 0.0
    return sum(
        min(0.0, r.points)
        for r in score.receipts
        if r.detector_id == detector_id and r.evidence and r.evidence.interval == interval
    )


def _without_doubles(views: Sequence[EvidenceView]) -> list[EvidenceView]:
    """A builtin event at the place of a metric criterion's evidence says nothing new."""
    taken = {v.interval for v in views if v.detection.detector_id.startswith("metric:")}
    return [
        v
        for v in views
        if v.interval not in taken or not v.detection.detector_id.startswith("builtin:")
    ]
