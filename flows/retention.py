"""Retention: forget calls that are older than the centre may keep them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from qa_pipeline.batch.purging import purge_before
from qa_pipeline.store import open_store


@flow(name="retention", persist_result=False)
def retention(workspace: str = "workspace", keep_days: int = 180) -> dict[str, int]:
    """Purge calls that took place more than `keep_days` days ago; the counts by kind."""
    place = Path(workspace)
    before = datetime.now(UTC) - timedelta(days=keep_days)
    with open_store(place, create=False) as store:
        counts = purge_before(store, place, before)
        store.audit("retention flow", "purge", f"{keep_days}d", f"{counts['calls']} calls")
    create_markdown_artifact(
        key="retention", markdown="\n".join(f"- {name}: {n}" for name, n in counts.items()) + "\n"
    )
    return counts
