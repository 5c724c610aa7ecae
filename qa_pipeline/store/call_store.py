"""The store as the rest of the project sees it."""

from pathlib import Path
from types import TracebackType

from qa_pipeline.errors import NotFound, StoreError
from qa_pipeline.settings import database_url
from qa_pipeline.store.agent_scores import StoredAgentScores
from qa_pipeline.store.agents import StoredAgents
from qa_pipeline.store.baselines import StoredBaselines
from qa_pipeline.store.cases import StoredCases
from qa_pipeline.store.collections import StoredCollections
from qa_pipeline.store.connection import Database
from qa_pipeline.store.disputes import StoredDisputes
from qa_pipeline.store.embeddings import StoredVectors
from qa_pipeline.store.gold import StoredGold
from qa_pipeline.store.hidden import StoredHidden
from qa_pipeline.store.judged import StoredJudgedCalls, StoredWork
from qa_pipeline.store.library import StoredCards
from qa_pipeline.store.log import StoredLog, StoredQuarantine
from qa_pipeline.store.maintenance import StoreCare
from qa_pipeline.store.place import check_schema, place_of
from qa_pipeline.store.purge import StorePurge
from qa_pipeline.store.queue import StoredQueue
from qa_pipeline.store.queue_pages import StoredQueuePages
from qa_pipeline.store.quizzes import StoredQuizzes
from qa_pipeline.store.reviews import StoredReviews
from qa_pipeline.store.rubrics import StoredRubrics
from qa_pipeline.store.saved_searches import StoredSavedSearches
from qa_pipeline.store.schema import upgrade
from qa_pipeline.store.search import StoredSearch
from qa_pipeline.store.shelf import StoredShelf
from qa_pipeline.store.summaries import StoredSummaries
from qa_pipeline.store.trainings import StoredTrainings
from qa_pipeline.store.users import StoredUsers
from qa_pipeline.store.web_sessions import StoredSessions


class CallStore(
    StoredJudgedCalls,
    StoredWork,
    StoredVectors,
    StoredBaselines,
    StoredRubrics,
    StoredQuarantine,
    StoredSummaries,
    StoredSearch,
    StoredHidden,
    StoredSavedSearches,
    StoredAgents,
    StoredAgentScores,
    StoredQueue,
    StoredQueuePages,
    StoredReviews,
    StoredQuizzes,
    StoredGold,
    StoredDisputes,
    StoredCases,
    StoredCards,
    StoredShelf,
    StoredCollections,
    StoredTrainings,
    StoredLog,
    StoredUsers,
    StoredSessions,
    StorePurge,
    StoreCare,
):
    """One workspace's database; safe to share between threads.

    `upgraded_from` is the schema revision that was found on opening (None for a
    new file). Every method raises StoreError where the database fails.
    """

    def __init__(self, database: Database, upgraded_from: str | None) -> None:
        super().__init__(database)
        self.upgraded_from = upgraded_from

    def __enter__(self) -> "CallStore":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database; a closed store opens it again when it is used."""
        self.database.close()


def open_store(workspace: Path, *, create: bool = True) -> CallStore:
    """Open the workspace's database, upgraded to this version's schema.

    A file in the workspace, or the PostgreSQL database of QA_PIPELINE_DATABASE_URL.
    With `create` a missing folder and file are made; without, NotFound says that
    nothing was run yet. Raises StoreError for a database that is damaged, none,
    away, another program's, or written by a newer version.
    """
    database = Database(place_of(workspace, database_url(), create=create))
    try:
        if not create:
            check_schema(database)
        found = upgrade(database)
    except (StoreError, NotFound):
        database.close()
        raise
    return CallStore(database, found)
