"""Today's queue and the call page."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from starlette.concurrency import run_in_threadpool

from qa_pipeline.batch.drafts import draft_of, forget_draft
from qa_pipeline.domain.review import ReviewTask
from qa_pipeline.review_web.call_view import call_view
from qa_pipeline.review_web.form import is_sent_twice, review_from
from qa_pipeline.review_web.page_templates import call_address, today_address
from qa_pipeline.review_web.today_view import (
    has_reviewed,
    next_call,
    next_task,
    today_view,
)
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore

router = APIRouter()
InspectorQuery = Annotated[str | None, Query(max_length=100)]


@router.get("/", response_class=HTMLResponse)
def today(request: Request, inspector: InspectorQuery = None, day: str | None = None) -> Response:
    """A planned day: why each call was chosen, what is done, what is left."""
    view = today_view(_store(request), inspector, _day(day))
    return _page(request, "today.html", {"view": view, "inspector": view.inspector_id})


@router.get("/calls/{call_id:path}", response_class=HTMLResponse)
def call(request: Request, call_id: str, inspector: InspectorQuery = None) -> Response:
    """One call: sound, transcript, evidence, and the form pre-filled by the machine."""
    store = _store(request)
    who = inspector or _default_inspector(request)
    judged = store.judged_call(call_id)
    card = judged.evaluation.scorecard
    rubric = store.rubric(card.rubric_id, card.rubric_version)
    tasks = store.tasks(call_id=call_id)
    task = next((t for t in reversed(tasks) if t.inspector_id == who), None)
    if task:
        store.start_task(task.day, who, call_id)
    store.audit(who=who, action="open call", subject=call_id, detail="")
    reviews = store.reviews(call_id=call_id)
    mine = [r for r in reviews if r.inspector_id == who]
    view = call_view(
        judged,
        rubric,
        is_blind=_hides_machine(store, tasks, who),
        own_review=mine[-1] if mine else None,
    )
    context = {
        "view": view,
        "inspector": who,
        "task": task,
        "n_tasks": len(store.tasks(day=task.day, inspector_id=who)) if task else 0,
        "n_reviews": len(reviews),
        "next_call": next_call(store, task) if task else None,
        "draft": draft_of(_workspace(request), call_id, who),
    }
    return _page(request, "call.html", context)


@router.post("/calls/{call_id:path}/review")
async def submit(
    request: Request,
    call_id: str,
    inspector: Annotated[str, Form(min_length=1, max_length=100)],
) -> Response:
    """Append the inspector's review and go on to the next call of the queue."""
    form = await request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    target = await run_in_threadpool(
        _append, _store(request), _workspace(request), call_id, inspector, fields
    )
    return RedirectResponse(target, status_code=303)


def _append(
    store: CallStore, workspace: Path, call_id: str, inspector: str, fields: dict[str, str]
) -> str:
    """Store the review and return the address to go on with."""
    judged = store.judged_call(call_id)
    review = review_from(judged, inspector, fields, reviewed_at=datetime.now(UTC))
    if not is_sent_twice(review, store.reviews(call_id=call_id)):
        store.append_reviews((review,))
        store.audit(who=inspector, action="review", subject=call_id, detail=review.review_id)
    forget_draft(workspace, call_id, inspector)
    tasks = [t for t in store.tasks(call_id=call_id) if t.inspector_id == inspector]
    following = next_task(store, tasks[-1]) if tasks else None
    if following:
        return call_address(following.call_id, inspector)
    return today_address(inspector, tasks[-1].day if tasks else None)


def _hides_machine(store: CallStore, tasks: tuple[ReviewTask, ...], who: str) -> bool:
    """Whether `who` still owes a blind review of the call.

    Somebody without a task on it must not see what a blind inspector may not.
    """
    blind = [t for t in tasks if t.blind and not has_reviewed(store, t.inspector_id, t.call_id)]
    has_task = any(t.inspector_id == who for t in tasks)
    return any(t.inspector_id == who for t in blind) or (bool(blind) and not has_task)


def _default_inspector(request: Request) -> str:
    who: str = request.app.state.settings.queue.default_inspector
    return who


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
