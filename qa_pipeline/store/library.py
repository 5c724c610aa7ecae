"""What trainers make of cases: edits, partners, redactions, status history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select

from qa_pipeline.domain.case_card import (
    CardEdit,
    CardText,
    HeardAgain,
    Neighbour,
    PairChoice,
    Redaction,
    Verdict,
)
from qa_pipeline.domain.interval import Interval
from qa_pipeline.errors import NotFound
from qa_pipeline.store.codec import decode, encode
from qa_pipeline.store.part import StorePart, now
from qa_pipeline.store.tables import (
    case_edits,
    case_features,
    case_lines,
    case_neighbours,
    case_redactions,
    case_verdicts,
    cases,
    collection_cases,
    pair_choices,
    similar_cases,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hidden:
    beeps: tuple[Interval, ...]
    heard: tuple[HeardAgain, ...] | None


_BEEPS = _Hidden | tuple[Interval, ...]
"""A row of before the second hearing holds the beeps alone."""


class StoredCards(StorePart):
    """The human side of cases; edits, choices and verdicts are appended."""

    def edit_card(self, case_id: str, text: CardText, *, who: str, seen_version: int) -> bool:
        """Append an edit; False, and nothing kept, where another was made since `seen_version`.

        `seen_version` is 0 for a card that nobody edited. NotFound for an unknown case.
        """
        with self.database.write(f"the card of case {case_id}") as connection:
            check_case(connection, case_id)
            newest = connection.execute(
                select(func.max(case_edits.c.version)).where(case_edits.c.case_id == case_id)
            ).scalar()
            if (newest or 0) != seen_version:
                return False
            connection.execute(
                insert(case_edits).values(
                    case_id=case_id,
                    version=seen_version + 1,
                    text_json=encode(CardText, text),
                    who=who,
                    edited_at=now(),
                )
            )
        return True

    def card_edits(self, case_id: str) -> tuple[CardEdit, ...]:
        """Every edit of a case's card, oldest first."""
        chosen = select(case_edits).where(case_edits.c.case_id == case_id)
        with self.database.read() as connection:
            return tuple(map(_edit, connection.execute(chosen.order_by(case_edits.c.version))))

    def card_texts(self) -> Mapping[str, CardText]:
        """The newest text of every edited card, by case_id."""
        with self.database.read() as connection:
            rows = connection.execute(select(case_edits).order_by(case_edits.c.version))
            return {row.case_id: decode(CardText, row.text_json) for row in rows}

    def verdicts(self, case_id: str) -> tuple[Verdict, ...]:
        """The case's changes of status, oldest first."""
        chosen = select(case_verdicts).where(case_verdicts.c.case_id == case_id)
        with self.database.read() as connection:
            return tuple(
                Verdict(status=r.status, who=r.who, note=r.note, decided_at=r.decided_at)
                for r in connection.execute(chosen.order_by(case_verdicts.c.verdict_id))
            )

    def save_redaction(self, case_id: str, redaction: Redaction) -> None:
        """Keep what hides a case's personal data, in place of what was kept before."""
        with self.database.write(f"the redaction of case {case_id}") as connection:
            check_case(connection, case_id)
            connection.execute(delete(case_redactions).where(case_redactions.c.case_id == case_id))
            connection.execute(
                insert(case_redactions).values(
                    case_id=case_id,
                    redaction_key=redaction.key,
                    beeps_json=encode(
                        _BEEPS, _Hidden(beeps=redaction.beeps, heard=redaction.heard)
                    ),
                    made_at=now(),
                )
            )

    def redaction(self, case_id: str) -> Redaction | None:
        """What was computed to hide, None where nothing was."""
        chosen = select(case_redactions).where(case_redactions.c.case_id == case_id)
        with self.database.read() as connection:
            row = connection.execute(chosen).first()
        if row is None:
            return None
        kept = decode(_BEEPS, row.beeps_json)
        if isinstance(kept, _Hidden):
            return Redaction(key=row.redaction_key, beeps=kept.beeps, heard=kept.heard)
        return Redaction(key=row.redaction_key, beeps=kept)

    def save_neighbours(self, found: Iterable[Neighbour]) -> None:
        """Replace all nearest neighbours; what people chose stays."""
        rows = [
            {
                "case_id": n.case_id,
                "partner_id": n.partner_id,
                "similarity": n.similarity,
                "method": n.method,
            }
            for n in found
        ]
        with self.database.write("the pairs of cases") as connection:
            connection.execute(delete(case_neighbours))
            if rows:
                connection.execute(insert(case_neighbours), rows)

    def neighbours(self, case_id: str) -> tuple[Neighbour, ...]:
        """The case's possible partners, the nearest first."""
        chosen = (
            select(case_neighbours)
            .where(case_neighbours.c.case_id == case_id)
            .order_by(case_neighbours.c.similarity.desc(), case_neighbours.c.partner_id)
        )
        with self.database.read() as connection:
            return tuple(map(_neighbour, connection.execute(chosen)))

    def choose_partner(self, case_id: str, partner_id: str, *, accepted: bool, who: str) -> None:
        """Append a choice; NotFound where one of the cases is unknown."""
        with self.database.write(f"the pair of case {case_id}") as connection:
            check_case(connection, case_id)
            check_case(connection, partner_id)
            connection.execute(
                insert(pair_choices).values(
                    case_id=case_id,
                    partner_id=partner_id,
                    accepted=accepted,
                    who=who,
                    chosen_at=now(),
                )
            )

    def pair_choice(self, case_id: str) -> PairChoice | None:
        """The newest choice of a partner; the other side's where only that one accepted."""
        own = _choices().where(pair_choices.c.case_id == case_id)
        others = _choices().where(pair_choices.c.partner_id == case_id, pair_choices.c.accepted)
        with self.database.read() as connection:
            row = connection.execute(own).first()
            if row is not None:
                return _choice(row)
            for row in connection.execute(others).all():
                newest = _choices().where(pair_choices.c.case_id == row.case_id)
                current = connection.execute(newest).first()
                if current is not None and current.choice_id == row.choice_id:
                    turned = _choice(row)
                    return PairChoice(
                        case_id=case_id,
                        partner_id=turned.case_id,
                        accepted=True,
                        who=turned.who,
                        chosen_at=turned.chosen_at,
                    )
        return None


def check_case(connection: Connection, case_id: str) -> None:
    """NotFound where the case is not stored."""
    known = select(cases.c.case_id).where(cases.c.case_id == case_id)
    if connection.execute(known).first() is None:
        raise NotFound(
            f"case {case_id} is not in the library; `qa-pipeline cases list` shows those that are"
        )


def forget_cards(connection: Connection, marked: Select[Any]) -> None:
    """Remove what was written on the cards of calls that are being purged."""
    gone = select(cases.c.case_id).where(cases.c.call_id.in_(marked))
    made = (case_redactions, case_neighbours, case_lines, case_features, similar_cases)
    for table in (case_edits, pair_choices, *made):
        connection.execute(delete(table).where(table.c.case_id.in_(gone)))
    connection.execute(delete(case_neighbours).where(case_neighbours.c.partner_id.in_(gone)))
    connection.execute(delete(similar_cases).where(similar_cases.c.other_id.in_(gone)))
    connection.execute(delete(collection_cases).where(collection_cases.c.case_id.in_(gone)))


def _choices() -> Select[Any]:
    return select(pair_choices).order_by(pair_choices.c.choice_id.desc())


def _edit(row: Row[Any]) -> CardEdit:
    return CardEdit(
        case_id=row.case_id,
        version=row.version,
        text=decode(CardText, row.text_json),
        who=row.who,
        edited_at=row.edited_at,
    )


def _neighbour(row: Row[Any]) -> Neighbour:
    return Neighbour(
        case_id=row.case_id,
        partner_id=row.partner_id,
        similarity=row.similarity,
        method=row.method,
    )


def _choice(row: Row[Any]) -> PairChoice:
    return PairChoice(
        case_id=row.case_id,
        partner_id=row.partner_id,
        accepted=row.accepted,
        who=row.who,
        chosen_at=row.chosen_at,
    )
