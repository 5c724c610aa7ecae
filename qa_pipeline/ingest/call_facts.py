"""What a centre says of a call: cells of a table, keys of a transcript, parts of a name."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from qa_pipeline.domain.call import Call, Direction, Recording, Role
from qa_pipeline.domain.interval import Interval, union
from qa_pipeline.errors import ConfigurationError

_AGENT_WORDS = frozenset({"agent", "坐席", "座席", "客服", "员工"})
_CUSTOMER_WORDS = frozenset({"customer", "客户", "顾客", "用户"})
_DIRECTIONS = {
    **dict.fromkeys(("inbound", "in", "呼入", "来电"), Direction.INBOUND),
    **dict.fromkeys(("outbound", "out", "呼出", "外呼"), Direction.OUTBOUND),
}
_CHANNELS = {"left": 0, "right": 1, "0": 0, "1": 1, "左": 0, "右": 1}
_MAX_ID_CHARS = 200
_EXCEL_TIME = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """The fields of a Call that somebody delivered; None or empty where nobody did."""

    call_id: str | None = None
    agent_id: str | None = None
    agent_name: str | None = None
    team: str | None = None
    queue: str | None = None
    direction: Direction | None = None
    started_at: datetime | None = None
    ring_ms: int | None = None
    holds: tuple[Interval, ...] = ()
    hold_ms: int | None = None
    hang_up_by: Role | None = None
    agent_channel: int | None = None
    customer_ref: str | None = None
    business_type: str | None = None
    rating: float | None = None
    extra: Mapping[str, str] = field(default_factory=dict)

    def over(self, other: "CallFacts") -> "CallFacts":
        """These facts, and the other's where these are silent."""
        mine = {f.name: getattr(self, f.name) for f in fields(self)}
        theirs = {f.name: getattr(other, f.name) for f in fields(other)}
        merged = {name: theirs[name] if _is_absent(mine[name]) else mine[name] for name in mine}
        return CallFacts(**(merged | {"extra": {**other.extra, **self.extra}}))


def call_for(
    recording: Recording,
    row: CallFacts | None = None,
    transcript_facts: CallFacts | None = None,
    name_facts: CallFacts | None = None,
) -> Call:
    """Join a recording with what is known of it: row over transcript over file name.

    `call_id` defaults to the file name's stem.
    """
    empty = CallFacts()
    facts = (row or empty).over(transcript_facts or empty).over(name_facts or empty)
    known = {f.name: getattr(facts, f.name) for f in fields(facts) if f.name != "call_id"}
    return Call(call_id=facts.call_id or stem_of(recording.name), recording=recording, **known)


def stem_of(name: str) -> str:
    """The file name without its extension; `.transcript.json` counts as one extension."""
    if name.lower().endswith(".transcript.json"):
        name = name[: -len(".json")]
    stem, dot, _ = name.rpartition(".")
    return stem if dot and stem else name


def parse_facts(
    cells: Mapping[str, str], time_zone: ZoneInfo, where: str
) -> tuple[CallFacts, tuple[str, ...]]:
    """Facts from texts by column name, and one warning for each text that is no value.

    A bad text costs its own field only. Unknown columns are kept in `extra`.
    `where` begins every warning (`calls.csv:7`). Naive times are in `time_zone`.
    """
    found: dict[str, Any] = {}
    extra: dict[str, str] = {}
    warnings: list[str] = []
    parsers: dict[str, Callable[[str], Any]] = dict(_PARSERS)
    parsers["started_at"] = lambda text: parse_time(text, time_zone)
    for column, cell in cells.items():
        text = clean_text(cell).strip()
        if not text or column == "recording":
            continue
        if column not in parsers:
            extra[column] = text
            continue
        try:
            found[_FIELD_OF_COLUMN.get(column, column)] = parsers[column](text)
        except ValueError as error:
            warnings.append(f"{where} {column} {text[:60]!r} is {error}; ignored")
    return CallFacts(**found, extra=extra), tuple(warnings)


def parse_time(text: str, time_zone: ZoneInfo) -> datetime:
    """An ISO 8601 time (or Excel's 2026/1/5 9:03) as aware UTC; ValueError if it is none."""
    try:
        found = _iso_or_excel(text)
        aware = found if found.tzinfo else found.replace(tzinfo=time_zone)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("not a date (ISO 8601, such as 2026-01-31T09:30:00)") from None


def zone_of(name: str) -> ZoneInfo:
    """The centre's time zone; ConfigurationError where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(
            f"centre_time_zone {name!r} is no known time zone; use a name such as Asia/Shanghai"
        ) from error


def parse_role(text: str) -> Role:
    """A role in English or Chinese; ValueError where it is neither."""
    word = text.strip().lower()
    if word in _AGENT_WORDS:
        return Role.AGENT
    if word in _CUSTOMER_WORDS:
        return Role.CUSTOMER
    if word in ("unknown", "未知", ""):
        return Role.UNKNOWN
    raise ValueError("no role (agent, customer, unknown)")


def clean_text(text: str) -> str:
    """Text that every store and writer takes: no NUL or other control, no lone surrogate."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", " ", without_surrogates(text))


def without_surrogates(text: str) -> str:
    """Text that can be written as UTF-8: U+FFFD where half a character stood."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_absent(value: object) -> bool:
    return value is None or value == ()


def _iso_or_excel(text: str) -> datetime:
    if re.fullmatch(r"\d{14}", text):
        return datetime.strptime(text, "%Y%m%d%H%M%S")
    found = _EXCEL_TIME.fullmatch(text)
    if found:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second)
    return datetime.fromisoformat(text)


def _id(text: str) -> str:
    if len(text) > _MAX_ID_CHARS or re.search(r"[/\\\n\r\t]", text) or text in (".", ".."):
        raise ValueError("no usable id (too long, or with a slash or line break)")
    return text


def _whole_ms(text: str) -> int:
    number = _number(text)
    if number < 0 or number > 1e12:
        raise ValueError("no duration in ms")
    return round(number)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError("not a number") from None
    if not math.isfinite(number):
        raise ValueError("not a number")
    return number


def _holds(text: str) -> tuple[Interval, ...]:
    intervals = []
    for part in filter(None, (p.strip() for p in re.split(r"[;；]", text))):
        found = re.fullmatch(r"(\d{1,12})\s*[-–~]\s*(\d{1,12})", part)
        if not found or int(found[1]) > int(found[2]):
            raise ValueError("no list of holds (start_ms-end_ms;…)")
        intervals.append(Interval(int(found[1]), int(found[2])))
    return union(intervals)


def _one_of(words: Mapping[str, Any], what: str) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        if text.lower() not in words:
            raise ValueError(what)
        return words[text.lower()]

    return parse


def _hang_up_by(text: str) -> Role:
    role = parse_role(text)
    if role is Role.UNKNOWN:
        raise ValueError("neither agent nor customer")
    return role


_FIELD_OF_COLUMN = {"hold": "holds"}
_PARSERS: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(
        ("agent_id", "agent_name", "team", "queue", "customer_ref", "business_type"), str
    ),
    "call_id": _id,
    "direction": _one_of(_DIRECTIONS, "no direction (inbound, outbound)"),
    "ring_ms": _whole_ms,
    "hold": _holds,
    "hold_ms": _whole_ms,
    "hang_up_by": _hang_up_by,
    "agent_channel": _one_of(_CHANNELS, "no channel (left, right, 0, 1)"),
    "rating": _number,
}

COLUMNS: tuple[str, ...] = ("recording", *sorted({*_PARSERS, "started_at"}))
"""The columns of calls.csv that mean something; any other is kept in `extra`."""
