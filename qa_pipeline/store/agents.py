"""What agents' past and inspectors' logged times say, counted by the database."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from qa_pipeline.domain.sampling import AgentRecord, LoggedReview, ReviewLoad
from qa_pipeline.store.part import StorePart
from qa_pipeline.store.summaries import complaint_of
from qa_pipeline.store.tables import (
    call_summaries,
    calls,
    gold_calls,
    judgements,
    review_tasks,
    reviews,
)


class StoredAgents(StorePart):
    """Agents before a day, and how long reviews took."""

    def agent_records(
        self,
        day: date,
        midnight: datetime,
        month_start: datetime,
        complaints_since: datetime,
        complaint_words: Sequence[str] = (),
    ) -> Mapping[str, AgentRecord]:
        """Every agent's record as it stood when `day` began (`midnight`), by agent_id.

        `heard_by` are the tasks of the days of this month before `day`; gold calls
        count for nobody.
        """
        facts: dict[str, dict[str, Any]] = defaultdict(dict)
        with self.database.read() as connection:
            for name, chosen in (
                ("first_call_at", _first_calls()),
                ("last_heard_at", _heard(func.max(reviews.c.reviewed_at), midnight)),
                (
                    "heard_this_month",
                    _heard(func.count(reviews.c.call_id.distinct()), midnight).where(
                        reviews.c.reviewed_at >= month_start
                    ),
                ),
                ("complaints", _complaints(complaints_since, midnight, complaint_words)),
            ):
                for agent_id, value in connection.execute(chosen):
                    facts[agent_id][name] = value
            for agent_id, counts in _heard_by(connection, day).items():
                facts[agent_id]["heard_by"] = counts
        return {agent_id: AgentRecord(**known) for agent_id, known in facts.items()}

    def first_call_at(self) -> datetime | None:
        """When the oldest stored call took place."""
        with self.database.read() as connection:
            found: datetime | None = connection.scalar(select(func.min(calls.c.effective_at)))
            return found

    def logged_reviews(self, before: datetime, limit: int) -> tuple[LoggedReview, ...]:
        """The newest reviews with a logged time that were made before a moment, newest first."""
        chosen = (
            select(
                reviews.c.inspector_id,
                reviews.c.spent_ms,
                call_summaries.c.heard_ms,
                call_summaries.c.rest_ms,
                call_summaries.c.n_spans,
            )
            .join(judgements, (judgements.c.call_id == reviews.c.call_id) & judgements.c.is_current)
            .join(call_summaries, call_summaries.c.judgement_id == judgements.c.judgement_id)
            .where(reviews.c.spent_ms > 0, reviews.c.reviewed_at < before)
            .order_by(reviews.c.reviewed_at.desc(), reviews.c.review_id)
            .limit(limit)
        )
        with self.database.read() as connection:
            return tuple(
                LoggedReview(
                    inspector_id=row.inspector_id,
                    load=ReviewLoad(
                        heard_ms=row.heard_ms, rest_ms=row.rest_ms, n_spans=row.n_spans
                    ),
                    spent_ms=row.spent_ms,
                )
                for row in connection.execute(chosen)
            )


def _first_calls() -> Select[Any]:
    return (
        select(calls.c.agent_id, func.min(calls.c.effective_at))
        .where(calls.c.agent_id.is_not(None))
        .group_by(calls.c.agent_id)
    )


def _heard(what: Any, midnight: datetime) -> Select[Any]:
    return (
        select(calls.c.agent_id, what)
        .join(reviews, reviews.c.call_id == calls.c.call_id)
        .where(
            calls.c.agent_id.is_not(None),
            reviews.c.reviewed_at < midnight,
            reviews.c.call_id.not_in(select(gold_calls.c.call_id)),
        )
        .group_by(calls.c.agent_id)
    )


def _complaints(since: datetime, until: datetime, words: Sequence[str]) -> Select[Any]:
    return (
        select(calls.c.agent_id, func.count())
        .where(
            calls.c.agent_id.is_not(None),
            calls.c.effective_at >= since,
            calls.c.effective_at < until,
            complaint_of(words),
        )
        .group_by(calls.c.agent_id)
    )


def _heard_by(connection: Connection, day: date) -> dict[str, dict[str, int]]:
    counted = (
        select(calls.c.agent_id, review_tasks.c.inspector_id, func.count())
        .join(review_tasks, review_tasks.c.call_id == calls.c.call_id)
        .where(
            calls.c.agent_id.is_not(None),
            review_tasks.c.day >= day.replace(day=1),
            review_tasks.c.day < day,
            review_tasks.c.inclusion_probability.is_not(None),
        )
        .group_by(calls.c.agent_id, review_tasks.c.inspector_id)
    )
    heard: dict[str, dict[str, int]] = defaultdict(dict)
    for agent_id, inspector_id, n in connection.execute(counted):
        heard[agent_id][inspector_id] = n
    return heard
