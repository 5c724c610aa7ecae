"""The rubric versions that scores cite: written once, never changed."""

from sqlalchemy import Connection, insert, select

from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.errors import NotFound, StoreError
from qa_pipeline.store.codec import decode, encode
from qa_pipeline.store.part import StorePart, now
from qa_pipeline.store.tables import rubrics


class StoredRubrics(StorePart):
    """The rubrics behind the stored judgements."""

    def rubric(self, rubric_id: str, version: int) -> Rubric:
        """The rubric as it was when a call was first scored with it; NotFound otherwise."""
        with self.database.read() as connection:
            text = connection.execute(
                select(rubrics.c.rubric_json).where(
                    rubrics.c.rubric_id == rubric_id, rubrics.c.version == version
                )
            ).scalar()
        if text is None:
            raise NotFound(
                f"rubric {rubric_id} version {version} is not in {self.database.path}: no stored"
                " call was scored with it"
            )
        rubric: Rubric = decode(Rubric, text)
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
        connection.execute(
            insert(rubrics).values(
                rubric_id=rubric.rubric_id,
                version=rubric.version,
                digest=rubric.digest,
                title=rubric.title,
                rubric_json=encode(Rubric, rubric),
                source_text=rubric.source_text,
                first_used_at=now(),
            )
        )
    elif digest != rubric.digest:
        raise StoreError(
            f"rubric {rubric.rubric_id} version {rubric.version}: its content changed since calls"
            " were scored with it; raise the version in its file and run again"
        )
