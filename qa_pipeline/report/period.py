"""Days, weeks and months as the centre counts them."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

WEEKDAYS = "一二三四五六日"


class ReportKind(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


KIND_TITLES = {
    ReportKind.DAILY: "日报",
    ReportKind.WEEKLY: "周报",
    ReportKind.MONTHLY: "月报",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole days of the centre's time zone, both ends included."""

    kind: ReportKind
    first: date
    last: date

    def days(self) -> Iterator[date]:
        for offset in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=offset)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    @property
    def label(self) -> str:
        """`2026-03-02`, `2026-W10` or `2026-03`: what the files are named after."""
        if self.kind is ReportKind.DAILY:
            return self.first.isoformat()
        if self.kind is ReportKind.WEEKLY:
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02d}"
        return f"{self.first:%Y-%m}"

    @property
    def title(self) -> str:
        """The period in words, with the weekday of a single day."""
        if self.kind is ReportKind.DAILY:
            return f"{_in_words(self.first)}（星期{WEEKDAYS[self.first.weekday()]}）"
        return f"{_in_words(self.first)} 至 {_in_words(self.last)}"


def period_of(kind: ReportKind, day: date) -> Period:
    """The day itself, its week from Monday to Sunday, or its calendar month."""
    if kind is ReportKind.DAILY:
        return Period(kind=kind, first=day, last=day)
    if kind is ReportKind.WEEKLY:
        monday = day - timedelta(days=day.weekday())
        return Period(kind=kind, first=monday, last=monday + timedelta(days=6))
    _, length = calendar.monthrange(day.year, day.month)
    return Period(kind=kind, first=day.replace(day=1), last=day.replace(day=length))


def day_of(moment: datetime, time_zone: str) -> date:
    """The day on which an aware time falls in the centre's time zone."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def _in_words(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
