"""Quizzes: taken by agents and inspectors, made and read by trainers."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from qa_pipeline.batch.quizzing import clip_path, make_quiz
from qa_pipeline.cases.quiz_figures import item_figures, mark_of, score_of
from qa_pipeline.domain.quiz import Attempt, ItemAnswer, Quiz
from qa_pipeline.domain.user import account_key
from qa_pipeline.errors import NotFound, UsageError
from qa_pipeline.review_web.access import Permission
from qa_pipeline.review_web.row_ids import RowId
from qa_pipeline.review_web.visitor import Visitor, visitor_of
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore

router = APIRouter()
NOT_MADE = "没有生成测验：案例集要有案例，全部已入库，并且至少一个有录音。"
MAX_TEXT = 2000


@router.get("/quizzes", response_class=HTMLResponse)
def quizzes(request: Request) -> Response:
    """The quizzes: with their own result for who takes them, a form for who makes them."""
    return _list(request, 200)


@router.post("/quizzes", response_class=HTMLResponse)
def add_quiz(request: Request, collection: Annotated[str, Form(max_length=500)]) -> Response:
    """Make a quiz of a collection's approved cases."""
    store, who = _store(request), visitor_of(request).account.name
    settings: Settings = request.app.state.settings
    try:
        made = make_quiz(store, settings.workspace, collection, who=who)
    except UsageError:
        return _list(request, 400, problem=NOT_MADE)
    store.audit(who, "make quiz", str(made.quiz_id), collection)
    return RedirectResponse(f"/quizzes/{made.quiz_id}", status_code=303)


@router.get("/quizzes/{quiz_id:int}", response_class=HTMLResponse)
def quiz(request: Request, quiz_id: RowId, again: bool = False) -> Response:
    """The quiz to take, or the own result after it; its figures for who makes quizzes."""
    store, visitor = _store(request), visitor_of(request)
    found = store.quiz(quiz_id)
    if visitor.may(Permission.MAKE_QUIZZES):
        return _page(request, "quiz_figures.html", _figures(store, found))
    mine = store.attempts(quiz_id, _key(visitor))
    if mine and not again:
        return _page(request, "quiz_result.html", _result(found, mine[-1]))
    return _page(request, "quiz.html", {"quiz": found, "n_known": len(mine)})


@router.get("/quizzes/{quiz_id:int}/clips/{item_id}")
def quiz_clip(request: Request, quiz_id: RowId, item_id: str) -> Response:
    """The beeped clip of one item; no path comes from the client."""
    settings: Settings = request.app.state.settings
    for item in _store(request).quiz(quiz_id).items:
        path = clip_path(settings.workspace, item.clip)
        if item.item_id == item_id and path.is_file():
            return FileResponse(path, media_type="audio/wav")
    raise NotFound(f"quiz {quiz_id} has no clip {item_id}")


@router.post("/quizzes/{quiz_id:int}/answers")
async def answer_quiz(request: Request, quiz_id: RowId) -> Response:
    """Append one attempt; the same form sent twice counts once."""
    store, visitor = _store(request), visitor_of(request)
    found = store.quiz(quiz_id)
    form = await request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    answers = {
        item.item_id: ItemAnswer(
            choice=_choice(fields.get(f"which:{item.item_id}"), item.choices),
            start_ms=_whole(fields.get(f"start:{item.item_id}"), item.duration_ms),
            text=fields.get(f"say:{item.item_id}", "").strip()[:MAX_TEXT],
        )
        for item in found.items
    }
    n_known = _whole(fields.get("n_known"), 10_000) or 0
    if store.add_attempt(quiz_id, _key(visitor), answers, n_known=n_known):
        store.audit(visitor.account.name, "take quiz", str(quiz_id), f"attempt {n_known + 1}")
    return RedirectResponse(f"/quizzes/{quiz_id}", status_code=303)


def _result(quiz: Quiz, attempt: Attempt) -> dict[str, object]:
    none = ItemAnswer()
    return {
        "quiz": quiz,
        "attempt": attempt,
        "score": score_of(quiz, attempt),
        "lines": tuple(
            (item, attempt.answers.get(item.item_id, none), mark_of(item, attempt))
            for item in quiz.items
        ),
    }


def _figures(store: CallStore, quiz: Quiz) -> dict[str, object]:
    attempts = store.attempts(quiz.quiz_id)
    people = tuple((attempt, score_of(quiz, attempt)) for attempt in reversed(attempts))
    return {"quiz": quiz, "figures": item_figures(quiz, attempts), "people": people}


def _list(request: Request, status: int, *, problem: str = "") -> Response:
    store, visitor = _store(request), visitor_of(request)
    may_make = visitor.may(Permission.MAKE_QUIZZES)
    found = store.quizzes()
    attempts = store.attempts(who=None if may_make else _key(visitor))
    by_id = {quiz.quiz_id: quiz for quiz in found}
    newest = {a.quiz_id: score_of(by_id[a.quiz_id], a) for a in attempts if a.quiz_id in by_id}
    people = {q: len({a.who for a in attempts if a.quiz_id == q}) for q in by_id}
    context: dict[str, object] = {
        "quizzes": found,
        "own": newest,
        "people": people,
        "may_make": may_make,
        "collections": [c for c in store.collections() if c.case_ids] if may_make else [],
        "problem": problem,
    }
    return _page(request, "quizzes.html", context, status)


def _key(visitor: Visitor) -> str:
    return account_key(visitor.account.name)


def _choice(given: str | None, choices: tuple[str, ...]) -> str | None:
    return given if given in choices else None


def _whole(given: str | None, most: int) -> int | None:
    """A whole number from 0 to `most` out of a form; None for anything else."""
    if not given or not given.isascii() or not given.isdecimal() or len(given) > 9:
        return None
    return int(given) if int(given) <= most else None


def _store(request: Request) -> CallStore:
    store: CallStore = request.app.state.store
    return store


def _page(request: Request, name: str, context: dict[str, object], status: int = 200) -> Response:
    response: Response = request.app.state.templates.TemplateResponse(
        request, name, context, status_code=status
    )
    return response
