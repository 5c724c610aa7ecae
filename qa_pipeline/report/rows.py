"""One judged call reduced to what a report counts."""

from dataclasses import dataclass
from datetime import datetime

from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.finding import points_lost
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.text.labels import BEHAVIOUR_TITLES, criterion_titles


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionRow:
    criterion_id: str
    title: str
    outcome: CriterionOutcome
    points_lost: float
    abstained_because: str | None
    hint: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourRow:
    name: str
    outcome: Outcome
    abstained_because: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """`started_at` is None when neither metadata nor file say when the call was."""

    call_id: str
    agent_id: str | None
    agent_name: str | None
    team: str | None
    started_at: datetime | None
    duration_ms: int
    no_conversation: bool
    rubric_id: str
    rubric_version: int
    rubric_title: str
    pass_percent: float | None
    percent: float | None
    passed: bool | None
    auto_failed: bool
    criteria: tuple[CriterionRow, ...]
    behaviours: tuple[BehaviourRow, ...]


def row_of(
    judged: JudgedCall, rubric: Rubric | None = None, *, file_time: datetime | None = None
) -> ReportRow:
    """Reduce a judged call; `rubric` gives titles, `file_time` (aware) a missing start."""
    call, card = judged.analyzed.call, judged.evaluation.scorecard
    titles = criterion_titles(rubric)
    return ReportRow(
        call_id=call.call_id,
        agent_id=call.agent_id,
        agent_name=call.agent_name,
        team=call.team,
        started_at=call.started_at or file_time,
        duration_ms=call.recording.duration_ms,
        no_conversation=judged.analyzed.metrics.no_conversation,
        rubric_id=card.rubric_id,
        rubric_version=card.rubric_version,
        rubric_title=rubric.title if rubric else card.rubric_id,
        pass_percent=rubric.pass_percent if rubric else None,
        percent=card.percent,
        passed=card.passed,
        auto_failed=card.percent == 0 and bool(card.auto_failed_by),
        criteria=tuple(
            CriterionRow(
                criterion_id=s.criterion_id,
                title=titles.get(s.criterion_id, s.criterion_id),
                outcome=s.outcome,
                points_lost=0.0 if s.hint else points_lost(s),
                abstained_because=s.abstained_because,
                hint=s.hint,
            )
            for s in card.scores
        ),
        behaviours=tuple(
            BehaviourRow(name=name, outcome=d.outcome, abstained_because=d.abstained_because)
            for d in judged.evaluation.detections
            for kind, _, name in [d.detector_id.partition(":")]
            if kind == "behaviour" and name in BEHAVIOUR_TITLES
        ),
    )
