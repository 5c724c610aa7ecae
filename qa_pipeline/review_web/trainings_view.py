"""Trainings, what they changed, and who needs one: for trainers and supervisors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from qa_pipeline.batch.clauses import known_clauses
from qa_pipeline.batch.training_needs import training_needs
from qa_pipeline.batch.trainings import correct_training, record_training, training_effect
from qa_pipeline.domain.need import NeedCell, Needs
from qa_pipeline.domain.training import Side, Training, names_of
from qa_pipeline.errors import NotFound, UsageError
from qa_pipeline.report.training_words import VERDICT_TITLES, points, share_of, write_needs
from qa_pipeline.review_web.error_pages import error_page
from qa_pipeline.review_web.row_ids import LARGEST, RowId
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
CORRECTED = "在您填写时，别人已经更正过这次培训。您写的内容在下面；对照上面的现状后再保存。"
NO_REASON = "撤回要写明原因。"
Text = Annotated[str, Form(max_length=2000)]
Days = Annotated[int, Query(ge=1, le=366)]
Entry = Annotated[int, Form(ge=1, le=LARGEST)]
Weeks = Annotated[int, Query(ge=1, le=26)]


@router.get("/trainings", response_class=HTMLResponse)
def trainings(request: Request) -> Response:
    """The trainings that were held, and a form for one more."""
    return _list(request, 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the form said, as it was typed."""

    title: str
    held_on: str
    agents: str
    clauses: tuple[str, ...]
    trainer: str
    note: str

    @property
    def named(self) -> tuple[str, ...]:
        agents = self.agents.replace("，", ",").replace("、", ",").replace("\n", ",")
        return names_of(agents.split(","))

    def training(self, training_id: int, who: str) -> Training:
        """What is to be kept; ValueError where the date is none."""
        return Training(
            training_id=training_id,
            held_on=date.fromisoformat(self.held_on),
            title=self.title,
            agents=self.named,
            clauses=self.clauses,
            trainer=self.trainer,
            note=self.note,
            recorded_by=who,
            recorded_at=datetime.now(UTC),
        )


def given_form(
    title: Text = "",
    held_on: Text = "",
    agents: Annotated[str, Form(max_length=100_000)] = "",
    clause: Annotated[tuple[str, ...], Form()] = (),
    trainer: Text = "",
    note: Text = "",
) -> Given:
    """The fields of the form, the same for a new training and a correction."""
    return Given(
        title=title, held_on=held_on, agents=agents, clauses=clause, trainer=trainer, note=note
    )


@router.post("/trainings", response_class=HTMLResponse)
def add_training(request: Request, given: Annotated[Given, Depends(given_form)]) -> Response:
    """Record a training; what cannot be kept comes back with the form as it was."""
    kept, problem = _tried(request, given, 0, record_training)
    if kept is None:
        return _list(request, 400, problem=problem, form=given)
    return RedirectResponse(f"/trainings/{kept.training_id}", status_code=303)


@router.get("/trainings/{training_id:int}", response_class=HTMLResponse)
def training(request: Request, training_id: RowId, weeks: Weeks = 4) -> Response:
    """One training: what was said of it, and its effect clause by clause."""
    return _one(request, training_id, weeks=weeks)


@router.post("/trainings/{training_id:int}/correct", response_class=HTMLResponse)
def correct(
    request: Request,
    training_id: RowId,
    entry: Entry,
    given: Annotated[Given, Depends(given_form)],
) -> Response:
    """Say it anew: a new entry that counts from now on; the older ones stay."""

    def keep(store: CallStore, said: Training) -> Training:
        return correct_training(store, said, n_known=entry)

    if _is_behind(request, training_id, entry):
        return _one(request, training_id, status=409, problem=(CORRECTED, ""), form=given)
    kept, problem = _tried(request, given, training_id, keep)
    if kept is None:
        return _one(request, training_id, status=400, problem=problem, form=given)
    return RedirectResponse(f"/trainings/{training_id}", status_code=303)


@router.post("/trainings/{training_id:int}/withdraw", response_class=HTMLResponse)
def withdraw(request: Request, training_id: RowId, entry: Entry, note: Text = "") -> Response:
    """Take back what was recorded by mistake; it counts nowhere, its entries stay."""
    if not note.strip():
        return _one(request, training_id, status=400, problem=(NO_REASON, ""))
    if _is_behind(request, training_id, entry):
        return _one(request, training_id, status=409, problem=(CORRECTED, ""))
    store = _store(request)
    gone = replace(
        store.training(training_id),
        note=note,
        is_withdrawn=True,
        recorded_by=visitor_of(request).account.name,
        recorded_at=datetime.now(UTC),
    )
    correct_training(store, gone, n_known=entry)
    return RedirectResponse(f"/trainings/{training_id}", status_code=303)


def _tried(
    request: Request,
    given: Given,
    training_id: int,
    keep: Callable[[CallStore, Training], Training],
) -> tuple[Training | None, tuple[str, str]]:
    """What was kept, else why not and the names that are meant."""
    store = _store(request)
    if unknown := sorted(set(given.named) - set(store.agent_ids())):
        return None, (UNKNOWN, "、".join(unknown))
    try:
        said = given.training(training_id, visitor_of(request).account.name)
    except ValueError:
        return None, (NO_DAY, "")
    try:
        return keep(store, said), ("", "")
    except UsageError:
        return None, (INCOMPLETE, "")


def _is_behind(request: Request, training_id: int, entry: int) -> bool:
    """Whether somebody else corrected the training since it was read."""
    return _store(request).training(training_id).entry != entry


def _one(
    request: Request,
    training_id: int,
    *,
    status: int = 200,
    weeks: int = 4,
    problem: tuple[str, str] = ("", ""),
    form: Given | None = None,
) -> Response:
    store = _store(request)
    try:
        entries = store.training_history(training_id)
    except NotFound:
        return error_page(request, 404, "找不到这次培训", "请从培训列表进入。")
    now = entries[-1]
    effect = training_effect(store, now, _zone(request), weeks=weeks)
    context = {
        "training": now,
        "entries": entries,
        "effect": effect,
        "sides": SIDES,
        "verdicts": VERDICT_TITLES,
        "points": points,
        "share_of": share_of,
        "weeks": weeks,
        "uneven": [e.clause.title for e in effect.clauses if e.trend and e.trend.is_clear],
        "clauses": known_clauses(store),
        "agents": store.agent_ids(),
        "problem": problem[0],
        "names": problem[1],
        "form": form
        or Given(
            title=now.title,
            held_on=now.held_on.isoformat(),
            agents="\n".join(now.agents),
            clauses=now.clauses,
            trainer=now.trainer,
            note=now.note,
        ),
    }
    return _page(request, "training.html", context, status)


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
    problem: tuple[str, str] = ("", ""),
    form: Given | None = None,
) -> Response:
    store = _store(request)
    context = {
        "trainings": store.trainings(withdrawn=True),
        "clauses": known_clauses(store),
        "agents": store.agent_ids(),
        "problem": problem[0],
        "names": problem[1],
        "form": form or given_form(trainer=visitor_of(request).account.name),
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
