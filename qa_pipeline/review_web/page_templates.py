"""The templates with the words and addresses that they use."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.templating import Jinja2Templates

from qa_pipeline.domain.interval import Interval
from qa_pipeline.review_web.access import Permission
from qa_pipeline.review_web.built import is_built
from qa_pipeline.review_web.texts import in_words, language_of
from qa_pipeline.review_web.visitor import visitor_or_none
from qa_pipeline.text.labels import (
    CRITERION_OUTCOME_TITLES,
    DIRECTION_TITLES,
    ROLE_TITLES,
    clock,
)

_PLACES = (
    (Permission.SEE_OWN_DAY, "/", "今日队列"),
    (Permission.SEE_CALLS, "/search", "搜索"),
    (Permission.SEE_CALIBRATION, "/calibration", "校准"),
    (Permission.SEE_OWN_CALIBRATION, "/calibration", "校准"),
    (Permission.READ_RUBRICS, "/rubrics", "评分表"),
    (Permission.READ_CASES, "/cases", "案例库"),
    (Permission.SEE_AGENTS, "/agents", "坐席"),
    (Permission.DISPUTE, "/me", "我的成绩"),
    (Permission.RULE_ON_DISPUTES, "/disputes", "申诉"),
    (Permission.MARK_GOLD, "/doubles", "标准通话"),
    (Permission.DISPUTE, "/disputes", "申诉"),
    (Permission.PLAN_TRAININGS, "/trainings", "培训"),
    (Permission.TAKE_QUIZZES, "/quizzes", "测验"),
    (Permission.MAKE_QUIZZES, "/quizzes", "测验"),
    (Permission.MANAGE_USERS, "/users", "用户"),
    (Permission.READ_AUDIT, "/audit", "审计日志"),
)
"""What stands in every page's head, for whom."""


def page_templates(time_zone: str) -> Jinja2Templates:
    """Jinja2 templates, autoescaped; times are shown in the centre's zone."""
    templates = Jinja2Templates(
        directory=Path(__file__).parent / "templates", context_processors=[_visitor]
    )
    templates.env.trim_blocks = templates.env.lstrip_blocks = True
    templates.env.filters.update(
        clock=clock, minutes=minutes, moment=_moment(ZoneInfo(time_zone)), permille=permille
    )
    templates.env.globals.update(
        role_titles=ROLE_TITLES,
        direction_titles=DIRECTION_TITLES,
        criterion_titles=CRITERION_OUTCOME_TITLES,
        call_address=call_address,
        review_address=review_address,
        sound_address=sound_address,
        today_address=today_address,
        action_address=action_address,
        agent_address=agent_address,
        is_built=is_built,
        language_of=language_of,
        _=in_words,
    )
    return templates


def call_address(call_id: str, inspector_id: str | None) -> str:
    """Where the call's page is; every character of the id is allowed."""
    path = _call_path(call_id)
    return f"{path}?{urlencode({'inspector': inspector_id})}" if inspector_id else path


def review_address(call_id: str) -> str:
    return f"{_call_path(call_id)}/review"


def action_address(call_id: str, action: str) -> str:
    """Where the call page fetches or sends something: `peaks.json`, `draft`, `cases`."""
    return f"{_call_path(call_id)}/{action}"


def agent_address(agent_id: str) -> str:
    return f"/agents/{quote(agent_id, safe='')}"


def sound_address(call_id: str) -> str:
    return f"{_call_path(call_id)}/sound.wav"


def today_address(inspector_id: str | None, day: object = None) -> str:
    wanted = {"inspector": inspector_id, "day": day}
    query = urlencode({name: value for name, value in wanted.items() if value})
    return f"/?{query}" if query else "/"


def _visitor(request: Request) -> dict[str, object]:
    """What every page knows of who looks at it; nothing before the login."""
    visitor = visitor_or_none(request)
    if visitor is None:
        return {"visitor": None, "csrf_token": "", "places": ()}
    places = tuple((where, title) for wanted, where, title in _PLACES if visitor.may(wanted))
    return {"visitor": visitor, "csrf_token": visitor.csrf, "places": places}


def minutes(ms: int) -> int:
    """Whole minutes, at least 1 when anything is left."""
    return 0 if ms <= 0 else max(1, round(ms / 60_000))


def permille(interval: Interval, duration_ms: int) -> tuple[int, int]:
    """Start and width of an interval on a line of 1000, at least 2 wide."""
    start = min(998, interval.start_ms * 1000 // duration_ms)
    return start, max(2, min(1000, interval.end_ms * 1000 // duration_ms) - start)


def _call_path(call_id: str) -> str:
    return f"/calls/{quote(call_id, safe='')}"


def _moment(zone: ZoneInfo) -> Callable[[datetime], str]:
    def moment(at: datetime) -> str:
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"

    return moment
