"""Every number a centre may want to change, with its default (DESIGN section 5)."""

import os
import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MetricThresholds(_Group):
    """Thresholds of the conversation metrics; shown beside every figure."""

    min_conversation_ms: int = 2000
    turn_pause_ms: int = 3000
    non_talk_ms: int = 3000
    long_non_talk_ms: int = 5000
    excuse_cap_ms: int = 60_000
    dead_air_limit_ms: int = 10_000
    interruption_min_chars: int = 4
    interruption_overlap_ms: int = 2000
    interruption_short_overlap_ms: int = 500
    interruption_yield_ms: int = 300
    interruption_yield_silence_ms: int = 1000
    backchannel_max_chars: int = 3
    backchannel_max_ms: int = 1000
    repetition_similarity: float = 0.6
    repetition_min_chars: int = 5
    repetition_count: int = 3
    repetition_max_turns_between: int = 3
    speech_rate_min_chars: int = 5
    estimated_ms_per_char: int = 220


class PhraseThresholds(_Group):
    """Cut points of "said / cannot tell / not said" and named strictness levels."""

    said_above: float = 0.60
    not_said_below: float = 0.40
    strict_shift: float = 0.12
    lenient_shift: float = -0.10


class TrustThresholds(_Group):
    """When a rule has lost its right to deduct, and how far back decisions count.

    Of a rule's newest `latest_decisions`, at least `min_decisions` are needed to
    judge it; it becomes a hint where the lower Wilson bound (95 %) of its precision
    is under `min_precision_low`, and comes back when it no longer is.
    """

    min_precision_low: float = Field(default=0.7, ge=0, le=1)
    min_decisions: int = Field(default=20, ge=1)
    latest_decisions: int = Field(default=100, ge=1)


class QueueSettings(_Group):
    """How a day's reviews are chosen and dealt out.

    Shares are of all tasks. `min_per_agent_month` reviews of every agent come first,
    with at most `coverage_share` of a day's draw until the month runs out. The
    factors raise what calls weigh; a call is a complaint where its business type or
    queue holds one of the words.
    """

    default_inspector: str = "me"
    capacity_calls: int = 50
    capacity_minutes: int = 336
    random_share: float = Field(default=0.35, gt=0, le=1)
    double_share: float = Field(default=0.04, ge=0, le=0.5)
    gold_share: float = Field(default=0.02, ge=0, le=0.5)
    min_per_agent_month: int = Field(default=1, ge=0)
    coverage_share: float = Field(default=0.5, ge=0, le=1)
    inspectors_per_agent: int = Field(default=3, ge=1)
    new_agent_days: int = Field(default=30, ge=0)
    new_agent_factor: float = Field(default=1.5, ge=1)
    complaint_days: int = Field(default=7, ge=0)
    complaint_factor: float = Field(default=1.5, ge=1)
    complaint_words: tuple[str, ...] = ("投诉",)
    say_unheard_days: int = Field(default=14, ge=1)
    review_address: str = "http://127.0.0.1:8000"
    min_eligible_ms: int = 20_000
    centre_time_zone: str = "Asia/Shanghai"


class DisputeSettings(_Group):
    """How long an agent may dispute a line after it was judged or reviewed.

    An open dispute is called old after `old_after_days`.
    """

    window_days: int = Field(default=7, ge=0)
    old_after_days: int = Field(default=3, ge=0)


class RunSettings(_Group):
    group_size: int = 8
    recording_timeout_s: int = 1800
    retries: int = 1
    max_duration_ms: int = 4 * 3600 * 1000


class WebSettings(_Group):
    """The review desk: who reaches it, how long a login lasts, how many may fail.

    `allowed_hosts` are names that browsers may use besides loopback ones and
    `--host`. A session ends `session_idle_minutes` after its last use and
    `session_hours` after the login. Within `login_window_minutes` so many logins
    may fail. Argon2id with these passes and KiB takes 50 to 100 ms on one core of
    2020; hashes made with other values are renewed at the next login.
    """

    allowed_hosts: tuple[str, ...] = ()
    session_idle_minutes: int = Field(default=60, ge=1)
    session_hours: int = Field(default=12, ge=1)
    login_window_minutes: int = Field(default=15, ge=1)
    login_failures_per_account: int = Field(default=10, ge=1)
    login_failures_per_address: int = Field(default=30, ge=1)
    password_min_chars: int = Field(default=10, ge=8)
    argon2_passes: int = Field(default=2, ge=1)
    argon2_memory_kib: int = Field(default=19_456, ge=8)
    max_body_bytes: int = Field(default=2 * 1024**2, ge=1024)


class Settings(BaseSettings):
    """All settings; the environment (`QA_PIPELINE_METRICS__NON_TALK_MS=4000`) overrides."""

    model_config = SettingsConfigDict(
        env_prefix="QA_PIPELINE_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    workspace: Path = Path("workspace")
    metrics: MetricThresholds = MetricThresholds()
    phrases: PhraseThresholds = PhraseThresholds()
    trust: TrustThresholds = TrustThresholds()
    queue: QueueSettings = QueueSettings()
    run: RunSettings = RunSettings()
    web: WebSettings = WebSettings()
    disputes: DisputeSettings = DisputeSettings()


def database_url() -> str | None:
    """The PostgreSQL database that is used instead of a file in the workspace, if any.

    Read where it is needed and kept in no settings: it may hold a password, and
    settings are printed and handed to workers.
    """
    return os.environ.get("QA_PIPELINE_DATABASE_URL") or None


def has_database(workspace: Path) -> bool:
    """Whether there is a database to open: a server's is taken to be there."""
    return database_url() is not None or (workspace / "qa.db").is_file()


def usable_cores() -> int:
    """How many processor cores this process may use, at least 1."""
    if sys.platform == "linux":
        # In a container the machine has more cores than this process may use.
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
