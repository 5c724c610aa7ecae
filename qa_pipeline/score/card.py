"""Detections and a rubric become a scorecard: a sum of receipts.

Pure, see DESIGN section 4, "How an answer becomes points". Points are counted in
thousandths, so that the receipts of a criterion add up exactly.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from qa_pipeline.domain.detection import Abstention, Detection, Evidence, Outcome
from qa_pipeline.domain.rubric import (
    AutoFail,
    Criterion,
    CriterionKind,
    Rubric,
    Section,
    WhenProvoked,
)
from qa_pipeline.domain.scorecard import (
    COUNTED,
    CriterionOutcome,
    CriterionScore,
    Receipt,
    Scorecard,
    SectionPercent,
)
from qa_pipeline.score.conditions import both


def score(
    call_id: str,
    rubric: Rubric,
    detections: tuple[Detection, ...],
    conditions: Mapping[str, bool | None],
    engine_digest: str,
    routed_by_default: bool = False,
    hints: frozenset[str] = frozenset(),
    places: Mapping[str, Detection] = MappingProxyType({}),
) -> Scorecard:
    """The scorecard of one call under one rubric version.

    `conditions` maps section and criterion ids to whether they apply (None:
    cannot be told; missing: applies). `hints` are criteria that have lost their
    right to deduct: they are shown and count nowhere. `places` are where an
    inspector should listen for a manual criterion: receipts of 0 points. A bonus
    and a hint have no possible points. A section's auto_fail takes that section's points out of
    `percent`, a call's sets it to 0; `raw_percent` is without either, and
    `auto_failed_by` names the criteria of both in rubric order.
    """
    by_id = {detection.detector_id: detection for detection in detections}
    clashing = {c.criterion_id for c in rubric.criteria}
    scores: list[CriterionScore] = []
    for section, criterion in rubric.walk():
        applies = conditions.get(criterion.criterion_id, True)
        if section.section_id not in clashing:
            applies = both(conditions.get(section.section_id, True), applies)
        detection = by_id.get(criterion.detector_id) if criterion.detector_id else None
        item = _criterion_score(
            criterion, applies, detection, engine_digest, criterion.criterion_id in hints
        )
        pointers = places.get(criterion.criterion_id)
        if pointers is not None and item.outcome is CriterionOutcome.NEEDS_HUMAN:
            item = replace(item, receipts=_pointers(pointers, engine_digest))
        scores.append(item)
    return _card(call_id, rubric, tuple(scores), routed_by_default)


def _pointers(places: Detection, engine_digest: str) -> tuple[Receipt, ...]:
    return tuple(
        Receipt(
            points=0.0,
            reason=evidence.reason,
            detector_id=places.detector_id,
            detector_version=places.version,
            probability=places.probability,
            evidence=evidence,
            engine_digest=engine_digest,
        )
        for evidence in places.evidence
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """A judged criterion: the share of its points that was earned, and why."""

    outcome: CriterionOutcome
    share: float
    because: str


def _criterion_score(
    criterion: Criterion,
    applies: bool | None,
    detection: Detection | None,
    engine_digest: str,
    hint: bool,
) -> CriterionScore:
    possible = 0.0 if criterion.bonus or hint else criterion.points
    not_judged = _why_not_judged(criterion, applies, detection)
    if not_judged is not None or detection is None:
        outcome, because = not_judged or (CriterionOutcome.SYSTEM_NA, "没有检测结果")
        return CriterionScore(
            criterion_id=criterion.criterion_id,
            outcome=outcome,
            points_awarded=0.0,
            points_possible=possible,
            abstained_because=because,
            hint=hint,
        )
    answer = _answer(criterion, detection)
    receipts = _receipts(criterion, detection, answer, engine_digest, hint)
    return CriterionScore(
        criterion_id=criterion.criterion_id,
        outcome=answer.outcome,
        points_awarded=_points(sum(_thousandths(r.points) for r in receipts)),
        points_possible=possible,
        receipts=receipts,
        hint=hint,
    )


def _why_not_judged(
    criterion: Criterion, applies: bool | None, detection: Detection | None
) -> tuple[CriterionOutcome, str] | None:
    if applies is False:
        return CriterionOutcome.CONDITION_NOT_MET, "本通话不具备该项的适用条件"
    if applies is None:
        return CriterionOutcome.SYSTEM_NA, "无法判断本通话是否适用该项"
    if criterion.kind is CriterionKind.MANUAL:
        return CriterionOutcome.NEEDS_HUMAN, "人工评分项"
    if detection is None:
        return CriterionOutcome.SYSTEM_NA, f"没有检测结果：{criterion.detector_id}"
    if detection.outcome is not Outcome.CANNOT_TELL:
        return None
    doubtful = detection.abstention is Abstention.DOUBTFUL
    return (
        CriterionOutcome.NEEDS_HUMAN if doubtful else CriterionOutcome.SYSTEM_NA,
        detection.abstained_because or "检测项无法判断",
    )


def _answer(criterion: Criterion, detection: Detection) -> _Answer:
    found = detection.outcome is Outcome.FOUND
    if criterion.kind is CriterionKind.SCRIPT:
        return _whole("说到", 1.0) if found else _whole("未说到", 0.0)
    if criterion.bands and detection.value is not None:
        return _banded(criterion, detection.value)
    if not found:
        return _whole("未出现", 1.0)
    if criterion.kind is CriterionKind.BEHAVIOUR and detection.provoked_by:
        if criterion.when_provoked is WhenProvoked.EXCUSED:
            return _whole("出现，由客户先激化，不扣分", 1.0)
        if criterion.when_provoked is WhenProvoked.HALF:
            return _whole("出现，由客户先激化，扣一半", 0.5)
    return _whole("出现", 0.0)


def _banded(criterion: Criterion, value: float) -> _Answer:
    """The band of a value; what was measured is said by the detection's evidence or note."""
    for band in criterion.bands:
        if band.max is None or value <= band.max:
            because = "超出各档" if band.max is None else f"不超过 {_figure(band.max)}"
            return _whole(because, band.share)
    return _whole("超出各档", 0.0)


def _figure(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _whole(because: str, share: float) -> _Answer:
    outcome = CriterionOutcome.PARTIAL
    if share >= 1.0:
        outcome = CriterionOutcome.PASS
    elif share <= 0.0:
        outcome = CriterionOutcome.FAIL
    return _Answer(outcome=outcome, share=share, because=because)


def _receipts(
    criterion: Criterion, detection: Detection, answer: _Answer, engine_digest: str, hint: bool
) -> tuple[Receipt, ...]:
    """A ledger that adds up to the awarded points.

    PASS: what won them. FAIL and PARTIAL: the points that were at stake, then
    what cost them, shared out over the evidence by weight. A bonus that was not
    earned, and every hint, is entered with 0 points.
    """

    def receipt(points: float, reason: str, evidence: Evidence | None) -> Receipt:
        return Receipt(
            points=points,
            reason=reason,
            detector_id=detection.detector_id,
            detector_version=detection.version,
            probability=detection.probability,
            evidence=evidence,
            engine_digest=engine_digest,
        )

    def per_evidence(thousandths: int) -> list[Receipt]:
        pieces: Sequence[Evidence | None] = detection.evidence or (None,)
        shares = _split(thousandths, [e.weight if e else 1.0 for e in pieces])
        return [
            receipt(_points(share), _reason(answer.because, evidence, detection.note), evidence)
            for share, evidence in zip(shares, pieces, strict=True)
        ]

    if hint:
        return tuple(per_evidence(0))
    full = _thousandths(criterion.points)
    won = round(full * min(1.0, max(0.0, answer.share)))
    if criterion.bonus or answer.outcome is CriterionOutcome.PASS:
        return tuple(per_evidence(won))
    at_stake = receipt(criterion.points, f"应得分：{criterion.title}", None)
    return (at_stake, *per_evidence(won - full))


def _reason(because: str, evidence: Evidence | None, note: str | None) -> str:
    detail = evidence.reason if evidence and evidence.reason else note
    return f"{because}：{detail}" if detail else because


def _split(thousandths: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to `weights` that add up to `thousandths`."""
    total = sum(weights)
    if total <= 0:
        weights, total = [1.0] * len(weights), float(len(weights))
    shares: list[int] = []
    passed = 0.0
    for weight in weights:
        passed += weight
        shares.append(round(thousandths * passed / total) - sum(shares))
    return shares


def _thousandths(points: float) -> int:
    return round(points * 1000)


def _points(thousandths: int) -> float:
    return thousandths / 1000


def _card(
    call_id: str, rubric: Rubric, scores: tuple[CriterionScore, ...], routed_by_default: bool
) -> Scorecard:
    by_id = {s.criterion_id: s for s in scores}

    def of(criteria: Iterable[Criterion]) -> list[CriterionScore]:
        return [by_id[c.criterion_id] for c in criteria]

    def failing(section: Section, kind: AutoFail) -> list[str]:
        return [
            c.criterion_id
            for c in section.criteria
            if c.auto_fail is kind and _strikes(by_id[c.criterion_id])
        ]

    failed_sections = {s.section_id for s in rubric.sections if failing(s, AutoFail.SECTION)}
    failed_by = {c for s in rubric.sections for kind in AutoFail for c in failing(s, kind)}
    call_failed = any(failing(s, AutoFail.CALL) for s in rubric.sections)
    lost = {c.criterion_id for s, c in rubric.walk() if s.section_id in failed_sections}
    percent = 0.0 if call_failed else _percent(scores, lost)
    critical = of(c for c in rubric.criteria if c.critical)
    return Scorecard(
        call_id=call_id,
        rubric_id=rubric.rubric_id,
        rubric_version=rubric.version,
        rubric_digest=rubric.digest,
        scores=scores,
        percent=percent,
        raw_percent=_percent(scores),
        section_percents=tuple(
            SectionPercent(section_id=s.section_id, percent=_percent(of(s.criteria), lost))
            for s in rubric.sections
        ),
        critical_percent=_percent(critical, lost),
        judged_points=_total(s.points_possible for s in scores if s.outcome in COUNTED),
        not_judged_points=_total(s.points_possible for s in scores if s.outcome in NOT_JUDGED),
        passed=None if percent is None else not call_failed and percent >= rubric.pass_percent,
        auto_failed_by=tuple(
            c.criterion_id for c in rubric.criteria if c.criterion_id in failed_by
        ),
        routed_by_default=routed_by_default,
    )


NOT_JUDGED = frozenset({CriterionOutcome.SYSTEM_NA, CriterionOutcome.NEEDS_HUMAN})
"""Applies to the call, but has no answer (yet): its points are in no denominator."""


def _strikes(item: CriterionScore) -> bool:
    return item.outcome is CriterionOutcome.FAIL and not item.hint


def _percent(scores: Iterable[CriterionScore], lost: Iterable[str] = frozenset()) -> float | None:
    """Awarded of possible points in percent, at most 100; None when nothing was judged.

    The points of criteria in `lost` stay possible and are not awarded.
    """
    counted = [s for s in scores if s.outcome in COUNTED]
    possible = sum(_thousandths(s.points_possible) for s in counted)
    if possible == 0:
        return None
    not_awarded = frozenset(lost)
    awarded = sum(
        _thousandths(s.points_awarded) for s in counted if s.criterion_id not in not_awarded
    )
    return round(min(100.0, 100.0 * awarded / possible), 2)


def _total(points: Iterable[float]) -> float:
    return _points(sum(_thousandths(p) for p in points))
