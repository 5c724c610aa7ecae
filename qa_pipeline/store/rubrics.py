"""The rubric versions that scores cite: written once, never changed."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from sqlalchemy import Connection, func, insert, select

from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.errors import NotFound, StoreError
from qa_pipeline.store.codec import decode, encode
from qa_pipeline.store.connection import Database
from qa_pipeline.store.part import StorePart, now
from qa_pipeline.store.staleness import mark_stale
from qa_pipeline.store.tables import judgements, rubrics

MOST_DECODED = 8
"""So many versions stay decoded: with what it was taught one is megabytes of JSON."""
_Key = tuple[str, int, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricRecord:
    """A version that scored calls; `n_calls` are judged by it now."""

    rubric_id: str
    version: int
    digest: str
    title: str
    first_used_at: datetime
    n_calls: int


class StoredRubrics(StorePart):
    """The rubrics behind the stored judgements."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._decoded: OrderedDict[_Key, Rubric] = OrderedDict()
        self._decoded_lock = Lock()

    def rubric(self, rubric_id: str, version: int) -> Rubric:
        """The rubric as it was when a call was first scored with it; NotFound otherwise."""
        same = (rubrics.c.rubric_id == rubric_id, rubrics.c.version == version)
        with self.database.read() as connection:
            digest = connection.scalar(select(rubrics.c.digest).where(*same))
            key = rubric_id, version, digest
            if (kept := self._kept(key)) is not None:
                return kept
            text = connection.scalar(select(rubrics.c.rubric_json).where(*same))
        if text is None:
            raise NotFound(
                f"rubric {rubric_id} version {version} is not in {self.database.name}: no stored"
                " call was scored with it"
            )
        rubric: Rubric = decode(Rubric, text)
        self._keep(key, rubric)
        return rubric

    def rubric_versions(self) -> tuple[tuple[str, int, str], ...]:
        """(rubric_id, version, digest) of every rubric that scored a call."""
        with self.database.read() as connection:
            rows = connection.execute(
                select(rubrics.c.rubric_id, rubrics.c.version, rubrics.c.digest).order_by(
                    rubrics.c.rubric_id, rubrics.c.version
                )
            )
            return tuple((row.rubric_id, row.version, row.digest) for row in rows)

    def rubric_records(self) -> tuple[RubricRecord, ...]:
        """Every version that scored a call, by rubric_id and version, without its content."""
        counted = (
            select(judgements.c.rubric_id, judgements.c.rubric_version, func.count().label("n"))
            .where(judgements.c.is_current)
            .group_by(judgements.c.rubric_id, judgements.c.rubric_version)
            .subquery()
        )
        chosen = (
            select(rubrics, func.coalesce(counted.c.n, 0).label("n_calls"))
            .outerjoin(
                counted,
                (counted.c.rubric_id == rubrics.c.rubric_id)
                & (counted.c.rubric_version == rubrics.c.version),
            )
            .order_by(rubrics.c.rubric_id, rubrics.c.version)
        ).with_only_columns(
            rubrics.c.rubric_id,
            rubrics.c.version,
            rubrics.c.digest,
            rubrics.c.title,
            rubrics.c.first_used_at,
            func.coalesce(counted.c.n, 0).label("n_calls"),
        )
        with self.database.read() as connection:
            return tuple(RubricRecord(**row) for row in connection.execute(chosen).mappings())

    def _kept(self, key: _Key) -> Rubric | None:
        with self._decoded_lock:
            if key in self._decoded:
                self._decoded.move_to_end(key)
            return self._decoded.get(key)

    def _keep(self, key: _Key, rubric: Rubric) -> None:
        with self._decoded_lock:
            self._decoded[key] = rubric
            while len(self._decoded) > MOST_DECODED:
                self._decoded.popitem(last=False)


def save_rubric(connection: Connection, rubric: Rubric) -> None:
    """Keep the rubric; StoreError where the same version had another content.

    Written as text only where it is new: with what it was taught it is a large one.
    """
    digest = connection.execute(
        select(rubrics.c.digest).where(
            rubrics.c.rubric_id == rubric.rubric_id, rubrics.c.version == rubric.version
        )
    ).scalar()
    if digest is None:
        text = encode(Rubric, rubric)
        connection.execute(
            insert(rubrics).values(
                rubric_id=rubric.rubric_id,
                version=rubric.version,
                digest=rubric.digest,
                title=rubric.title,
                rubric_json=text,
                source_text=rubric.source_text,
                first_used_at=now(),
            )
        )
        mark_stale(connection, decode(Rubric, text))
    elif digest != rubric.digest:
        raise StoreError(
            f"rubric {rubric.rubric_id} version {rubric.version}: its content changed since calls"
            " were scored with it; raise the version in its file and run again"
        )
