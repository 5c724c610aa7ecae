"""Find the calls of the night that a trainer could teach from."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from qa_pipeline.cases.choose import Draft, choose
from qa_pipeline.cases.difficulty import difficulty_of
from qa_pipeline.cases.handled import handled_well, telling_place
from qa_pipeline.cases.turns import (
    MAX_CLIP_MS,
    clip_around,
    text_of,
    turn_after,
    turn_before,
    turns_of,
)
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.case import Case, CaseKind
from qa_pipeline.domain.clause import clause_digest_of, clause_of
from qa_pipeline.domain.detection import Detection, Evidence, Outcome
from qa_pipeline.domain.finding import Finding, findings_of
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.metrics import Turn
from qa_pipeline.domain.review import Decision, EvidenceDecision
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.text.labels import detector_title
from qa_pipeline.text.normalize import normalize

CALL_OPENS = "（通话开始）"
MIN_SCORE = 0.55
"""Probability times clarity below which nobody should be taught with it, unless confirmed."""
MIN_CLARITY = 0.45
CONFIRMED_SCORE = 1.0

Decided = Mapping[tuple[str, str], Sequence[EvidenceDecision]]
"""What reviewers decided, by (call_id, detector_id)."""


def mine(
    judged: Iterable[JudgedCall],
    rubrics: Mapping[str, Rubric] | None = None,
    *,
    distress_words: Sequence[str] = (),
    decided: Decided | None = None,
    known: Sequence[Case] = (),
) -> tuple[Case, ...]:
    """The few cases of these calls that teach most; `choose` says how many and which.

    Bad: a behaviour or forbidden phrase found, a metric over its limit, a script
    missing where it was due. Good: a script said in a call that earned its points; a
    metric criterion passed, where `handled_well` finds a place that shows how; a
    behaviour or forbidden phrase absent, in a call without any of the five, just after
    a customer was in distress (said one of `distress_words`, or provoked a detection).
    Only clear sound and sure answers, unless a reviewer confirmed them or heard what the
    machine missed; what a reviewer rejected is never a case. `rubrics` by digest give
    criteria titles and clauses. Nothing that nearly repeats one of `known`. The order
    given does not matter.
    """
    drafts: list[Draft] = []
    distress = tuple(filter(None, map(normalize, distress_words)))
    for call in judged:
        rubric = (rubrics or {}).get(call.evaluation.scorecard.rubric_digest)
        agent = call.analyzed.call.agent_id or f"call:{call.call_id}"
        for case in _cases_of(call, rubric, distress, decided or {}):
            said = (decided or {}).get((case.call_id, case.subject), ())
            draft = _draft(case, call, agent, said)
            if draft:
                drafts.append(draft)
    ids = {case.case_id for case in known}
    return choose([d for d in drafts if d.case.case_id not in ids], known)


def _draft(
    case: Case, judged: JudgedCall, agent: str, decisions: Sequence[EvidenceDecision]
) -> Draft | None:
    """The case with what reviewers said of it; None where it should not be taught with."""
    confirmed = case.kind is CaseKind.BAD and not _CONFIRMING.isdisjoint(_said_of(case, decisions))
    clarity = clarity_of(judged.analyzed, case.clip)
    if is_contradicted(case, decisions) or clarity < MIN_CLARITY:
        return None
    if not judged.analyzed.roles_are_reliable:
        return None
    if case.score < MIN_SCORE and not confirmed:
        return None
    metrics = judged.analyzed.metrics
    figures = (
        case.clip.duration_ms / MAX_CLIP_MS,
        case.evidence.start_ms / max(1, judged.analyzed.call.recording.duration_ms),
        metrics.agent_talk_ratio or 0.0,
        clarity,
    )
    if confirmed:
        case = replace(case, score=CONFIRMED_SCORE, why=f"{case.why}；质检员已确认")
    return Draft(case=case, agent=agent, figures=figures, is_confirmed=confirmed)


_CONFIRMING = frozenset({Decision.CONFIRMED, Decision.MISSED})


def is_contradicted(case: Case, decisions: Sequence[EvidenceDecision]) -> bool:
    """Whether a reviewer rejected what a bad case shows, or heard it where a good one is."""
    said = _said_of(case, decisions)
    if case.kind is CaseKind.BAD:
        return Decision.REJECTED in said
    return Decision.MISSED in said or Decision.CONFIRMED in said


def _said_of(case: Case, decisions: Sequence[EvidenceDecision]) -> frozenset[Decision]:
    """What reviewers decided of the place, or of the whole call."""
    return frozenset(
        d.decision
        for d in decisions
        if d.interval is None or d.interval.overlap_ms(case.evidence) > 0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """A call prepared for cutting."""

    judged: JudgedCall
    rubric: Rubric | None
    turns: tuple[Turn, ...]

    @property
    def analyzed(self) -> AnalyzedCall:
        return self.judged.analyzed

    def case(
        self, subject: str, kind: CaseKind, evidence: Evidence, why: str, score: float
    ) -> Case:
        before = turn_before(self.turns, Role.CUSTOMER, evidence.interval.start_ms)
        clip = clip_around(
            evidence.interval,
            before.interval if before else None,
            self.turns,
            self.analyzed.call.recording.duration_ms,
        )
        call_id = self.judged.call_id
        clarity = clarity_of(self.analyzed, clip)
        clause = clause_of(self.rubric, subject) if self.rubric else None
        return Case(
            case_id=case_id_of(call_id, subject, kind, clip),
            call_id=call_id,
            subject=subject,
            kind=kind,
            clip=clip,
            evidence=evidence.interval,
            situation=text_of(before, self.analyzed) if before else CALL_OPENS,
            quote=evidence.quote,
            why=why,
            score=round(score * clarity, 4),
            rubric_id=self.rubric.rubric_id if clause and self.rubric else None,
            rubric_version=self.rubric.version if clause and self.rubric else None,
            clause_digest=clause_digest_of(clause) if clause else None,
            difficulty=difficulty_of(score, clarity, evidence.interval, clip),
        )


def clarity_of(analyzed: AnalyzedCall, clip: Interval) -> float:
    """How well the clip was understood: the mean confidence of what it holds."""
    heard = [
        u.confidence
        for u in analyzed.transcript.judged_utterances
        if u.interval.overlap_ms(clip) > 0
    ]
    return sum(heard) / len(heard) if heard else 0.5


def case_id_of(call_id: str, subject: str, kind: CaseKind, clip: Interval) -> str:
    """The digest that makes a case found again the same case."""
    content = f"{call_id}\n{subject}\n{kind.value}\n{clip.start_ms}\n{clip.end_ms}"
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _cases_of(
    judged: JudgedCall, rubric: Rubric | None, distress: tuple[str, ...], decided: Decided
) -> Iterator[Case]:
    scene = _Scene(judged=judged, rubric=rubric, turns=turns_of(judged.analyzed))
    for finding in findings_of(judged.evaluation):
        if finding.evidence and not finding.hint:
            yield _bad_case(scene, finding)
    yield from _missed_by_machine(scene, decided)
    yield from _well_said(scene)
    yield from _well_kept(scene)
    yield from _kept_calm(scene, distress)


def _bad_case(scene: _Scene, finding: Finding) -> Case:
    evidence = _shown_by(scene, finding)
    title = detector_title(finding.detector_id, scene.rubric)
    missing = "未说" if finding.detector_id.startswith("script:") else ""
    cost = f"，扣 {finding.points_lost:g} 分" if finding.points_lost else ""
    fatal = "，致命项" if finding.auto_failed else ""
    return scene.case(
        finding.detector_id,
        CaseKind.BAD,
        evidence,
        f"{missing}{title}：{evidence.reason.removeprefix(f'{title}：')}（p={finding.probability:.2f}{cost}{fatal}）",
        finding.probability,
    )


def _missed_by_machine(scene: _Scene, decided: Decided) -> Iterator[Case]:
    """What a reviewer heard at a place and the machine did not."""
    for detection in scene.judged.evaluation.detections:
        subject = detection.detector_id
        for decision in decided.get((scene.judged.call_id, subject), ()):
            place = decision.interval
            if decision.decision is not Decision.MISSED or place is None:
                continue
            said = (
                u.text.strip()
                for u in scene.analyzed.utterances_of(Role.AGENT)
                if u.interval.overlap_ms(place) > 0
            )
            evidence = Evidence(interval=place, role=Role.AGENT, quote=" ".join(said), reason="")
            title = detector_title(subject, scene.rubric)
            missing = "未说" if subject.startswith("script:") else ""
            yield scene.case(subject, CaseKind.BAD, evidence, f"{missing}{title}：质检员补记", 1.0)


def _shown_by(scene: _Scene, finding: Finding) -> Evidence:
    """The heaviest evidence; of a figure that cites the whole call the place that tells most."""
    evidence = _heaviest(finding.evidence)
    cites_all = evidence.interval.duration_ms >= scene.analyzed.metrics.duration_ms > MAX_CLIP_MS
    place = telling_place(scene.analyzed.metrics, scene.turns) if cites_all else None
    if place is None or not finding.detector_id.startswith("metric:"):
        return evidence
    said = next(t for t in scene.turns if t.interval == place and t.role is Role.AGENT)
    return replace(evidence, interval=place, quote=text_of(said, scene.analyzed))


def _passed(scene: _Scene) -> frozenset[str]:
    """The criteria that earned all their points."""
    return frozenset(
        s.criterion_id
        for s in scene.judged.evaluation.scorecard.scores
        if s.outcome is CriterionOutcome.PASS and not s.hint
    )


def _well_kept(scene: _Scene) -> Iterator[Case]:
    """Figures within their limits, where a place of the call lets it be heard how."""
    criteria = {c.criterion_id: c for c in scene.rubric.criteria} if scene.rubric else {}
    passed = _passed(scene)
    for detection in scene.judged.evaluation.detections:
        kind, _, criterion_id = detection.detector_id.partition(":")
        criterion = criteria.get(criterion_id)
        if kind != "metric" or criterion is None or criterion_id not in passed:
            continue
        handled = handled_well(criterion.metric or "", scene.analyzed.metrics, scene.turns)
        if detection.outcome is not Outcome.NOT_FOUND or handled is None:
            continue
        said = (
            text_of(t, scene.analyzed)
            for t in scene.turns
            if t.role is Role.AGENT and t.interval.overlap_ms(handled.interval) > 0
        )
        yield scene.case(
            detection.detector_id,
            CaseKind.GOOD,
            Evidence(
                interval=handled.interval, role=Role.AGENT, quote=" ".join(said), reason=handled.why
            ),
            f"{criterion.title}：{handled.why}",
            handled.worth,
        )


def _well_said(scene: _Scene) -> Iterator[Case]:
    passed = _passed(scene)
    for detection in scene.judged.evaluation.detections:
        kind, _, criterion_id = detection.detector_id.partition(":")
        if kind == "script" and criterion_id in passed and detection.outcome is Outcome.FOUND:
            title = detector_title(detection.detector_id, scene.rubric)
            yield scene.case(
                detection.detector_id,
                CaseKind.GOOD,
                _heaviest(detection.evidence),
                f"{title}：说得完整清楚（p={detection.probability:.2f}）",
                detection.probability,
            )


def _kept_calm(scene: _Scene, distress: tuple[str, ...]) -> Iterator[Case]:
    behaviours = [
        d for d in scene.judged.evaluation.detections if d.detector_id.startswith("behaviour:")
    ]
    if any(d.outcome is Outcome.FOUND for d in behaviours):
        return
    moments = _distress(scene, distress)
    answer = moments and turn_after(scene.turns, Role.AGENT, moments[0].interval.start_ms)
    if not answer:
        return
    asked = [
        d for d in scene.judged.evaluation.detections if d.detector_id.startswith("forbidden:")
    ]
    for detection in (*behaviours, *asked):
        if detection.outcome is Outcome.NOT_FOUND:
            yield _calm_case(scene, detection, answer, len(moments))


def _calm_case(scene: _Scene, detection: Detection, answer: Turn, distressed_turns: int) -> Case:
    """The more the customer was in distress, the more staying calm is worth."""
    title = detector_title(detection.detector_id, scene.rubric)
    return scene.case(
        detection.detector_id,
        CaseKind.GOOD,
        Evidence(
            interval=answer.interval,
            role=Role.AGENT,
            quote=text_of(answer, scene.analyzed),
            reason="",
        ),
        f"客户情绪激动时没有{title}（p={detection.probability:.2f}）",
        (1.0 - detection.probability) * (distressed_turns + 1) / (distressed_turns + 2),
    )


def _distress(scene: _Scene, words: tuple[str, ...]) -> list[Turn]:
    """The customer's turns that show distress, in order."""
    provoking = [e.interval for d in scene.judged.evaluation.detections for e in d.provoked_by]

    def shows_it(turn: Turn) -> bool:
        said = normalize(text_of(turn, scene.analyzed))
        provokes = any(turn.interval.overlap_ms(span) > 0 for span in provoking)
        return provokes or any(word in said for word in words)

    return [t for t in scene.turns if t.role is Role.CUSTOMER and shows_it(t)]


def _heaviest(evidence: Sequence[Evidence]) -> Evidence:
    return min(evidence, key=lambda e: (-e.weight, e.interval))
