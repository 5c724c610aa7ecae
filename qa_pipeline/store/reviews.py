"""What inspectors decided: appended, never changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select

from qa_pipeline.domain.detection import Abstention
from qa_pipeline.domain.review import CriterionAnswer, EvidenceDecision, Review
from qa_pipeline.store.call_rows import check_known
from qa_pipeline.store.codec import decode, encode
from qa_pipeline.store.part import StorePart, now, pages
from qa_pipeline.store.tables import detections, judgements, reviews

_DECISIONS = tuple[EvidenceDecision, ...]
_ANSWERS = tuple[CriterionAnswer, ...]


class StoredReviews(StorePart):
    """The humans' reviews."""

    def append_reviews(self, added: Iterable[Review]) -> int:
        """Append reviews and return how many were new; those already stored are skipped.

        All or none: NotFound where one names a call that is not stored.
        """
        rows = {review.review_id: _row(review) for review in added}
        with self.database.write("the reviews") as connection:
            check_known(connection, {row["call_id"] for row in rows.values()})
            for page in pages(list(rows)):
                known = select(reviews.c.review_id).where(reviews.c.review_id.in_(page))
                for review_id in connection.scalars(known).all():
                    del rows[review_id]
            if rows:
                connection.execute(insert(reviews), list(rows.values()))
        return len(rows)

    def append_sent(self, review: Review, sending: str | None) -> bool:
        """Append a review that a page sent; False where the same sending is stored already.

        Without a `sending` it is known by its id only. NotFound for an unknown call.
        """
        same = reviews.c.review_id == review.review_id
        if sending is not None:
            same |= reviews.c.sending == sending
        with self.database.write("the review") as connection:
            check_known(connection, {review.call_id})
            if connection.execute(select(reviews.c.review_id).where(same)).first():
                return False
            connection.execute(insert(reviews).values(**_row(review), sending=sending))
        return True

    def reviews(
        self,
        call_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[Review, ...]:
        """The reviews by time; `since` is included, `until` is not (reviewed_at)."""
        chosen = select(reviews).order_by(reviews.c.reviewed_at, reviews.c.review_id)
        if call_id is not None:
            chosen = chosen.where(reviews.c.call_id == call_id)
        if since is not None:
            chosen = chosen.where(reviews.c.reviewed_at >= since)
        if until is not None:
            chosen = chosen.where(reviews.c.reviewed_at < until)
        with self.database.read() as connection:
            return tuple(map(_review, connection.execute(chosen)))

    def reviewed_call_ids(self) -> frozenset[str]:
        """Every call that somebody has reviewed."""
        with self.database.read() as connection:
            return frozenset(connection.scalars(select(reviews.c.call_id).distinct()))

    def reviewed_rubrics(self) -> Mapping[str, str]:
        """The rubric_id under which each reviewed call is judged now, by call_id."""
        chosen = select(judgements.c.call_id, judgements.c.rubric_id).where(
            judgements.c.is_current, judgements.c.call_id.in_(select(reviews.c.call_id))
        )
        with self.database.read() as connection:
            return {row.call_id: row.rubric_id for row in connection.execute(chosen)}

    def doubtful_places(self) -> frozenset[tuple[str, str]]:
        """(call_id, detector_id) where the machine only asked: reviewed calls, judged now."""
        chosen = (
            select(judgements.c.call_id, detections.c.detector_id)
            .join(detections, detections.c.judgement_id == judgements.c.judgement_id)
            .where(
                judgements.c.is_current,
                judgements.c.call_id.in_(select(reviews.c.call_id)),
                detections.c.abstention == Abstention.DOUBTFUL.value,
            )
        )
        with self.database.read() as connection:
            return frozenset((row.call_id, row.detector_id) for row in connection.execute(chosen))


def _row(review: Review) -> dict[str, Any]:
    return {
        "review_id": review.review_id,
        "call_id": review.call_id,
        "inspector_id": review.inspector_id,
        "reviewed_at": review.reviewed_at,
        "spent_ms": review.spent_ms,
        "note": review.note,
        "decisions_json": encode(_DECISIONS, review.decisions),
        "answers_json": encode(_ANSWERS, review.answers),
        "saved_at": now(),
    }


def _review(row: Row[Any]) -> Review:
    return Review(
        review_id=row.review_id,
        call_id=row.call_id,
        inspector_id=row.inspector_id,
        reviewed_at=row.reviewed_at,
        decisions=decode(_DECISIONS, row.decisions_json),
        answers=decode(_ANSWERS, row.answers_json),
        spent_ms=row.spent_ms,
        note=row.note,
    )
