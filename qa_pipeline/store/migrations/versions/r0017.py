"""Pairs of sound keys in the index of what was said, and agents' figures in an index.

A pair is rare where a key is not.
"""

import sqlite3
from itertools import pairwise

from alembic import op

revision = "r0017"
down_revision = "r0016"

_FIGURES = (
    *("percent", "duration_ms", "agent_talk_ratio", "dead_air_ms", "hold_ms"),
    *("agent_interruptions", "longest_monologue_ms", "response_latency_median_ms"),
    "speech_rate_cpm",
)
_COLUMNS = "said, role, start_ms, end_ms, confidence"


def upgrade() -> None:
    """Index every piece anew by the keys that it has; nothing else about it changes."""
    op.drop_index("ix_call_search_agent_id", "call_search")
    op.create_index(
        "ix_call_search_agent_figures", "call_search", ["agent_id", "moment_id", *_FIGURES]
    )
    driver = op.get_bind().connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        _on_sqlite(driver)
    else:
        _on_postgresql()


def _on_sqlite(driver: sqlite3.Connection) -> None:
    driver.create_function("paired", 1, _paired, deterministic=True)
    op.execute(
        "CREATE VIRTUAL TABLE spoken_anew USING fts5(keys, said UNINDEXED, role UNINDEXED,"
        " start_ms UNINDEXED, end_ms UNINDEXED, confidence UNINDEXED,"
        " tokenize = 'ascii', columnsize = 0)"
    )
    op.execute(
        f"INSERT INTO spoken_anew (rowid, keys, {_COLUMNS})"
        f" SELECT rowid, paired(keys), {_COLUMNS} FROM spoken ORDER BY rowid"
    )
    op.execute("DROP TABLE spoken")
    op.execute("ALTER TABLE spoken_anew RENAME TO spoken")


def _paired(keys: str) -> str:
    """The keys, then each with the one after it."""
    alone = keys.split()
    return " ".join([*alone, *map("".join, pairwise(alone))])


def _on_postgresql() -> None:
    op.execute("DROP INDEX ix_spoken_keys")
    op.execute(
        """
        UPDATE spoken SET keys = keys || (
            SELECT coalesce(string_agg(pair || ':' || place, ' '), '')::tsvector
            FROM (
                SELECT lexeme || lead(lexeme) OVER (ORDER BY place) AS pair, place
                FROM unnest(spoken.keys) AS key, unnest(key.positions) AS place
            ) AS pairs
            WHERE pair IS NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_spoken_keys ON spoken USING gin (keys)")
