"""Finding calls by their facts, figures and findings, and what was said in them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
)

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.call_search import BlindView, CallFilter, FoundCall, Range, SpokenPiece
from qa_pipeline.store.part import StorePart, distinct_values, pages
from qa_pipeline.store.search_index import INDEX_VERSION, first_moment
from qa_pipeline.store.spoken import (
    PIECE_BITS,
    near_match,
    pieces_by_id,
    said_like,
    spoken,
    whole_match,
)
from qa_pipeline.store.tables import (
    call_findings,
    call_search,
    call_summaries,
    judgements,
    review_tasks,
    reviews,
)
from qa_pipeline.text.sound_keys import SoundQuery

MOST_AGENT_IDS = 200
MOST_RARE = 2_000
"""Up to so many calls with some score are looked up by it, and the others not at all."""
_FACTS = {name: call_search.c[name] for name in ("agent_id", "team", "queue")}


class StoredSearch(StorePart):
    """Searching calls; nothing here decodes a judgement."""

    def found_calls(
        self, wanted: CallFilter, viewer: BlindView, *, limit: int, before: int | None = None
    ) -> tuple[FoundCall, ...]:
        """The newest calls that meet the filter, older ones than the moment `before`.

        A call whose machine answers are hidden from the viewer is left out where
        being found would tell one of them.
        """
        chosen, moment, subjects = _found(viewer), call_search.c.moment_id, wanted.findings
        if subjects and not wanted.agent:
            # Findings are rarer than calls and in the same order: other calls are not looked at.
            led = call_findings.alias("led")
            chosen = chosen.join(led, led.c.moment_id == moment)
            chosen = chosen.where(led.c.subject == subjects[0])
            moment, subjects = led.c.moment_id, subjects[1:]
        with self.database.read() as connection:
            conditions = _conditions(connection, wanted, viewer, moment)
            chosen = chosen.where(*conditions, *_with_findings(subjects, moment))
            if before is not None:
                chosen = chosen.where(moment < before)
            newest = chosen.order_by(moment.desc()).limit(limit)
            return tuple(map(_found_call, connection.execute(newest)))

    def calls_at(self, moment_ids: Sequence[int], viewer: BlindView) -> tuple[FoundCall, ...]:
        """The calls with these moment_ids, in no order."""
        found: list[FoundCall] = []
        with self.database.read() as connection:
            for page in pages(moment_ids):
                chosen = _found(viewer).where(call_search.c.moment_id.in_(page))
                found += map(_found_call, connection.execute(chosen))
        return tuple(found)

    def spoken_pieces(
        self,
        query: SoundQuery,
        wanted: CallFilter,
        viewer: BlindView,
        *,
        role: Role | None = None,
        limit: int,
    ) -> tuple[SpokenPiece, ...]:
        """Where the phrase may have been said: first what has all of it, the newest first."""
        with self.database.read() as connection:
            conditions = _spoken_conditions(connection, wanted, viewer, role)
            found: list[SpokenPiece] = []
            for match in (whole_match(query), near_match(query)):
                if match is not None and len(found) < limit:
                    found += said_like(connection, match, conditions, limit - len(found))
        return tuple(found)

    def spoken_before(self, pieces: Sequence[SpokenPiece], count: int) -> tuple[SpokenPiece, ...]:
        """The pieces and up to `count` before each in its call, in order."""
        wanted = {
            piece.piece_id - i
            for piece in pieces
            for i in range(count + 1)
            if (piece.piece_id - i) >> PIECE_BITS == piece.moment_id
        }
        with self.database.read() as connection:
            return tuple(
                piece for page in pages(sorted(wanted)) for piece in pieces_by_id(connection, page)
            )

    def search_choices(self, name: str, limit: int) -> tuple[str, ...]:
        """The values of agent_id, team or queue among the calls, in order."""
        with self.database.read() as connection:
            return tuple(distinct_values(connection, _FACTS[name], limit))

    def newest_judgement(self) -> int:
        """A number that grows with every judgement that is saved; 0 without one."""
        with self.database.read() as connection:
            return connection.scalar(select(func.max(judgements.c.judgement_id))) or 0

    def failed_subjects(self) -> tuple[str, ...]:
        """Every subject that some call was found with, in order."""
        with self.database.read() as connection:
            return tuple(distinct_values(connection, call_findings.c.subject, 1000))

    def calls_to_index(self) -> tuple[str, ...]:
        """Judged calls that no search finds yet, or only by older code."""
        chosen = (
            select(judgements.c.call_id)
            .outerjoin(call_search, call_search.c.call_id == judgements.c.call_id)
            .where(
                judgements.c.is_current,
                or_(
                    call_search.c.moment_id.is_(None),
                    call_search.c.version != INDEX_VERSION,
                    call_search.c.judgement_id != judgements.c.judgement_id,
                ),
            )
        )
        with self.database.read() as connection:
            return tuple(connection.scalars(chosen.order_by(judgements.c.call_id)))


def _found(viewer: BlindView) -> Select[Any]:
    wanted = ("moment_id", "call_id", "effective_at", "agent_id", "agent_name", "team", "queue")
    figures = ("duration_ms", "percent", "passed")
    return select(
        *(call_search.c[name] for name in (*wanted, *figures)),
        select(call_summaries.c.findings)
        .where(call_summaries.c.judgement_id == call_search.c.judgement_id)
        .scalar_subquery()
        .label("findings"),
        _is_hidden(viewer).label("hides_machine"),
    )


def _found_call(row: Row[Any]) -> FoundCall:
    hidden = bool(row.hides_machine)
    return FoundCall(
        moment_id=row.moment_id,
        call_id=row.call_id,
        at=row.effective_at,
        agent_id=row.agent_id,
        agent_name=row.agent_name,
        team=row.team,
        queue=row.queue,
        duration_ms=row.duration_ms,
        percent=None if hidden else row.percent,
        passed=None if hidden else row.passed,
        findings="" if hidden else row.findings or "",
        hides_machine=hidden,
    )


def _is_hidden(viewer: BlindView) -> ColumnElement[bool]:
    """Whether a blind review of the call keeps the machine's answers from the viewer."""
    owed, own, who = review_tasks.alias("owed"), review_tasks.alias("own"), viewer.inspector_id
    written = exists().where(
        reviews.c.call_id == owed.c.call_id, reviews.c.inspector_id == owed.c.inspector_id
    )
    is_own = false() if who is None else owed.c.inspector_id == who
    has_task = (
        false()
        if who is None
        else exists().where(own.c.call_id == owed.c.call_id, own.c.inspector_id == who)
    )
    concerned = is_own if viewer.sees_others else or_(is_own, ~has_task)
    return exists().where(
        owed.c.call_id == call_search.c.call_id, owed.c.blind, ~written, concerned
    )


def _conditions(
    connection: Connection, wanted: CallFilter, viewer: BlindView, moment: ColumnElement[int]
) -> list[ColumnElement[bool]]:
    """What a row of `call_search`, of this moment_id, must meet; findings apart."""
    found: list[ColumnElement[bool]] = []
    if wanted.agent:
        found.append(call_search.c.agent_id.in_(_agent_ids(connection, wanted.agent)))
    if wanted.team:
        found.append(call_search.c.team == wanted.team)
    if wanted.queue:
        found.append(call_search.c.queue == wanted.queue)
    if wanted.since:
        found.append(moment >= first_moment(wanted.since))
    if wanted.until:
        found.append(moment < first_moment(wanted.until))
    found += _with_scores(connection, wanted.percent, moment)
    for name, limits in wanted.metrics.items():
        found += _within(call_search.c[name], limits)
    if wanted.asks_machine:
        found.append(~_is_hidden(viewer))
    return found


def _with_findings(
    subjects: Sequence[str], moment: ColumnElement[int]
) -> list[ColumnElement[bool]]:
    return [
        exists().where(call_findings.c.subject == subject, call_findings.c.moment_id == moment)
        for subject in subjects
    ]


def _within(figure: Column[Any], limits: Range) -> list[ColumnElement[bool]]:
    least, most = limits
    found = [figure >= least] if least is not None else []
    return found + ([figure <= most] if most is not None else [])


def _with_scores(
    connection: Connection, limits: Range, moment: ColumnElement[int]
) -> list[ColumnElement[bool]]:
    """Where few calls have such scores, these few and no others are looked at."""
    if limits == (None, None):
        return []
    scored = call_search.alias("scored")
    few = select(scored.c.moment_id).where(*_within(scored.c.percent, limits))
    count = select(func.count()).select_from(few.limit(MOST_RARE + 1).subquery())
    if (connection.scalar(count) or 0) > MOST_RARE:
        return _within(call_search.c.percent, limits)
    return [moment.in_(few)]


def _agent_ids(connection: Connection, agent: str) -> list[str]:
    """The id itself, or the ids of who goes by the name."""
    named = select(call_search.c.agent_id).where(call_search.c.agent_name == agent).distinct()
    return [agent, *(i for i in connection.scalars(named.limit(MOST_AGENT_IDS)) if i)]


def _spoken_conditions(
    connection: Connection, wanted: CallFilter, viewer: BlindView, role: Role | None
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    rowid: ColumnElement[int] = literal_column("spoken.rowid")
    if wanted.since:
        found.append(rowid >= first_moment(wanted.since) << PIECE_BITS)
    if wanted.until:
        found.append(rowid < first_moment(wanted.until) << PIECE_BITS)
    if role is not None:
        found.append(spoken.c.role == role.value)
    moment = call_search.c.moment_id
    conditions = _conditions(connection, wanted, viewer, moment)
    if conditions := conditions + _with_findings(wanted.findings, moment):
        same = moment == rowid.op(">>")(PIECE_BITS)
        found.append(exists().where(and_(same, *conditions)))
    return found
