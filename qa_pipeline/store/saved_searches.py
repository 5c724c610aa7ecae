"""Searches that people have kept for themselves."""

from sqlalchemy import delete, insert, select, update

from qa_pipeline.domain.call_search import SavedSearch
from qa_pipeline.domain.user import account_key
from qa_pipeline.store.part import StorePart, now
from qa_pipeline.store.tables import saved_searches


class StoredSavedSearches(StorePart):
    """Kept searches, each its account's own."""

    def save_search(self, account: str, name: str, query: str) -> None:
        """Keep a search under a name; one that has the name already is replaced."""
        mine = {"account_key": account_key(account), "name": name}
        with self.database.write(f"the search {name}") as connection:
            same = saved_searches.c.account_key == mine["account_key"]
            same &= saved_searches.c.name == name
            values = {"query": query, "saved_at": now()}
            if connection.execute(update(saved_searches).where(same).values(values)).rowcount == 0:
                connection.execute(insert(saved_searches).values(**mine, **values))

    def saved_searches(self, account: str) -> tuple[SavedSearch, ...]:
        """The account's searches by name."""
        chosen = (
            select(saved_searches)
            .where(saved_searches.c.account_key == account_key(account))
            .order_by(saved_searches.c.name)
        )
        with self.database.read() as connection:
            return tuple(
                SavedSearch(saved_id=row.saved_id, name=row.name, query=row.query)
                for row in connection.execute(chosen)
            )

    def delete_search(self, account: str, saved_id: int) -> None:
        """Forget one of the account's searches; one of somebody else's stays."""
        mine = saved_searches.c.account_key == account_key(account)
        with self.database.write("the end of a saved search") as connection:
            connection.execute(
                delete(saved_searches).where(mine, saved_searches.c.saved_id == saved_id)
            )
