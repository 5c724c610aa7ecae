"""Today's queue and the call page."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from qa_pipeline.domain.review import ReviewTask
from qa_pipeline.review_web.call_view import view_of
from qa_pipeline.review_web.form import review_from
from qa_pipeline.store import CallStore
from qa_pipeline.text.labels import (
    CRITERION_OUTCOME_TITLES,
    DIRECTION_TITLES,
    OUTCOME_TITLES,
    ROLE_TITLES,
    clock,
)

router = APIRouter()
templates = Jinja2Templates(directory=Path(__file__).parent / "templates")
templates.env.filters["clock"] = clock
templates.env.globals.update(
    role_titles=ROLE_TITLES,
    direction_titles=DIRECTION_TITLES,
    outcome_titles=OUTCOME_TITLES,
    criterion_titles=CRITERION_OUTCOME_TITLES,
)


def _store(request: Request) -> CallStore:
    store: CallStore = request.app.state.store
    return store


def _latest_tasks(store: CallStore) -> Sequence[ReviewTask]:
    days = store.days_planned()
    return store.tasks(day=max(days)) if days else ()


@router.get("/", response_class=HTMLResponse)
def today(request: Request, inspector: str | None = None) -> Response:
    """The newest planned day: why each call was chosen, what is done, what is left."""
    store = _store(request)
    tasks = _latest_tasks(store)
    inspectors = sorted({t.inspector_id for t in tasks})
    chosen = inspector if inspector in inspectors else (inspectors[0] if inspectors else None)
    mine = [t for t in tasks if t.inspector_id == chosen]
    calls = {c.call_id: c for c in store.judged_calls(call_ids=[t.call_id for t in mine])}
    done = {r.call_id for r in store.reviews() if r.inspector_id == chosen}
    rows = [
        {"task": t, "call": calls[t.call_id], "done": t.call_id in done}
        for t in mine
        if t.call_id in calls
    ]
    context: dict[str, Any] = {
        "rows": rows,
        "inspectors": inspectors,
        "inspector": chosen,
        "day": tasks[0].day if tasks else None,
        "left_ms": sum(t.expected_review_ms for t in mine if t.call_id not in done),
        "done": sum(t.call_id in done for t in mine),
    }
    return templates.TemplateResponse(request, "today.html", context)


@router.get("/calls/{call_id}", response_class=HTMLResponse)
def call(request: Request, call_id: str, inspector: str = "me") -> Response:
    """One call: sound, transcript, evidence, and the form pre-filled by the machine."""
    store = _store(request)
    judged = store.judged_call(call_id)
    card = judged.evaluation.scorecard
    rubric = store.rubric(card.rubric_id, card.rubric_version)
    view = view_of(judged, rubric)
    context = {
        "view": view,
        "view_json": json.dumps({"utterances": view.utterance_times}, ensure_ascii=False),
        "inspector": inspector,
        "task": next((t for t in _latest_tasks(store) if t.call_id == call_id), None),
        "reviews": store.reviews(call_id=call_id),
    }
    store.audit(who=inspector, action="open call", subject=call_id, detail="")
    return templates.TemplateResponse(request, "call.html", context)


@router.post("/calls/{call_id}/review")
async def submit(request: Request, call_id: str, inspector: Annotated[str, Form()]) -> Response:
    """Append the inspector's review and go on to the next call of the queue."""
    store = _store(request)
    judged = store.judged_call(call_id)
    form = await request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    review = review_from(judged, inspector, fields, reviewed_at=datetime.now(UTC))
    store.append_reviews((review,))
    store.audit(who=inspector, action="review", subject=call_id, detail=review.review_id)
    done = {r.call_id for r in store.reviews() if r.inspector_id == inspector}
    waiting = [
        t for t in _latest_tasks(store) if t.inspector_id == inspector and t.call_id not in done
    ]
    if not waiting:
        return RedirectResponse(f"/?inspector={inspector}", status_code=303)
    target = min(waiting, key=lambda t: t.position).call_id
    return RedirectResponse(f"/calls/{target}?inspector={inspector}", status_code=303)
