"""Who may log in, who is logged in, and who tried."""

from sqlalchemy import Column, ForeignKey, String, Table, Text

from qa_pipeline.store.tables.columns import Int64, UtcTime, metadata, required

accounts = Table(
    "accounts",
    metadata,
    Column("account_key", String, primary_key=True),
    required("name", Text),
    required("role", String),
    Column("inspector_id", String),
    Column("agent_id", String),
    required("password_hash", Text),
    required("created_at", UtcTime),
    Column("disabled_at", UtcTime),
    Column("personal_since", UtcTime),
)

# A session is known by the digest of its token only: who reads this file can be nobody.
web_sessions = Table(
    "web_sessions",
    metadata,
    Column("token_digest", String, primary_key=True),
    required("account_key", String, ForeignKey(accounts.c.account_key), index=True),
    required("opened_at", UtcTime),
    required("seen_at", UtcTime),
)

# Logins that failed or are being checked; names by digest, because people type
# passwords into the wrong field.
login_attempts = Table(
    "login_attempts",
    metadata,
    Column("attempt_id", Int64, primary_key=True),
    required("name_digest", String),
    required("address", String),
    required("at", UtcTime, index=True),
)
