"""What was typed into the search form, as a filter of calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.call_search import (
    CallFilter,
    Range,
    behaviour_subject,
    criterion_subject,
)

MOST_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricField:
    """A metric as people type it: `scale` of the store's units make one of theirs."""

    metric: str
    title: str
    scale: float


METRIC_FIELDS = (
    MetricField(metric="duration_ms", title="通话时长（秒）", scale=1000),
    MetricField(metric="agent_talk_ratio", title="坐席说话占比（%）", scale=0.01),
    MetricField(metric="dead_air_ms", title="最长冷场（秒）", scale=1000),
    MetricField(metric="hold_ms", title="呼叫保持（秒）", scale=1000),
    MetricField(metric="longest_monologue_ms", title="最长连续讲话（秒）", scale=1000),
    MetricField(metric="response_latency_median_ms", title="应答间隔中位数（秒）", scale=1000),
    MetricField(metric="agent_interruptions", title="坐席抢话次数", scale=1),
    MetricField(metric="speech_rate_cpm", title="语速（字/分钟）", scale=1),
)
NAMES = (
    *("q", "role", "agent", "team", "queue", "since", "until", "behaviour", "criterion"),
    *("score_min", "score_max"),
    *(f"{field.metric}_{end}" for field in METRIC_FIELDS for end in ("min", "max")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchForm:
    """`words` has what was typed, by field; empty ones are left out."""

    words: Mapping[str, str]

    @property
    def phrase(self) -> str:
        return self.words.get("q", "")

    @property
    def role(self) -> Role | None:
        wanted = self.words.get("role", "")
        return Role(wanted) if wanted in (Role.AGENT, Role.CUSTOMER) else None

    @property
    def query(self) -> str:
        """The query string that brings back this form."""
        return urlencode(self.words)

    @property
    def has_figures(self) -> bool:
        """Whether a range is set, so that the page shows these fields."""
        return any(name.endswith(("_min", "_max")) for name in self.words)

    def address(self, **more: object) -> str:
        """Where the same search goes on."""
        found = {**self.words, **{k: str(v) for k, v in more.items()}}
        return f"/search?{urlencode(found)}" if found else "/search"

    def filter(self, zone: ZoneInfo) -> CallFilter:
        """The conditions; what is no number or no day is not asked."""
        since, until = _day(self.words.get("since")), _day(self.words.get("until"))
        behaviour, criterion = self.words.get("behaviour"), self.words.get("criterion")
        findings = [behaviour_subject(behaviour)] if behaviour else []
        findings += [criterion_subject(criterion)] if criterion else []
        ranges = {f.metric: self._range(f.metric, f.scale) for f in METRIC_FIELDS}
        return CallFilter(
            agent=self.words.get("agent"),
            team=self.words.get("team"),
            queue=self.words.get("queue"),
            since=_start(since, zone) if since else None,
            until=_start(until + timedelta(days=1), zone) if until else None,
            findings=tuple(findings),
            percent=self._range("score", 1),
            metrics={name: limits for name, limits in ranges.items() if limits != (None, None)},
        )

    def _range(self, name: str, scale: float) -> Range:
        ends = (_number(self.words.get(f"{name}_{end}")) for end in ("min", "max"))
        least, most = (None if end is None else end * scale for end in ends)
        return least, most


def form_of(typed: Mapping[str, str]) -> SearchForm:
    """The known fields of a query string that say something."""
    words = {name: " ".join(typed.get(name, "").split())[:MOST_CHARS] for name in NAMES}
    return SearchForm(words={name: word for name, word in words.items() if word})


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < 1e12 else None


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if date(1970, 1, 2) <= day <= date(2100, 1, 1) else None


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
