"""Who heard, scored, exported or changed what, for administrators."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore

router = APIRouter()
LINES_A_PAGE = 100
ACTION_TITLES = {
    "login": "登录",
    "failed login": "登录失败",
    "refused login": "登录被拒",
    "logout": "退出",
    "open call": "打开通话",
    "hear": "收听录音",
    "review": "提交复核",
    "add case": "加入案例",
    "mark gold": "标为标准通话",
    "dispute": "提出申诉",
    "rule on dispute": "裁定申诉",
    "approve case": "批准案例",
    "edit case": "编辑案例",
    "retire case": "停用案例",
    "reopen case": "恢复案例",
    "collect case": "加入案例集",
    "add collection": "建立案例集",
    "delete collection": "删除案例集",
    "make quiz": "生成了测验",
    "take quiz": "参加了测验",
    "add training": "登记培训",
    "correct training": "更正培训",
    "withdraw training": "撤回培训",
    "export training needs": "导出培训需求",
    "add user": "新建账号",
    "disable user": "停用账号",
    "enable user": "启用账号",
    "show personal data": "准许看客户信息",
    "hide personal data": "不再看客户信息",
    "reset password": "重置密码",
    "change password": "修改密码",
    "import reviews": "导入复核",
    "export review sheet": "导出复核表",
    "export cases": "导出案例",
    "purge": "清除",
    "calibrate": "校准",
    "try rubric": "试评草稿",
}
Text = Annotated[str, Query(max_length=200)]


@router.get("/audit", response_class=HTMLResponse)
def audit(
    request: Request,
    who: Text = "",
    action: Text = "",
    subject: Text = "",
    since: Text = "",
    until: Text = "",
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """The audit log from the newest line, a page at a time; days are the centre's."""
    store: CallStore = request.app.state.store
    settings: Settings = request.app.state.settings
    zone = ZoneInfo(settings.queue.centre_time_zone)
    first, last = _day(since), _day(until)
    found = store.audit_page(
        who=who.strip() or None,
        action=action or None,
        subject=subject.strip() or None,
        since=_start(first, zone) if first else None,
        until=_start(last + timedelta(days=1), zone) if last else None,
        before=before,
        limit=LINES_A_PAGE + 1,
    )
    entries, people = found[:LINES_A_PAGE], store.audit_names()
    wanted = {"who": who, "action": action, "subject": subject, "since": since, "until": until}
    older = {name: value for name, value in wanted.items() if value}
    older_address = None
    if len(found) > LINES_A_PAGE:
        older_address = f"/audit?{urlencode(older | {'before': str(entries[-1].entry_id)})}"
    context = {
        "entries": entries,
        "people": people[0],
        "actions": people[1],
        "action_titles": ACTION_TITLES,
        "wanted": wanted,
        "is_first": before is None,
        "newest_address": f"/audit?{urlencode(older)}",
        "older_address": older_address,
    }
    response: Response = request.app.state.templates.TemplateResponse(
        request, "audit.html", context
    )
    return response


def _day(text: str) -> date | None:
    """A day from YYYY-MM-DD that still has a next one; None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(2000, 1, 1) <= day <= date(9000, 1, 1) else None


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
