"""The tables, one module a group.

Machine: `calls` (recordings, calls, analyses, embeddings, text vectors),
`judgements` (rubrics, baselines, judgements, detections, criterion scores, summaries), `queue`
(frames, tasks), `cases` (mined cases, clips), `shelf` (the library's list), `search` (what is
searched, what redaction hides, kept searches) and `log` (quarantine, runs). Access: `users`
(accounts, web sessions, login attempts). Human, appended and never changed: `people` (task
starts, reviews, gold calls, case verdicts), `disputes`, `trainings`, most of `library` (what
trainers make of cases) and the audit in `log`.
Texts named `..._json` hold what `codec` writes.
"""

from qa_pipeline.store.tables.calls import analyses, calls, embeddings, recordings, text_vectors
from qa_pipeline.store.tables.cases import cases, clips
from qa_pipeline.store.tables.columns import metadata
from qa_pipeline.store.tables.disputes import dispute_rulings, disputes
from qa_pipeline.store.tables.judgements import (
    agent_baselines,
    call_summaries,
    criterion_scores,
    detections,
    judgements,
    rubrics,
)
from qa_pipeline.store.tables.library import (
    case_edits,
    case_neighbours,
    case_redactions,
    collection_cases,
    collections,
    pair_choices,
)
from qa_pipeline.store.tables.log import audit, quarantine, runs
from qa_pipeline.store.tables.people import (
    case_verdicts,
    gold_calls,
    purging,
    reviews,
    task_starts,
)
from qa_pipeline.store.tables.queue import frame_calls, frames, inspectors, review_tasks
from qa_pipeline.store.tables.search import (
    call_findings,
    call_search,
    hidden_places,
    saved_searches,
)
from qa_pipeline.store.tables.shelf import case_features, case_lines, similar_cases
from qa_pipeline.store.tables.trainings import training_entries
from qa_pipeline.store.tables.users import accounts, login_attempts, web_sessions

__all__ = [
    "accounts",
    "agent_baselines",
    "analyses",
    "audit",
    "call_findings",
    "call_search",
    "call_summaries",
    "calls",
    "case_edits",
    "case_features",
    "case_lines",
    "case_neighbours",
    "case_redactions",
    "case_verdicts",
    "cases",
    "clips",
    "collection_cases",
    "collections",
    "criterion_scores",
    "detections",
    "dispute_rulings",
    "disputes",
    "embeddings",
    "frame_calls",
    "frames",
    "gold_calls",
    "hidden_places",
    "inspectors",
    "judgements",
    "login_attempts",
    "metadata",
    "pair_choices",
    "purging",
    "quarantine",
    "recordings",
    "review_tasks",
    "reviews",
    "rubrics",
    "runs",
    "saved_searches",
    "similar_cases",
    "task_starts",
    "text_vectors",
    "training_entries",
    "web_sessions",
]
