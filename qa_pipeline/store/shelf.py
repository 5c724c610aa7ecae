"""The library's list: what facets count, the masked words, what is like what."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, delete, func, insert, select

from qa_pipeline.domain.case import Case, CaseKind, CaseStatus
from qa_pipeline.domain.case_card import Difficulty
from qa_pipeline.domain.case_shelf import CaseEntry, CaseFeatures, CaseLine, SimilarCase
from qa_pipeline.store.cases import joined_cases, stored_case
from qa_pipeline.store.codec import decode, encode
from qa_pipeline.store.part import StorePart, pages
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

    def case_entries(self, *, newest_first: bool = False) -> tuple[CaseEntry, ...]:
        """Every case by subject, kind and falling score; or the newest first."""
        order = (cases.c.subject, cases.c.kind, cases.c.score.desc(), cases.c.case_id)
        if newest_first:
            order = (cases.c.mined_at.desc(), cases.c.subject, cases.c.kind, cases.c.case_id)
        edited = select(case_edits.c.case_id, func.max(case_edits.c.version)).group_by(
            case_edits.c.case_id
        )
        judged = select(case_verdicts.c.case_id, case_verdicts.c.status).order_by(
            case_verdicts.c.verdict_id
        )
        with self.database.read() as connection:
            versions = {row[0]: row[1] for row in connection.execute(edited)}
            statuses = {case_id: CaseStatus(s) for case_id, s in connection.execute(judged)}
            rows = connection.execute(_entries().order_by(*order)).all()
        return tuple(_entry(row, statuses, versions) for row in rows)

    def cases_holding(self, words: Sequence[str]) -> frozenset[str]:
        """The ids of the cases whose line holds every one of the normalized words."""
        chosen = select(case_lines.c.case_id)
        for word in words:
            chosen = chosen.where(func.instr(case_lines.c.words, word) > 0)
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


def _entries() -> Select[Any]:
    return (
        select(
            cases.c.case_id,
            cases.c.call_id,
            cases.c.subject,
            cases.c.kind,
            cases.c.stale_because,
            case_lines.c.title,
            case_lines.c.difficulty,
            case_lines.c.tags,
            calls.c.team,
            calls.c.queue,
            case_lines.c.made_of,
            judgements.c.analysis_id,
        )
        .outerjoin(case_lines, case_lines.c.case_id == cases.c.case_id)
        .outerjoin(calls, calls.c.call_id == cases.c.call_id)
        .outerjoin(
            judgements, and_(judgements.c.call_id == cases.c.call_id, judgements.c.is_current)
        )
    )


def _entry(
    row: Row[Any], statuses: Mapping[str, CaseStatus], versions: Mapping[str, int]
) -> CaseEntry:
    (case_id, call_id, subject, kind, stale, title, level, tags, team, queue, made, analysis) = row
    return CaseEntry(
        case_id=case_id,
        call_id=call_id,
        subject=subject,
        kind=CaseKind(kind),
        status=statuses.get(case_id, CaseStatus.CANDIDATE),
        is_stale=stale is not None,
        title=title or "",
        difficulty=Difficulty(level) if level else None,
        tags=tuple(tags.splitlines()) if tags else (),
        team=team,
        queue=queue,
        made_of=made,
        analysis_id=analysis,
        card_version=versions.get(case_id, 0),
    )


def _line_row(line: CaseLine) -> dict[str, str]:
    return {
        "case_id": line.case_id,
        "made_of": line.made_of,
        "title": line.title,
        "situation": line.situation,
        "quote": line.quote,
        "tags": "\n".join(line.tags),
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
        tags=tuple(row.tags.splitlines()),
        difficulty=Difficulty(row.difficulty),
        words=row.words,
    )
