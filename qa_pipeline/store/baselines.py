"""What is usual for each agent: made once a day, then only read."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, insert, select

from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.prosody import AgentBaseline
from qa_pipeline.store.analysis_rows import analyzed_call
from qa_pipeline.store.call_rows import calls_of
from qa_pipeline.store.codec import decode, encode
from qa_pipeline.store.part import StorePart
from qa_pipeline.store.tables import agent_baselines, analyses, calls, judgements


class StoredBaselines(StorePart):
    """Agents' baselines, and the calls that they are made from."""

    def save_baseline(self, baseline: AgentBaseline) -> AgentBaseline:
        """Keep it as the agent's for its day; what was kept first for that day is returned."""
        day = baseline.as_of_day.isoformat()
        with self.database.write(f"the baseline of agent {baseline.agent_id}") as connection:
            kept = connection.scalar(
                select(agent_baselines.c.baseline_json).where(
                    agent_baselines.c.agent_id == baseline.agent_id,
                    agent_baselines.c.as_of_day == day,
                )
            )
            if kept is not None:
                return _decoded(kept)
            connection.execute(
                insert(agent_baselines).values(
                    agent_id=baseline.agent_id,
                    as_of_day=day,
                    baseline_id=baseline.baseline_id,
                    baseline_json=encode(AgentBaseline, baseline),
                )
            )
        return baseline

    def baseline_on(self, agent_id: str, day: date) -> AgentBaseline | None:
        """The agent's baseline that was made on a day."""
        return self._baseline(
            (agent_baselines.c.agent_id == agent_id)
            & (agent_baselines.c.as_of_day == day.isoformat())
        )

    def baseline(self, baseline_id: str) -> AgentBaseline | None:
        """The baseline with this id, as a judgement cites it."""
        return self._baseline(agent_baselines.c.baseline_id == baseline_id)

    def baseline_id_of(self, recording_id: str) -> str | None:
        """What the recording's current judgement was made with."""
        chosen = (
            select(judgements.c.baseline_id)
            .join(calls, calls.c.call_id == judgements.c.call_id)
            .where(calls.c.recording_id == recording_id, judgements.c.is_current)
        )
        with self.database.read() as connection:
            return connection.execute(chosen).scalar()

    def last_calls_of(
        self, agent_id: str, before: datetime, at_most: int
    ) -> tuple[AnalyzedCall, ...]:
        """The agent's newest calls that took place before a moment, oldest first.

        As their current judgements heard them, without embeddings.
        """
        chosen = (
            select(calls.c.call_id, analyses)
            .join(judgements, judgements.c.call_id == calls.c.call_id)
            .join(analyses, analyses.c.analysis_id == judgements.c.analysis_id)
            .where(calls.c.agent_id == agent_id, calls.c.effective_at < before)
            .where(judgements.c.is_current)
            .order_by(calls.c.effective_at.desc(), calls.c.call_id.desc())
            .limit(at_most)
        )
        with self.database.read() as connection:
            rows = connection.execute(chosen).all()
            known = calls_of(connection, [row.call_id for row in rows])
        return tuple(analyzed_call(known[row.call_id], row, None) for row in reversed(rows))

    def _baseline(self, condition: ColumnElement[bool]) -> AgentBaseline | None:
        chosen = select(agent_baselines.c.baseline_json).where(condition)
        with self.database.read() as connection:
            kept = connection.execute(chosen.limit(1)).scalar()
        return None if kept is None else _decoded(kept)


def _decoded(text: str) -> AgentBaseline:
    found: AgentBaseline = decode(AgentBaseline, text)
    return found
