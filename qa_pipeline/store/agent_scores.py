"""One agent's scores, and everybody's beside them, counted by the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from qa_pipeline.domain.agent_scores import AgentSums, LineCount, ScoredCall
from qa_pipeline.domain.finding import LOST
from qa_pipeline.domain.scorecard import COUNTED
from qa_pipeline.store.part import StorePart
from qa_pipeline.store.tables import calls, cases, criterion_scores, judgements, reviews


class StoredAgentScores(StorePart):
    """What current judgements say of agents."""

    def agent_sums(self, since: datetime) -> tuple[AgentSums, ...]:
        """Every agent with a scored call since a moment, by agent_id."""
        percent = judgements.c.percent
        chosen = (
            _judged(
                calls.c.agent_id,
                func.max(calls.c.agent_name),
                func.max(calls.c.team),
                func.count(),
                func.sum(percent),
                func.sum(percent * percent),
            )
            .where(calls.c.effective_at >= since, percent.is_not(None))
            .where(calls.c.agent_id.is_not(None))
            .group_by(calls.c.agent_id)
            .order_by(calls.c.agent_id)
        )
        with self.database.read() as connection:
            return tuple(
                AgentSums(agent_id=a, name=name, team=team, n=n, total=total, squares=squares)
                for a, name, team, n, total, squares in connection.execute(chosen)
            )

    def agent_facts(self, agent_id: str) -> tuple[str | None, str | None] | None:
        """(name, team) of the newest call; None for an agent without calls."""
        chosen = (
            select(calls.c.agent_name, calls.c.team)
            .where(calls.c.agent_id == agent_id)
            .order_by(calls.c.effective_at.desc())
            .limit(1)
        )
        with self.database.read() as connection:
            row = connection.execute(chosen).first()
        return None if row is None else (row.agent_name, row.team)

    def agent_percents(self, agent_id: str, since: datetime) -> tuple[ScoredCall, ...]:
        """The agent's scored calls as the machine scored them, oldest first."""
        chosen = (
            _judged(calls.c.call_id, calls.c.effective_at, judgements.c.percent)
            .where(calls.c.agent_id == agent_id, calls.c.effective_at >= since)
            .where(judgements.c.percent.is_not(None))
            .order_by(calls.c.effective_at, calls.c.call_id)
        )
        with self.database.read() as connection:
            return tuple(
                ScoredCall(call_id=call_id, at=at, percent=percent)
                for call_id, at, percent in connection.execute(chosen)
            )

    def agent_reviewed_calls(self, agent_id: str, since: datetime) -> tuple[str, ...]:
        """The agent's calls that somebody has reviewed."""
        chosen = (
            select(calls.c.call_id)
            .where(calls.c.agent_id == agent_id, calls.c.effective_at >= since)
            .where(calls.c.call_id.in_(select(reviews.c.call_id)))
        )
        with self.database.read() as connection:
            return tuple(connection.scalars(chosen.order_by(calls.c.call_id)))

    def line_counts(
        self, since: datetime, *, agent_id: str, others: bool = False
    ) -> tuple[LineCount, ...]:
        """How often each line lost points with this agent, or with all `others`; hints aside."""
        whose = calls.c.agent_id != agent_id if others else calls.c.agent_id == agent_id
        lost = criterion_scores.c.outcome.in_([o.value for o in LOST])
        counted = criterion_scores.c.outcome.in_([o.value for o in COUNTED])
        line = (judgements.c.rubric_id, criterion_scores.c.criterion_id)
        chosen = (
            _judged(*line, func.count(), func.count().filter(lost))
            .join(criterion_scores, criterion_scores.c.judgement_id == judgements.c.judgement_id)
            .where(whose, calls.c.effective_at >= since, counted, ~criterion_scores.c.hint)
            .group_by(*line)
            .order_by(*line)
        )
        with self.database.read() as connection:
            return tuple(
                LineCount(rubric_id=rubric_id, criterion_id=criterion_id, n=n, lost=n_lost)
                for rubric_id, criterion_id, n, n_lost in connection.execute(chosen)
            )

    def agent_case_ids(self, agent_id: str) -> frozenset[str]:
        """The cases that were mined from the agent's calls."""
        chosen = (
            select(cases.c.case_id)
            .join(calls, calls.c.call_id == cases.c.call_id)
            .where(calls.c.agent_id == agent_id)
        )
        with self.database.read() as connection:
            return frozenset(connection.scalars(chosen))


def _judged(*what: Any) -> Select[Any]:
    return (
        select(*what)
        .select_from(calls)
        .join(judgements, (judgements.c.call_id == calls.c.call_id) & judgements.c.is_current)
    )
