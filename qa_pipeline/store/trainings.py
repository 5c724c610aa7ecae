"""The trainings that were held: entries are appended, the newest of a training counts."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, func, insert, select

from qa_pipeline.domain.training import Training
from qa_pipeline.errors import NotFound
from qa_pipeline.store.codec import decode, encode
from qa_pipeline.store.part import StorePart
from qa_pipeline.store.tables import calls
from qa_pipeline.store.tables.trainings import training_entries

_NAMES = tuple[str, ...]


class StoredTrainings(StorePart):
    """Trainings, and who there is to be trained."""

    def add_training(self, training: Training) -> Training:
        """Append a new training; returns it with its training_id."""
        table = training_entries
        with self.database.write(f"the training {training.title}") as connection:
            last = connection.scalar(select(func.max(table.c.training_id))) or 0
            added = replace(training, training_id=last + 1, entry=1)
            connection.execute(insert(table).values(**_row(added)))
        return added

    def correct_training(self, training: Training, *, n_known: int) -> Training | None:
        """Append an entry that counts instead of the training's earlier ones.

        None, and nothing kept, where others than the `n_known` entries that the writer saw
        were made meanwhile. NotFound for an unknown training_id.
        """
        with self.database.write(f"the correction of training {training.training_id}") as wire:
            entries = wire.scalar(
                select(func.max(training_entries.c.entry)).where(
                    training_entries.c.training_id == training.training_id
                )
            )
            if entries is None:
                raise self._unknown_training(training.training_id)
            if entries != n_known:
                return None
            corrected = replace(training, entry=entries + 1)
            wire.execute(insert(training_entries).values(**_row(corrected)))
        return corrected

    def trainings(self, *, withdrawn: bool = False) -> tuple[Training, ...]:
        """What counts of each training, the latest first; withdrawn ones only if asked for."""
        table = training_entries
        newest = (
            select(table.c.training_id, func.max(table.c.entry).label("entry"))
            .group_by(table.c.training_id)
            .subquery()
        )
        chosen = (
            select(table)
            .join(
                newest,
                (newest.c.training_id == table.c.training_id) & (newest.c.entry == table.c.entry),
            )
            .order_by(table.c.held_on.desc(), table.c.training_id.desc())
        )
        with self.database.read() as connection:
            found = tuple(map(_training, connection.execute(chosen)))
        return tuple(t for t in found if withdrawn or not t.is_withdrawn)

    def training_history(self, training_id: int) -> tuple[Training, ...]:
        """Every entry of a training, oldest first; NotFound for an unknown training_id."""
        chosen = (
            select(training_entries)
            .where(training_entries.c.training_id == training_id)
            .order_by(training_entries.c.entry)
        )
        with self.database.read() as connection:
            found = tuple(map(_training, connection.execute(chosen)))
        if not found:
            raise self._unknown_training(training_id)
        return found

    def training(self, training_id: int) -> Training:
        """What counts of a training; NotFound for an unknown training_id."""
        return self.training_history(training_id)[-1]

    def agent_ids(self) -> tuple[str, ...]:
        """Every agent_id that a stored call names, sorted."""
        chosen = select(calls.c.agent_id).where(calls.c.agent_id.is_not(None)).distinct()
        with self.database.read() as connection:
            return tuple(sorted(connection.scalars(chosen)))

    def _unknown_training(self, training_id: int) -> NotFound:
        return NotFound(
            f"training {training_id} is not in {self.database.name}; `qa-pipeline training list`"
            " shows the trainings that are"
        )


def _row(training: Training) -> dict[str, Any]:
    return {
        "training_id": training.training_id,
        "entry": training.entry,
        "held_on": training.held_on,
        "title": training.title,
        "agents_json": encode(_NAMES, training.agents),
        "clauses_json": encode(_NAMES, training.clauses),
        "trainer": training.trainer,
        "note": training.note,
        "is_withdrawn": training.is_withdrawn,
        "recorded_by": training.recorded_by,
        "recorded_at": training.recorded_at,
    }


def _training(row: Row[Any]) -> Training:
    return Training(
        training_id=row.training_id,
        held_on=row.held_on,
        title=row.title,
        agents=decode(_NAMES, row.agents_json),
        clauses=decode(_NAMES, row.clauses_json),
        trainer=row.trainer,
        note=row.note,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        entry=row.entry,
        is_withdrawn=row.is_withdrawn,
    )
