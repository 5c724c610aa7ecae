"""The workspace's database through SQLAlchemy Core: SQLite, or PostgreSQL.

`open_store(workspace)` gives a `CallStore`; nothing else of this package is
meant for other packages.
"""

from qa_pipeline.store.call_rows import merged_facts
from qa_pipeline.store.call_store import CallStore, open_store
from qa_pipeline.store.moving import move_store
from qa_pipeline.store.place import DATABASE_NAME
from qa_pipeline.store.queue_pages import QueuedCall, TaskProgress
from qa_pipeline.store.records import (
    AuditEntry,
    PurgeCounts,
    QuarantinedRecording,
    RunRecord,
)

__all__ = [
    "DATABASE_NAME",
    "AuditEntry",
    "CallStore",
    "PurgeCounts",
    "QuarantinedRecording",
    "QueuedCall",
    "RunRecord",
    "TaskProgress",
    "merged_facts",
    "move_store",
    "open_store",
]
