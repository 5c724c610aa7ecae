"""The library's list: what facets count, the masked words, what is like what."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, delete, func, insert, select

from qa_pipeline.domain.case import Case, CaseStatus
from qa_pipeline.domain.case_card import Difficulty
from qa_pipeline.domain.case_shelf import CaseFeatures, CaseLine, CaseOrigin, Shelf, SimilarCase
from qa_pipeline.store.cases import joined_cases, stored_case
from qa_pipeline.store.codec import decode, encode
from qa_pipeline.store.part import StorePart, holds, pages
from qa_pipeline.store.tables import (
    calls,
    case_edits,
    case_features,
    case_lines,
    case_verdicts,
    cases,
    judgements,
    review_tasks,
    reviews,
    similar_cases,
)

_FIGURES = tuple[float | None, ...]


class StoredShelf(StorePart):
    """Cases by the thousand, without decoding a call."""

    def shelf(self, *, newest_first: bool = False) -> Shelf:
        """Every case by subject, kind and falling score; or the newest first."""
        first = cases.c.mined_at.desc() if newest_first else cases.c.subject
        chosen = (
            select(
                cases.c.case_id,
                cases.c.call_id,
                cases.c.subject,
                cases.c.kind,
                cases.c.stale_because.is_not(None),
                func.coalesce(case_lines.c.difficulty, ""),
                func.coalesce(case_lines.c.tags, ""),
                case_lines.c.title,
            )
            .outerjoin(case_lines, case_lines.c.case_id == cases.c.case_id)
            .order_by(first, cases.c.subject, cases.c.kind, cases.c.score.desc(), cases.c.case_id)
        )
        judged = select(case_verdicts.c.case_id, case_verdicts.c.status).order_by(
            case_verdicts.c.verdict_id
        )
        placed = select(calls.c.call_id, calls.c.team, calls.c.queue).where(
            calls.c.call_id.in_(select(cases.c.call_id))
        )
        with self.database.read() as connection:
            statuses = {row[0]: row[1] for row in connection.execute(judged)}
            places = {row[0]: (row[1] or "", row[2] or "") for row in connection.execute(placed)}
            rows = connection.execute(chosen).all()
        return _shelf(rows, statuses, places)

    def case_origins(self, case_ids: Sequence[str] | None = None) -> tuple[CaseOrigin, ...]:
        """What the lines of these cases, else of all, are made of and would be made of now."""
        origins: list[CaseOrigin] = []
        with self.database.read() as connection:
            for page in [None] if case_ids is None else pages(case_ids):
                chosen = _origins()
                if page is not None:
                    chosen = chosen.where(cases.c.case_id.in_(page))
                origins += [CaseOrigin(**row) for row in connection.execute(chosen).mappings()]
        return tuple(origins)

    def cases_holding(self, words: Sequence[str]) -> frozenset[str]:
        """The ids of the cases whose line holds every one of the normalized words."""
        chosen = select(case_lines.c.case_id)
        for word in words:
            chosen = chosen.where(holds(case_lines.c.words, word))
        with self.database.read() as connection:
            return frozenset(connection.scalars(chosen))

    def cases_by_id(self, case_ids: Sequence[str]) -> Mapping[str, Case]:
        """The cases of these ids; unknown ids are left out."""
        found: dict[str, Case] = {}
        with self.database.read() as connection:
            for page in pages(case_ids):
                for row in connection.execute(joined_cases().where(cases.c.case_id.in_(page))):
                    found[row.case_id] = stored_case(row)
        return found

    def case_agents(self, case_ids: Sequence[str]) -> Mapping[str, str]:
        """The agent's name, else id, of each case's call."""
        chosen = select(cases.c.case_id, calls.c.agent_name, calls.c.agent_id).join(
            calls, calls.c.call_id == cases.c.call_id
        )
        found: dict[str, str] = {}
        with self.database.read() as connection:
            for page in pages(case_ids):
                for row in connection.execute(chosen.where(cases.c.case_id.in_(page))):
                    found[row.case_id] = row.agent_name or row.agent_id or ""
        return found

    def save_lines(self, lines: Iterable[CaseLine]) -> None:
        """Put each line in place of the one that the case had."""
        with self.database.write("the lines of cases") as connection:
            for page in pages(lines):
                ids = [line.case_id for line in page]
                connection.execute(delete(case_lines).where(case_lines.c.case_id.in_(ids)))
                connection.execute(insert(case_lines), [_line_row(line) for line in page])

    def case_lines(self, case_ids: Sequence[str]) -> Mapping[str, CaseLine]:
        """The lines of these cases, by case_id; cases without one are left out."""
        found: dict[str, CaseLine] = {}
        with self.database.read() as connection:
            for page in pages(case_ids):
                chosen = select(case_lines).where(case_lines.c.case_id.in_(page))
                found |= {row.case_id: _line(row) for row in connection.execute(chosen)}
        return found

    def save_features(self, features: Iterable[CaseFeatures]) -> None:
        """Put each case's features in place of those that it had."""
        with self.database.write("the features of cases") as connection:
            for page in pages(features):
                ids = [one.case_id for one in page]
                connection.execute(delete(case_features).where(case_features.c.case_id.in_(ids)))
                rows = [
                    {
                        "case_id": one.case_id,
                        "model_digest": one.model_digest,
                        "vector": one.vector,
                        "figures_json": encode(_FIGURES, one.figures),
                    }
                    for one in page
                ]
                connection.execute(insert(case_features), rows)

    def case_features(self) -> Mapping[str, CaseFeatures]:
        """The features of every case that has some, by case_id."""
        with self.database.read() as connection:
            return {
                row.case_id: CaseFeatures(
                    case_id=row.case_id,
                    model_digest=row.model_digest,
                    vector=row.vector,
                    figures=decode(_FIGURES, row.figures_json),
                )
                for row in connection.execute(select(case_features))
            }

    def save_similar(self, found: Iterable[SimilarCase]) -> None:
        """Replace everything that was known to be like something."""
        rows = [
            {
                "case_id": one.case_id,
                "other_id": one.other_id,
                "likeness": one.likeness,
                "method": one.method,
            }
            for one in found
        ]
        with self.database.write("the similar cases") as connection:
            connection.execute(delete(similar_cases))
            if rows:
                connection.execute(insert(similar_cases), rows)

    def similar_cases(self, case_id: str) -> tuple[SimilarCase, ...]:
        """The cases like this one, the likest first."""
        chosen = (
            select(similar_cases)
            .where(similar_cases.c.case_id == case_id)
            .order_by(similar_cases.c.likeness.desc(), similar_cases.c.other_id)
        )
        with self.database.read() as connection:
            return tuple(SimilarCase(**row) for row in connection.execute(chosen).mappings())

    def blind_case_tasks(self) -> Mapping[str, tuple[tuple[str, bool], ...]]:
        """Of calls that cases were made of and somebody still owes a blind review: all tasks.

        By call_id (inspector_id, whether that one's blind review is still owed).
        """
        written = select(reviews.c.review_id).where(
            reviews.c.call_id == review_tasks.c.call_id,
            reviews.c.inspector_id == review_tasks.c.inspector_id,
        )
        mined = select(cases.c.call_id)
        owed = select(review_tasks.c.call_id, review_tasks.c.inspector_id).where(
            review_tasks.c.blind, review_tasks.c.call_id.in_(mined), ~written.exists()
        )
        with self.database.read() as connection:
            pending = {(row.call_id, row.inspector_id) for row in connection.execute(owed)}
            found: dict[str, list[tuple[str, bool]]] = defaultdict(list)
            for page in pages(sorted({call_id for call_id, _ in pending})):
                chosen = select(review_tasks.c.call_id, review_tasks.c.inspector_id).where(
                    review_tasks.c.call_id.in_(page)
                )
                for call_id, who in connection.execute(chosen):
                    found[call_id].append((who, (call_id, who) in pending))
        return {call_id: tuple(tasks) for call_id, tasks in found.items()}


def _origins() -> Select[Any]:
    version = (
        select(func.coalesce(func.max(case_edits.c.version), 0))
        .where(case_edits.c.case_id == cases.c.case_id)
        .scalar_subquery()
    )
    return (
        select(
            cases.c.case_id,
            cases.c.call_id,
            case_lines.c.made_of,
            judgements.c.analysis_id,
            version.label("card_version"),
        )
        .outerjoin(case_lines, case_lines.c.case_id == cases.c.case_id)
        .outerjoin(
            judgements, and_(judgements.c.call_id == cases.c.call_id, judgements.c.is_current)
        )
        .order_by(cases.c.case_id)
    )


def _shelf(
    rows: Sequence[Row[Any]],
    statuses: Mapping[str, str],
    places: Mapping[str, tuple[str, str]],
) -> Shelf:
    columns = tuple(zip(*rows, strict=True)) or ((),) * 8
    case_ids, call_ids, subjects, kinds, stale, difficulties, tags, titles = columns
    nowhere = ("", "")
    return Shelf(
        case_ids=case_ids,
        call_ids=call_ids,
        subjects=subjects,
        kinds=kinds,
        statuses=tuple(statuses.get(c, CaseStatus.CANDIDATE.value) for c in case_ids),
        is_stale=stale,
        difficulties=difficulties,
        tags=tags,
        teams=tuple(places.get(c, nowhere)[0] for c in call_ids),
        queues=tuple(places.get(c, nowhere)[1] for c in call_ids),
        titles={s: t for s, t in zip(subjects, titles, strict=True) if t},
        n_unread=sum(t is None and c in places for t, c in zip(titles, call_ids, strict=True)),
    )


def _line_row(line: CaseLine) -> dict[str, str]:
    return {
        "case_id": line.case_id,
        "made_of": line.made_of,
        "title": line.title,
        "situation": line.situation,
        "quote": line.quote,
        "tags": "\n".join(" ".join(tag.split()) for tag in line.tags),
        "difficulty": line.difficulty.value,
        "words": line.words,
    }


def _line(row: Row[Any]) -> CaseLine:
    return CaseLine(
        case_id=row.case_id,
        made_of=row.made_of,
        title=row.title,
        situation=row.situation,
        quote=row.quote,
        tags=tuple(filter(None, row.tags.split("\n"))),
        difficulty=Difficulty(row.difficulty),
        words=row.words,
    )
