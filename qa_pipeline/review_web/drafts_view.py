"""Drafts of rubrics: uploaded, checked, compared and tried on stored calls."""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from qa_pipeline.batch.rubric_drafts import keep_rubric_draft, rubric_draft_file
from qa_pipeline.batch.rubric_shelf import rubric_shelf, rules_stamp, shelved_rubric
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.errors import NotFound, RubricError
from qa_pipeline.review_web.error_pages import error_page
from qa_pipeline.review_web.problem_words import in_chinese
from qa_pipeline.review_web.rubrics_view import comparison_of, reading_of
from qa_pipeline.review_web.texts import language_of
from qa_pipeline.review_web.trials import LONGEST_S, MOST_CALLS, TrialKind, Trials
from qa_pipeline.review_web.visitor import visitor_of
from qa_pipeline.rubric_files import LintProblem
from qa_pipeline.rubric_files.load import look_over
from qa_pipeline.rubric_files.problems import Findings
from qa_pipeline.rubric_files.yaml_tree import MAX_BYTES
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore

router = APIRouter()
MOST_PROBLEMS = 200
MOST_ROWS = 100
BUSY = "另一份草稿正在试评，请等它结束再开始。"
WRONG_DAYS = "日期要写成 2026-03-01 这样，从不晚于到。"
Day = Annotated[str, Form(max_length=10)]


@router.post("/rubrics/drafts")
def upload(request: Request, draft: Annotated[UploadFile, File()]) -> Response:
    """Keep a draft under a name of our own and go to its page."""
    content = draft.file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        return error_page(
            request, 413, "草稿太大", "评分表不会超过 {kb} KB。没有保存。", kb=MAX_BYTES // 1000
        )
    draft_id = keep_rubric_draft(_settings(request).workspace, content)
    _store(request).audit(visitor_of(request).account.name, "try rubric", draft_id, "upload")
    return RedirectResponse(f"/rubrics/drafts/{draft_id}", status_code=303)


@router.get("/rubrics/drafts/{draft_id}", response_class=HTMLResponse)
def draft_page(request: Request, draft_id: str) -> Response:
    """What is wrong with a draft, what it changes, and what it would do to stored calls."""
    return _draft_page(request, draft_id)


@router.get("/rubrics/drafts/{draft_id}/progress", response_class=HTMLResponse)
def progress(request: Request, draft_id: str) -> Response:
    """The part of the draft's page that changes while something runs."""
    try:
        rubric, _ = _read(request, draft_id)
    except NotFound:
        return _gone(request)
    return _page(request, "_draft_results.html", _results(request, draft_id, rubric))


@router.post("/rubrics/drafts/{draft_id}/preview", response_class=HTMLResponse)
def preview(request: Request, draft_id: str, since: Day = "", until: Day = "") -> Response:
    """Start scoring the stored calls of a period with the draft."""
    try:
        rubric, _ = _read(request, draft_id)
        days = _day(since), _day(until)
    except NotFound:
        return _gone(request)
    except ValueError:
        return _draft_page(request, draft_id, 400, WRONG_DAYS)
    if rubric is None:
        return _draft_page(request, draft_id, 400)
    if days[0] and days[1] and days[0] > days[1]:
        return _draft_page(request, draft_id, 400, WRONG_DAYS)
    if not _trials(request).preview(draft_id, rubric, days):
        return _draft_page(request, draft_id, 409, BUSY)
    who = visitor_of(request).account.name
    _store(request).audit(who, "try rubric", draft_id, f"{rubric.rubric_id} {since}..{until}")
    return RedirectResponse(f"/rubrics/drafts/{draft_id}#results", status_code=303)


def _draft_page(request: Request, draft_id: str, status: int = 200, problem: str = "") -> Response:
    try:
        rubric, problems = _read(request, draft_id)
    except NotFound:
        return _gone(request)
    context: dict[str, object] = {"draft_id": draft_id, "problem": problem, "problems": problems}
    context |= _results(request, draft_id, rubric)
    if rubric is not None:
        store = _store(request)
        context |= reading_of(request, rubric)
        context |= _against_current(store, rubric)
        context["next_version"] = _version_to_write(store, rubric)
    return _page(request, "draft.html", context, status)


def _read(request: Request, draft_id: str) -> tuple[Rubric | None, list[dict[str, object]]]:
    """The draft, None where it has errors, and everything found while reading it."""
    file = rubric_draft_file(_settings(request).workspace, draft_id)
    rubric, findings = _looked_over(file, rules_stamp(file))
    errors = sorted(set(findings.errors), key=lambda p: (p.file, p.line, p.entry))
    shown = [_shown(request, p, is_error=True) for p in errors]
    shown += [_shown(request, p, is_error=False) for p in findings.warnings]
    return rubric, shown[:MOST_PROBLEMS]


@lru_cache(maxsize=4)
def _looked_over(
    file: Path, _state: tuple[tuple[str, int, int], ...]
) -> tuple[Rubric | None, Findings]:
    """Reading a large draft takes seconds, and its page asks again and again."""
    return look_over(file)


def _shown(request: Request, problem: LintProblem, *, is_error: bool) -> dict[str, object]:
    """A problem in the reader's language; a draft has no file name of its own."""
    name = Path(problem.file).name
    is_own = Path(problem.file).parent.name == "rubric_drafts" or not Path(problem.file).suffix
    entry, reason, remedy = problem.entry, problem.reason, problem.remedy
    if language_of(request) == "zh":
        entry, reason, remedy = map(in_chinese, (entry, reason, remedy))
    return {
        "file": "" if is_own else name,
        "line": problem.line,
        "entry": entry,
        "reason": reason,
        "remedy": remedy,
        "is_error": is_error,
    }


def _results(request: Request, draft_id: str, rubric: Rubric | None) -> dict[str, object]:
    """What runs or has run on the draft; its check is started where nothing hinders it."""
    trials = _trials(request)
    waits = rubric is not None and not trials.check(draft_id, rubric)
    check, tried = trials.of(TrialKind.CHECK, draft_id), trials.of(TrialKind.PREVIEW, draft_id)
    return {
        "draft_id": draft_id,
        "is_readable": rubric is not None,
        "check": check,
        "checked": [_shown(request, p, is_error=False) for p in (check.problems if check else ())][
            :MOST_PROBLEMS
        ],
        "tried": tried,
        "criterion_names": {c.criterion_id: c.title for c in rubric.criteria} if rubric else {},
        "is_running": waits or any(run and run.is_running for run in (check, tried)),
        "most_calls": MOST_CALLS,
        "most_rows": MOST_ROWS,
        "longest_minutes": round(LONGEST_S / 60),
    }


def _against_current(store: CallStore, draft: Rubric) -> dict[str, object]:
    """The draft beside the newest other version of its rubric, where there is one."""
    for entry in rubric_shelf(store)[0]:
        if entry.rubric_id == draft.rubric_id:
            try:
                return comparison_of(shelved_rubric(store, entry.rubric_id, entry.version), draft)
            except RubricError:
                continue
    return {"before": None}


def _version_to_write(store: CallStore, draft: Rubric) -> int | None:
    """The version to raise the draft to where its own has scored calls with other rules."""
    scored = {v: digest for name, v, digest in store.rubric_versions() if name == draft.rubric_id}
    if scored.get(draft.version, draft.digest) == draft.digest:
        return None
    return max(scored) + 1


def _day(text: str) -> date | None:
    """A day, None for nothing; ValueError for anything else."""
    day = date.fromisoformat(text.strip()) if text.strip() else None
    if day and not date(2000, 1, 1) <= day <= date(9000, 1, 1):
        raise ValueError(text)
    return day


def _gone(request: Request) -> Response:
    return error_page(request, 404, "没有这份草稿", "它可能已被更新的草稿挤掉，请重新上传。")


def _page(request: Request, name: str, context: dict[str, object], status: int = 200) -> Response:
    response: Response = request.app.state.templates.TemplateResponse(
        request, name, context, status_code=status
    )
    return response


def _store(request: Request) -> CallStore:
    store: CallStore = request.app.state.store
    return store


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _trials(request: Request) -> Trials:
    trials: Trials = request.app.state.trials
    return trials
