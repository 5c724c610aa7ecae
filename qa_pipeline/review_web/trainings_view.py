"""Trainings, what they changed, and who needs one: for trainers and supervisors."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from qa_pipeline.batch.clauses import known_clauses
from qa_pipeline.batch.training_needs import training_needs
from qa_pipeline.batch.trainings import record_training, training_effect
from qa_pipeline.domain.need import NeedCell, Needs
from qa_pipeline.domain.training import Side, Training, names_of
from qa_pipeline.errors import NotFound, UsageError
from qa_pipeline.report.training_words import VERDICT_TITLES, points, share_of, write_needs
from qa_pipeline.review_web.error_pages import error_page
from qa_pipeline.review_web.row_ids import RowId
from qa_pipeline.review_web.visitor import visitor_of
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore

router = APIRouter()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIDES: Mapping[Side, str] = {
    Side.TRAINED_BEFORE: "参训·前",
    Side.TRAINED_AFTER: "参训·后",
    Side.OTHERS_BEFORE: "未参训·前",
    Side.OTHERS_AFTER: "未参训·后",
}
NO_DAY = "日期要写成 2026-03-02 这样。"
INCOMPLETE = "请填写名称，并至少选一名坐席和一个条款。"
UNKNOWN = "没有这些坐席：{names}。请核对工号。"
Text = Annotated[str, Form(max_length=2000)]
Days = Annotated[int, Query(ge=1, le=366)]
Weeks = Annotated[int, Query(ge=1, le=26)]


@router.get("/trainings", response_class=HTMLResponse)
def trainings(request: Request) -> Response:
    """The trainings that were held, and a form for one more."""
    return _list(request, 200)


@router.post("/trainings", response_class=HTMLResponse)
def add_training(
    request: Request,
    title: Text = "",
    held_on: Text = "",
    agents: Annotated[str, Form(max_length=100_000)] = "",
    clause: Annotated[tuple[str, ...], Form()] = (),
    trainer: Text = "",
    note: Text = "",
) -> Response:
    """Record a training; what cannot be kept comes back with the form as it was."""
    given = {"title": title, "held_on": held_on, "agents": agents, "trainer": trainer, "note": note}
    shown = given | {"clauses": clause}
    store = _store(request)
    try:
        day = date.fromisoformat(held_on)
    except ValueError:
        return _list(request, 400, problem=NO_DAY, form=shown)
    named = names_of(agents.replace("，", ",").replace("、", ",").replace("\n", ",").split(","))
    if unknown := sorted(set(named) - set(store.agent_ids())):
        names = "、".join(unknown)
        return _list(request, 400, problem=UNKNOWN, names=names, form=shown)
    training = Training(
        training_id=0,
        held_on=day,
        title=title,
        agents=named,
        clauses=clause,
        trainer=trainer,
        note=note,
        recorded_by=visitor_of(request).account.name,
        recorded_at=datetime.now(UTC),
    )
    try:
        added = record_training(store, training)
    except UsageError:
        return _list(request, 400, problem=INCOMPLETE, form=shown)
    return RedirectResponse(f"/trainings/{added.training_id}", status_code=303)


@router.get("/trainings/{training_id:int}", response_class=HTMLResponse)
def training(request: Request, training_id: RowId, weeks: Weeks = 4) -> Response:
    """One training: what was said of it, and its effect clause by clause."""
    store = _store(request)
    try:
        entries = store.training_history(training_id)
    except NotFound:
        return error_page(request, 404, "找不到这次培训", "请从培训列表进入。")
    effect = training_effect(store, entries[-1], _zone(request), weeks=weeks)
    context = {
        "training": entries[-1],
        "entries": entries,
        "effect": effect,
        "sides": SIDES,
        "verdicts": VERDICT_TITLES,
        "points": points,
        "share_of": share_of,
        "weeks": weeks,
        "uneven": [e.clause.title for e in effect.clauses if e.trend and e.trend.is_clear],
    }
    return _page(request, "training.html", context)


@router.get("/needs", response_class=HTMLResponse)
def needs(request: Request, days: Days = 28, last: str = "", every: bool = False) -> Response:
    """Agents against the centre, clause by clause, and suggested groups.

    Only agents with a mark are rows, unless `every` asks for all.
    """
    found = _needs(request, days, last)
    cells: dict[tuple[str, str], NeedCell] = {(c.agent_id, c.clause_id): c for c in found.cells}
    wanting = {c.agent_id for c in found.cells if c.is_need}
    context = {
        "needs": found,
        "rows": [a for a in found.agents if every or a in wanting],
        "cells": cells,
        "titles": {c.clause_id: c.title for c in found.clauses},
        "days": days,
        "every": every,
    }
    return _page(request, "needs.html", context)


@router.get("/needs.xlsx")
def needs_table(request: Request, days: Days = 28, last: str = "") -> Response:
    """The matrix and the groups for a spreadsheet."""
    found, file = _needs(request, days, last), BytesIO()
    write_needs(found, file)
    who = visitor_of(request).account.name
    _store(request).audit(who, "export training needs", f"{found.first} {found.last}")
    name = f"training_needs_{found.last}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file.getvalue(), media_type=XLSX, headers=headers)


def _needs(request: Request, days: int, last: str) -> Needs:
    try:
        day = date.fromisoformat(last)
    except ValueError:
        planned = _store(request).days_planned()
        day = max(planned, default=datetime.now(_zone(request)).date())
    return training_needs(_store(request), day - timedelta(days=days - 1), day)


def _list(
    request: Request,
    status: int,
    *,
    problem: str = "",
    names: str = "",
    form: Mapping[str, object] | None = None,
) -> Response:
    store = _store(request)
    clauses = known_clauses(store)
    context = {
        "trainings": store.trainings(),
        "clauses": clauses,
        "agents": store.agent_ids(),
        "problem": problem,
        "names": names,
        "form": form or {"clauses": ()},
    }
    return _page(request, "trainings.html", context, status)


def _page(
    request: Request, name: str, context: Mapping[str, object], status: int = 200
) -> Response:
    response: Response = request.app.state.templates.TemplateResponse(
        request, name, dict(context), status_code=status
    )
    return response


def _store(request: Request) -> CallStore:
    store: CallStore = request.app.state.store
    return store


def _zone(request: Request) -> ZoneInfo:
    settings: Settings = request.app.state.settings
    return ZoneInfo(settings.queue.centre_time_zone)
