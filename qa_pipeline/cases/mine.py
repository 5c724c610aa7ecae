"""Find the calls of the night that a trainer could teach from."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from qa_pipeline.cases.turns import clip_around, text_of, turn_after, turn_before, turns_of
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.case import Case, CaseKind
from qa_pipeline.domain.detection import Detection, Evidence, Outcome
from qa_pipeline.domain.finding import Finding, findings_of
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.metrics import Turn
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.text.labels import detector_title
from qa_pipeline.text.normalize import normalize

PER_SUBJECT_AND_KIND = 3
PER_AGENT = 1
CALL_OPENS = "（通话开始）"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    case: Case
    agent: str


def mine(
    judged: Iterable[JudgedCall],
    rubrics: Mapping[str, Rubric] | None = None,
    *,
    distress_words: Sequence[str] = (),
) -> tuple[Case, ...]:
    """The best and worst cases of each behaviour and criterion, at most 3 each.

    Bad: a behaviour or forbidden phrase found, a metric over its limit, a script
    missing where it was due; the surest first. Good: a script said in a call that
    earned its points; a behaviour absent, in a call without any of the five, just
    after a customer was in distress (said one of `distress_words`, or provoked a
    detection). One case an agent within a subject and kind. `rubrics` by digest
    give criteria their titles. The result does not depend on the order given.
    """
    drafts: dict[tuple[str, CaseKind], list[_Draft]] = defaultdict(list)
    distress = tuple(filter(None, map(normalize, distress_words)))
    for call in judged:
        rubric = (rubrics or {}).get(call.evaluation.scorecard.rubric_digest)
        for case in _cases_of(call, rubric, distress):
            agent = call.analyzed.call.agent_id or f"call:{call.call_id}"
            drafts[case.subject, case.kind].append(_Draft(case=case, agent=agent))
    return tuple(case for key in sorted(drafts) for case in _chosen(drafts[key]))


def _chosen(drafts: Sequence[_Draft]) -> Iterator[Case]:
    taken: dict[str, int] = defaultdict(int)
    kept = 0
    for draft in sorted(drafts, key=lambda d: (-d.case.score, d.case.case_id)):
        if kept < PER_SUBJECT_AND_KIND and taken[draft.agent] < PER_AGENT:
            taken[draft.agent] += 1
            kept += 1
            yield draft.case


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
            score=round(score * self._clarity(clip), 4),
        )

    def _clarity(self, clip: Interval) -> float:
        """How well the clip was understood: the mean confidence of what it holds."""
        heard = [
            u.confidence
            for u in self.analyzed.transcript.judged_utterances
            if u.interval.overlap_ms(clip) > 0
        ]
        return sum(heard) / len(heard) if heard else 0.5


def case_id_of(call_id: str, subject: str, kind: CaseKind, clip: Interval) -> str:
    """The digest that makes a case found again the same case."""
    content = f"{call_id}\n{subject}\n{kind.value}\n{clip.start_ms}\n{clip.end_ms}"
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _cases_of(
    judged: JudgedCall, rubric: Rubric | None, distress: tuple[str, ...]
) -> Iterator[Case]:
    scene = _Scene(judged=judged, rubric=rubric, turns=turns_of(judged.analyzed))
    for finding in findings_of(judged.evaluation):
        if finding.evidence and not finding.hint:
            yield _bad_case(scene, finding)
    yield from _well_said(scene)
    yield from _kept_calm(scene, distress)


def _bad_case(scene: _Scene, finding: Finding) -> Case:
    evidence = _heaviest(finding.evidence)
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


def _well_said(scene: _Scene) -> Iterator[Case]:
    passed = {
        s.criterion_id
        for s in scene.judged.evaluation.scorecard.scores
        if s.outcome is CriterionOutcome.PASS and not s.hint
    }
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
    for detection in behaviours:
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
        (1.0 - detection.probability) * distressed_turns / (distressed_turns + 1),
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
