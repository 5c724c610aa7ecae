"""Finished double-scored calls, for supervisors to mark as gold."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from qa_pipeline.batch.doubles import DoubleCall, finished_doubles, mark_double
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.errors import NotFound
from qa_pipeline.review_web.form import ANSWERS, MAX_NOTE_CHARS, criterion_field
from qa_pipeline.review_web.visitor import visitor_of
from qa_pipeline.store import CallStore

router = APIRouter()
INCOMPLETE = "每一项都要有一致答案，没有保存。"


@router.get("/doubles", response_class=HTMLResponse)
def doubles(request: Request) -> Response:
    """The newest finished doubles, side by side."""
    return _page(request)


@router.post("/doubles/{call_id:path}/gold", response_class=HTMLResponse)
async def mark_gold(request: Request, call_id: str) -> Response:
    """Mark a finished double as gold with one answer a criterion."""
    form = await request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_mark, request, call_id, fields)


def _mark(request: Request, call_id: str, fields: dict[str, str]) -> Response:
    store = _store(request)
    double = next((d for d in finished_doubles(store) if d.call_id == call_id), None)
    if double is None:
        raise NotFound(f"call {call_id} is no finished double")
    is_kept = mark_double(
        store,
        double,
        _answers(double, fields),
        by=visitor_of(request).account.name,
        note=fields.get("note", "").strip()[:MAX_NOTE_CHARS],
        now=datetime.now(UTC),
    )
    return RedirectResponse("/doubles", status_code=303) if is_kept else _page(request, INCOMPLETE)


def _answers(double: DoubleCall, fields: dict[str, str]) -> dict[str, CriterionOutcome]:
    return {
        line.criterion_id: CriterionOutcome(given)
        for line in double.lines
        if (given := fields.get(criterion_field(line.criterion_id))) in ANSWERS
    }


def _page(request: Request, problem: str = "") -> Response:
    response: Response = request.app.state.templates.TemplateResponse(
        request,
        "doubles.html",
        {"doubles": finished_doubles(_store(request)), "answers": ANSWERS, "problem": problem},
        status_code=400 if problem else 200,
    )
    return response


def _store(request: Request) -> CallStore:
    store: CallStore = request.app.state.store
    return store
