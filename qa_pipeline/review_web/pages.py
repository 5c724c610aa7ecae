"""Today's queue and the call page."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from qa_pipeline.batch.drafts import draft_of, forget_draft
from qa_pipeline.batch.hiding import kept_places
from qa_pipeline.review_web.access import Permission
from qa_pipeline.review_web.call_access import (
    can_score,
    check_may_see,
    hides_machine,
    reviewer_of,
    whose_day,
)
from qa_pipeline.review_web.call_view import call_view
from qa_pipeline.review_web.disputes_view import VERDICT_TITLES, call_disputes
from qa_pipeline.review_web.form import review_from, sending_of
from qa_pipeline.review_web.page_templates import call_address, today_address
from qa_pipeline.review_web.playback import prepare
from qa_pipeline.review_web.today_view import next_call, next_task, tasks_beside, today_view
from qa_pipeline.review_web.visitor import Visitor, new_token, visitor_of
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore

router = APIRouter()
CANDIDATES = "/cases?status=candidate"
"""Where a trainer begins: the cases that wait for a word."""
InspectorQuery = Annotated[str | None, Query(max_length=100)]


@router.get("/", response_class=HTMLResponse)
def today(request: Request, inspector: InspectorQuery = None, day: str | None = None) -> Response:
    """A planned day: why each call was chosen, what is done, what is left."""
    visitor = visitor_of(request)
    if visitor.may(Permission.MANAGE_USERS):
        return RedirectResponse("/users", status_code=303)
    if not visitor.may(Permission.SEE_OWN_DAY):
        is_agent = not visitor.may(Permission.SEE_CALLS)
        return RedirectResponse("/me" if is_agent else CANDIDATES, status_code=303)
    view = today_view(
        _store(request),
        whose_day(visitor, inspector),
        _day(day),
        own_only=not visitor.may(Permission.SEE_ANY_DAY),
    )
    page = _page(request, "today.html", {"view": view, "inspector": view.inspector_id})
    if view.next:
        page.background = BackgroundTask(prepare, request, view.next.call.call.recording)
    return page


@router.get("/calls")
def find_call(
    request: Request, call_id: Annotated[str, Query(min_length=1, max_length=500)]
) -> Response:
    """Go to a call by its id."""
    found = _store(request).call_facts(call_id.strip())
    check_may_see(visitor_of(request), found)
    return RedirectResponse(call_address(found.call_id, None), status_code=303)


@router.get("/calls/{call_id:path}", response_class=HTMLResponse)
def call(request: Request, call_id: str, inspector: InspectorQuery = None) -> Response:
    """One call: sound, transcript, evidence, and the form pre-filled by the machine.

    A supervisor who comes from an inspector's day goes back there, and starts
    nobody's task.
    """
    store, visitor = _store(request), visitor_of(request)
    judged = store.judged_call(call_id)
    check_may_see(visitor, judged.analyzed.call)
    own, shown = visitor.account.inspector_id, whose_day(visitor, inspector)
    card = judged.evaluation.scorecard
    rubric = store.rubric(card.rubric_id, card.rubric_version)
    tasks = store.tasks(call_id=call_id)
    task = next((t for t in reversed(tasks) if t.inspector_id == shown), None)
    if task and shown == own:
        store.start_task(task.day, task.inspector_id, call_id)
    sees_personal = visitor.account.sees_personal
    detail = "customers' data shown" if sees_personal else ""
    store.audit(who=visitor.account.name, action="open call", subject=call_id, detail=detail)
    mine = [r for r in store.reviews(call_id=call_id) if r.inspector_id == own]
    view = call_view(
        judged,
        rubric,
        is_blind=hides_machine(store, tasks, visitor),
        own_review=mine[-1] if mine else None,
        sees_personal=sees_personal,
        personal=kept_places(store, call_id, judged.analyzed.transcript),
    )
    beside = tasks_beside(store, task) if task else ()
    disputing = request.app.state.settings.disputes
    context: dict[str, object] = {
        "view": view,
        "inspector": shown,
        "task": task,
        "n_tasks": len(beside),
        "n_reviews": len(mine),
        "next_call": next_call(store, task, beside) if task else None,
        "draft": draft_of(_workspace(request), call_id, own) if own else None,
        "can_score": can_score(visitor),
        "form_id": new_token(),
        "disputes": None if view.is_blind else call_disputes(store, judged, visitor, disputing),
        "verdict_titles": VERDICT_TITLES,
    }
    return _page(request, "call.html", context)


@router.post("/calls/{call_id:path}/review")
async def submit(request: Request, call_id: str) -> Response:
    """Append the inspector's review and go on to the next call of the queue."""
    reviewer_of(visitor_of(request))
    form = await request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    target = await run_in_threadpool(
        _append, _store(request), _workspace(request), call_id, visitor_of(request), fields
    )
    return RedirectResponse(target, status_code=303)


def _append(
    store: CallStore, workspace: Path, call_id: str, visitor: Visitor, fields: dict[str, str]
) -> str:
    """Store the review and return the address to go on with."""
    inspector = reviewer_of(visitor)
    judged = store.judged_call(call_id)
    review = review_from(judged, inspector, fields, reviewed_at=datetime.now(UTC))
    if store.append_sent(review, sending_of(review, fields.get("form_id", ""))):
        store.audit(visitor.account.name, action="review", subject=call_id, detail=review.review_id)
    forget_draft(workspace, call_id, inspector)
    tasks = [t for t in store.tasks(call_id=call_id) if t.inspector_id == inspector]
    following = next_task(store, tasks[-1], tasks_beside(store, tasks[-1])) if tasks else None
    if following:
        return call_address(following.call_id, inspector)
    return today_address(inspector, tasks[-1].day if tasks else None)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _store(request: Request) -> CallStore:
    store: CallStore = request.app.state.store
    return store


def _workspace(request: Request) -> Path:
    settings: Settings = request.app.state.settings
    return settings.workspace


def _page(request: Request, name: str, context: dict[str, object]) -> Response:
    templates: Jinja2Templates = request.app.state.templates
    return templates.TemplateResponse(request, name, context)
