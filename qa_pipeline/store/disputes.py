"""Disputes and the rulings on them: appended, never changed."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from qa_pipeline.domain.dispute import Dispute, Ruling, Verdict
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.errors import NotFound
from qa_pipeline.store.call_rows import check_known
from qa_pipeline.store.part import StorePart
from qa_pipeline.store.tables import criterion_scores, dispute_rulings, disputes, judgements

LineHistory = tuple[tuple[datetime, CriterionOutcome], ...]
"""When a line was judged and what the machine said, oldest first, the current one last."""


class StoredDisputes(StorePart):
    """What agents dispute and what supervisors decided."""

    def open_dispute(self, dispute: Dispute) -> bool:
        """Append a dispute; False, and nothing kept, where the line has an open one.

        NotFound where the call is not stored.
        """
        with self.database.write(f"the dispute on call {dispute.call_id}") as connection:
            check_known(connection, {dispute.call_id})
            of_call = select(disputes).where(disputes.c.call_id == dispute.call_id)
            for known in _disputes(connection, of_call):
                is_same = known.dispute_id == dispute.dispute_id
                if is_same or (known.is_open and known.criterion_id == dispute.criterion_id):
                    return False
            connection.execute(insert(disputes).values(**_row(dispute)))
        return True

    def rule(self, ruling: Ruling, *, n_known: int) -> bool:
        """Append a ruling; False, and nothing kept, where others than `n_known` were made.

        NotFound for an unknown dispute.
        """
        with self.database.write(f"the ruling on dispute {ruling.dispute_id}") as connection:
            dispute = self._known_dispute(connection, ruling.dispute_id)
            if len(dispute.rulings) != n_known:
                return False
            connection.execute(
                insert(dispute_rulings).values(
                    dispute_id=ruling.dispute_id,
                    call_id=dispute.call_id,
                    verdict=ruling.verdict.value,
                    outcome=ruling.outcome.value,
                    reason=ruling.reason,
                    example=ruling.example,
                    decided_by=ruling.decided_by,
                    decided_at=ruling.decided_at,
                )
            )
        return True

    def disputes(
        self, *, agent_id: str | None = None, call_id: str | None = None
    ) -> tuple[Dispute, ...]:
        """The disputes with their rulings, oldest first."""
        chosen = select(disputes)
        if agent_id is not None:
            chosen = chosen.where(disputes.c.agent_id == agent_id)
        if call_id is not None:
            chosen = chosen.where(disputes.c.call_id == call_id)
        with self.database.read() as connection:
            return _disputes(connection, chosen)

    def dispute(self, dispute_id: str) -> Dispute:
        """One dispute; NotFound for an unknown id."""
        with self.database.read() as connection:
            return self._known_dispute(connection, dispute_id)

    def line_histories(self, call_id: str) -> Mapping[str, LineHistory]:
        """What the machine has said of each line of the current judgement, by criterion_id."""
        chosen = (
            select(
                criterion_scores.c.criterion_id,
                criterion_scores.c.outcome,
                judgements.c.judged_at,
                judgements.c.is_current,
            )
            .join(judgements, judgements.c.judgement_id == criterion_scores.c.judgement_id)
            .where(judgements.c.call_id == call_id)
            .order_by(judgements.c.is_current, judgements.c.judged_at, judgements.c.judgement_id)
        )
        found: dict[str, list[tuple[datetime, CriterionOutcome]]] = defaultdict(list)
        current = set()
        with self.database.read() as connection:
            for row in connection.execute(chosen):
                found[row.criterion_id].append((row.judged_at, CriterionOutcome(row.outcome)))
                if row.is_current:
                    current.add(row.criterion_id)
        return {name: tuple(found[name]) for name in found if name in current}

    def _known_dispute(self, connection: Connection, dispute_id: str) -> Dispute:
        for found in _disputes(
            connection, select(disputes).where(disputes.c.dispute_id == dispute_id)
        ):
            return found
        raise NotFound(
            f"dispute {dispute_id} is not in {self.database.name}; its call may have been purged"
        )


def _disputes(connection: Connection, chosen: Select[Any]) -> tuple[Dispute, ...]:
    ordered = chosen.order_by(disputes.c.opened_at, disputes.c.dispute_id)
    rows = connection.execute(ordered).all()
    ids = chosen.with_only_columns(disputes.c.dispute_id).order_by(None)
    made: dict[str, list[Ruling]] = defaultdict(list)
    for row in connection.execute(
        select(dispute_rulings)
        .where(dispute_rulings.c.dispute_id.in_(ids))
        .order_by(dispute_rulings.c.ruling_id)
    ):
        made[row.dispute_id].append(_ruling(row))
    return tuple(_dispute(row, tuple(made[row.dispute_id])) for row in rows)


def _row(dispute: Dispute) -> dict[str, Any]:
    interval = dispute.interval
    return {
        "dispute_id": dispute.dispute_id,
        "call_id": dispute.call_id,
        "agent_id": dispute.agent_id,
        "rubric_id": dispute.rubric_id,
        "criterion_id": dispute.criterion_id,
        "detector_id": dispute.detector_id,
        "machine_outcome": dispute.machine_outcome.value,
        "stood": dispute.stood.value,
        "proposed": dispute.proposed.value,
        "reason": dispute.reason,
        "quote": dispute.quote,
        "start_ms": None if interval is None else interval.start_ms,
        "end_ms": None if interval is None else interval.end_ms,
        "opened_by": dispute.opened_by,
        "opened_at": dispute.opened_at,
    }


def _dispute(row: Row[Any], rulings: tuple[Ruling, ...]) -> Dispute:
    return Dispute(
        dispute_id=row.dispute_id,
        call_id=row.call_id,
        agent_id=row.agent_id,
        rubric_id=row.rubric_id,
        criterion_id=row.criterion_id,
        detector_id=row.detector_id,
        machine_outcome=CriterionOutcome(row.machine_outcome),
        stood=CriterionOutcome(row.stood),
        proposed=CriterionOutcome(row.proposed),
        reason=row.reason,
        quote=row.quote,
        interval=None if row.start_ms is None else Interval(row.start_ms, row.end_ms),
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        rulings=rulings,
    )


def _ruling(row: Row[Any]) -> Ruling:
    return Ruling(
        dispute_id=row.dispute_id,
        verdict=Verdict(row.verdict),
        outcome=CriterionOutcome(row.outcome),
        reason=row.reason,
        example=row.example,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
