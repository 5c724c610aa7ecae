"""What the call page shows, worked out from a judged call and its rubric."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.passing_change import passing_change
from qa_pipeline.domain.review import Decision, EvidenceDecision, Review
from qa_pipeline.domain.rubric import Criterion, Rubric
from qa_pipeline.domain.scorecard import (
    COUNTED,
    CriterionOutcome,
    CriterionScore,
    Receipt,
    Scorecard,
)
from qa_pipeline.redact import Place
from qa_pipeline.review_web.evidence_view import AT_STAKE, EvidenceView, evidence_views, marks_of
from qa_pipeline.review_web.form import Subject, criterion_field, subjects_of
from qa_pipeline.review_web.masking import masked_call
from qa_pipeline.review_web.transcript_view import UtteranceView, utterance_views
from qa_pipeline.text.labels import criterion_titles


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionView:
    """A line of the form; `score` is None where the machine must stay hidden.

    `answer` is what the form starts with: the inspector's own last answer, else
    the machine's where it counts.
    """

    criterion: Criterion
    section_title: str
    field: str
    score: CriterionScore | None
    answer: CriterionOutcome | None

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """What took or gave points; the points at stake are in the line itself."""
        receipts = self.score.receipts if self.score else ()
        return tuple(r for r in receipts if r.evidence or len(receipts) == 1)

    @property
    def machine_answer(self) -> CriterionOutcome | None:
        return self.score.outcome if self.score and self.score.outcome in COUNTED else None

    @property
    def needs_attention(self) -> bool:
        return self.score is not None and self.score.outcome in AT_STAKE

    @property
    def needs_human(self) -> bool:
        return self.score is not None and self.score.outcome is CriterionOutcome.NEEDS_HUMAN


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """The page's content; with `is_blind` nothing of it comes from the machine's judgement.

    `subjects` are what an inspector may say was missed. Words are the templates'
    own: the page translates them, with the values filled in.
    """

    judged: JudgedCall
    rubric: Rubric
    is_blind: bool
    heard: tuple[EvidenceView, ...]
    missing: tuple[EvidenceView, ...]
    utterances: tuple[UtteranceView, ...]
    criteria: tuple[CriterionView, ...]
    own_review: Review | None
    subjects: tuple[Subject, ...]

    @property
    def missed(self) -> tuple[tuple[Subject, EvidenceDecision], ...]:
        """What the inspector's own last review says was missed."""
        known = {s.detector_id: s for s in self.subjects}
        decisions = self.own_review.decisions if self.own_review else ()
        return tuple(
            (known[d.detector_id], d)
            for d in decisions
            if d.decision is Decision.MISSED and d.interval and d.detector_id in known
        )

    @property
    def evidence(self) -> tuple[EvidenceView, ...]:
        """In the order of the page: what was heard, then what was not, by time."""
        return self.heard + self.missing

    @property
    def has_sound(self) -> bool:
        return self.judged.analyzed.call.recording.audio_channels > 0

    @property
    def duration_ms(self) -> int:
        """At least 1, also where neither file nor transcript has a duration."""
        ends = [u.utterance.interval.end_ms for u in self.utterances]
        return max([1, self.judged.analyzed.call.recording.duration_ms, *ends])

    @property
    def attention(self) -> tuple[CriterionView, ...]:
        return tuple(c for c in self.criteria if c.needs_attention)

    @property
    def is_barely_judged(self) -> bool:
        return is_barely_judged(self.judged.evaluation.scorecard)

    @property
    def one_change(self) -> tuple[str, str] | None:
        """(criterion, percent) of the one change that would have passed the call.

        None where there is none, or where the machine is hidden.
        """
        if self.is_blind:
            return None
        change = passing_change(self.judged.evaluation.scorecard, self.rubric)
        if change is None:
            return None
        return criterion_titles(self.rubric)[change.criterion_id], f"{change.percent:.1f}"

    @property
    def remarks(self) -> tuple[tuple[str, Mapping[str, str]], ...]:
        """What an inspector should know before trusting the machine: words, values."""
        analyzed, card = self.judged.analyzed, self.judged.evaluation.scorecard
        remarks: list[tuple[str, Mapping[str, str]]] = []
        if analyzed.metrics.no_conversation:
            remarks.append(("没有可评的对话：机器未评分。", {}))
        elif analyzed.split.undivided_because:
            remarks.append(("未分角色：{why}。", {"why": analyzed.split.undivided_because}))
        elif analyzed.split.note:
            remarks.append(("说话人：{why}。", {"why": analyzed.split.note}))
        if analyzed.transcript.times_are_estimated:
            remarks.append(("转写没有时间，时间按字数估计。", {}))
        if not self.has_sound:
            remarks.append(("只有转写，没有录音。", {}))
        if analyzed.quality and analyzed.quality.because:
            remarks.append(("音质：{why}。", {"why": analyzed.quality.because}))
        if card.routed_by_default:
            remarks.append(("没有匹配的评分表，按默认评分表评。", {}))
        return tuple(remarks)


def call_view(
    judged: JudgedCall,
    rubric: Rubric,
    *,
    is_blind: bool,
    own_review: Review | None,
    sees_personal: bool = False,
    personal: Sequence[Sequence[Place]] | None = None,
) -> CallView:
    """Collect what is wrong or doubtful in time order, the transcript, and the form.

    Customers' names and numbers are masked unless `sees_personal`, for nothing where
    their places are known (`personal`).
    """
    if not sees_personal:
        judged = masked_call(judged, personal)
    evidence = () if is_blind else evidence_views(judged, rubric, own_review)
    marks = {} if is_blind else marks_of(judged, rubric, evidence)
    return CallView(
        judged=judged,
        rubric=rubric,
        is_blind=is_blind,
        heard=tuple(e for e in evidence if not e.is_missing),
        missing=tuple(e for e in evidence if e.is_missing),
        utterances=utterance_views(judged.analyzed.transcript, marks),
        criteria=_criteria(judged, rubric, is_blind, own_review),
        own_review=own_review,
        subjects=() if is_blind else subjects_of(rubric),
    )


def is_barely_judged(card: Scorecard) -> bool:
    """Whether more points are open than judged, so that the percentage says little."""
    return card.not_judged_points > card.judged_points


def _criteria(
    judged: JudgedCall, rubric: Rubric, is_blind: bool, own_review: Review | None
) -> tuple[CriterionView, ...]:
    scores = {s.criterion_id: s for s in judged.evaluation.scorecard.scores}
    given = {a.criterion_id: a.outcome for a in own_review.answers} if own_review else {}
    views = []
    for section, criterion in rubric.walk():
        score = scores.get(criterion.criterion_id)
        if score is None:
            continue
        machine = score.outcome if score.outcome in COUNTED and not is_blind else None
        views.append(
            CriterionView(
                criterion=criterion,
                section_title=section.title,
                field=criterion_field(criterion.criterion_id),
                score=None if is_blind else score,
                # An inspector who left a line open wants to find it open again.
                answer=given.get(criterion.criterion_id) if own_review else machine,
            )
        )
    return tuple(views)
