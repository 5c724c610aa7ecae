"""Named, ordered sets of cases."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from qa_pipeline.domain.case_card import Collection
from qa_pipeline.errors import NotFound
from qa_pipeline.store.library import check_case
from qa_pipeline.store.part import StorePart, now
from qa_pipeline.store.tables import collection_cases, collections


class StoredCollections(StorePart):
    """The trainers' collections; a name is its own id."""

    def add_collection(self, name: str, *, who: str) -> bool:
        """Make an empty collection; False where the name is taken."""
        with self.database.write(f"the collection {name}") as connection:
            if _is_known(connection, name):
                return False
            connection.execute(insert(collections).values(name=name, made_by=who, made_at=now()))
        return True

    def drop_collection(self, name: str) -> None:
        """Remove a collection and leave its cases; NotFound for an unknown one."""
        with self.database.write(f"the collection {name}") as connection:
            _check(connection, name)
            connection.execute(delete(collection_cases).where(collection_cases.c.name == name))
            connection.execute(delete(collections).where(collections.c.name == name))

    def arrange_collection(self, name: str, case_ids: Sequence[str]) -> None:
        """Let the collection hold exactly these cases in this order, each once.

        NotFound where the collection or a case is unknown.
        """
        wanted = list(dict.fromkeys(case_ids))
        with self.database.write(f"the collection {name}") as connection:
            _check(connection, name)
            for case_id in wanted:
                check_case(connection, case_id)
            connection.execute(delete(collection_cases).where(collection_cases.c.name == name))
            if wanted:
                connection.execute(
                    insert(collection_cases),
                    [
                        {"name": name, "case_id": case_id, "position": position}
                        for position, case_id in enumerate(wanted, 1)
                    ],
                )

    def collection(self, name: str) -> Collection:
        """One collection with its cases in order; NotFound for an unknown name."""
        with self.database.read() as connection:
            _check(connection, name)
        return next(c for c in self.collections() if c.name == name)

    def collections(self) -> tuple[Collection, ...]:
        """All collections by name."""
        members: dict[str, list[str]] = defaultdict(list)
        ordered = select(collection_cases).order_by(
            collection_cases.c.name, collection_cases.c.position
        )
        with self.database.read() as connection:
            for row in connection.execute(ordered):
                members[row.name].append(row.case_id)
            rows = connection.execute(select(collections).order_by(collections.c.name)).all()
        return tuple(
            Collection(
                name=row.name,
                case_ids=tuple(members[row.name]),
                made_by=row.made_by,
                made_at=row.made_at,
            )
            for row in rows
        )


def _is_known(connection: Connection, name: str) -> bool:
    known = select(collections.c.name).where(collections.c.name == name)
    return connection.execute(known).first() is not None


def _check(connection: Connection, name: str) -> None:
    if not _is_known(connection, name):
        raise NotFound(
            f"there is no collection {name!r}; the review page's case library makes collections"
        )
