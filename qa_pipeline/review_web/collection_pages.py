"""Collections: named sets of cases in an order."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from qa_pipeline.review_web.library_view import KIND_TITLES, STATUS_TITLES, shown_rows
from qa_pipeline.review_web.visitor import visitor_of
from qa_pipeline.store import CallStore

router = APIRouter()
Name = Annotated[str, Form(min_length=1, max_length=100)]


@router.get("/collections", response_class=HTMLResponse)
def collections(request: Request) -> Response:
    """All collections."""
    return _page(request, "collections.html", {"collections": _store(request).collections()})


@router.get("/collections/{name:path}", response_class=HTMLResponse)
def collection(request: Request, name: str) -> Response:
    """One collection with its cases in order."""
    store = _store(request)
    found = store.collection(name)
    rows = shown_rows(store, visitor_of(request), found.case_ids)
    context = {
        "collection": found,
        "rows": [rows[case_id] for case_id in found.case_ids if case_id in rows],
        "kind_titles": KIND_TITLES,
        "status_titles": STATUS_TITLES,
    }
    return _page(request, "collection.html", context)


@router.post("/collections")
def add_collection(request: Request, name: Name) -> Response:
    """Make an empty collection; one that is there already is opened."""
    who = visitor_of(request).account.name
    if _store(request).add_collection(name.strip(), who=who):
        _store(request).audit(who, "add collection", name.strip())
    return _back(name.strip())


@router.post("/collections/move")
def move(
    request: Request,
    name: Name,
    case_id: Name,
    by: Annotated[int, Form(ge=-1, le=1)],
) -> Response:
    """Move a case up (-1) or down (1), or take it out (0)."""
    store = _store(request)
    ids = list(store.collection(name).case_ids)
    if case_id in ids:
        at = ids.index(case_id)
        ids.pop(at)
        if by:
            ids.insert(max(0, at + by), case_id)
        store.arrange_collection(name, ids)
    return _back(name)


@router.post("/collections/delete")
def delete(request: Request, name: Name) -> Response:
    """Remove a collection; its cases stay in the library."""
    _store(request).drop_collection(name)
    _store(request).audit(visitor_of(request).account.name, "delete collection", name)
    return RedirectResponse("/collections", status_code=303)


def _back(name: str) -> Response:
    return RedirectResponse(f"/collections/{quote(name, safe='')}", status_code=303)


def _store(request: Request) -> CallStore:
    store: CallStore = request.app.state.store
    return store


def _page(request: Request, name: str, context: dict[str, object]) -> Response:
    response: Response = request.app.state.templates.TemplateResponse(request, name, context)
    return response
