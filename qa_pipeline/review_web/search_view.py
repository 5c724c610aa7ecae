"""Looking for calls: by what was said, by facts, figures and findings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from qa_pipeline.batch.searching import CANDIDATES, SpokenPlace
from qa_pipeline.batch.stored_rubrics import criterion_names
from qa_pipeline.domain.call_search import BlindView, FoundCall
from qa_pipeline.errors import PatternError
from qa_pipeline.review_web.access import Permission
from qa_pipeline.review_web.search_form import METRIC_FIELDS, SearchForm, form_of
from qa_pipeline.review_web.search_memory import SearchMemory
from qa_pipeline.review_web.search_quotes import Quote, masked_quotes
from qa_pipeline.review_web.visitor import Visitor, visitor_of
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore
from qa_pipeline.text.labels import BEHAVIOUR_TITLES

router = APIRouter()
CALLS_A_PAGE = 25
MOST_SAVED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A call of the list; `place` and `quote` where a phrase was looked for."""

    call: FoundCall
    place: SpokenPlace | None = None
    quote: Quote | None = None

    @property
    def findings(self) -> tuple[str, ...]:
        return tuple(part for part in self.call.findings.split("；") if part)

    @property
    def seconds(self) -> str:
        """Where the call page shall begin, in seconds."""
        return f"{self.place.interval.start_ms / 1000:.1f}" if self.place else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """25 lines; `next` goes on; `n_found` and `is_cut` of a phrase only."""

    lines: tuple[Line, ...] = ()
    next: str | None = None
    n_found: int | None = None
    is_cut: bool = False
    problem: str = ""


@router.get("/search", response_class=HTMLResponse)
def search(
    request: Request,
    page: Annotated[int, Query(ge=1, le=CANDIDATES)] = 1,
    before: Annotated[int | None, Query(ge=0, le=2**62)] = None,
) -> Response:
    """Calls that meet what is set, the newest or the likeliest first."""
    store, form = _store(request), form_of(request.query_params)
    visitor = visitor_of(request)
    viewer = _viewer(visitor)
    found = (
        _spoken(request, form, _zone(request), viewer, page)
        if form.phrase
        else _listed(store, form, _zone(request), viewer, before)
    )
    context = {
        "form": form,
        "found": found,
        "page_number": page,
        "is_first": page == 1 and before is None,
        "candidates": CANDIDATES,
        "metric_fields": METRIC_FIELDS,
        "behaviours": BEHAVIOUR_TITLES,
        "criteria": _criteria(request),
        "choices": _memory(request).choices(store),
        "saved": store.saved_searches(visitor.account.name),
        "inspector": visitor.account.inspector_id,
    }
    answer: Response = request.app.state.templates.TemplateResponse(request, "search.html", context)
    return answer


@router.post("/search/saved")
def keep_search(
    request: Request,
    name: Annotated[str, Form(min_length=1, max_length=60)],
    query: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Keep a search under a name, for the own account."""
    store, who = _store(request), visitor_of(request).account.name
    form = form_of(dict(parse_qsl(query)))
    kept = {s.name for s in store.saved_searches(who)}
    if name.strip() and (name.strip() in kept or len(kept) < MOST_SAVED):
        store.save_search(who, name.strip(), form.query)
    return RedirectResponse(form.address(), status_code=303)


@router.post("/search/saved/delete")
def forget_search(request: Request, saved_id: Annotated[int, Form(ge=1, le=2**62)]) -> Response:
    """Forget one of the own searches."""
    _store(request).delete_search(visitor_of(request).account.name, saved_id)
    return RedirectResponse("/search", status_code=303)


def _listed(
    store: CallStore, form: SearchForm, zone: ZoneInfo, viewer: BlindView, before: int | None
) -> Page:
    calls = store.found_calls(form.filter(zone), viewer, limit=CALLS_A_PAGE + 1, before=before)
    lines = tuple(Line(call=call) for call in calls[:CALLS_A_PAGE])
    goes_on = len(calls) > CALLS_A_PAGE
    return Page(
        lines=lines, next=form.address(before=lines[-1].call.moment_id) if goes_on else None
    )


def _spoken(
    request: Request, form: SearchForm, zone: ZoneInfo, viewer: BlindView, page: int
) -> Page:
    store = _store(request)
    try:
        answer = _memory(request).answer(store, form, zone, viewer)
    except PatternError:
        return Page(problem="短语里要有汉字，花括号要成对。")
    places = answer.places
    shown = places.found[(page - 1) * CALLS_A_PAGE : page * CALLS_A_PAGE]
    if page not in answer.quotes:
        answer.quotes[page] = masked_quotes(store, shown)
    calls = {c.moment_id: c for c in store.calls_at([p.moment_id for p in shown], viewer)}
    return Page(
        lines=tuple(
            Line(call=calls[place.moment_id], place=place, quote=quote)
            for place, quote in zip(shown, answer.quotes[page], strict=True)
            if place.moment_id in calls  # else it was purged meanwhile
        ),
        next=form.address(page=page + 1) if len(places.found) > page * CALLS_A_PAGE else None,
        n_found=len(places.found),
        is_cut=places.is_cut,
    )


def _criteria(request: Request) -> Mapping[str, str]:
    """Titles by criterion_id, read again where there is a new rubric."""
    state, versions = request.app.state, _store(request).rubric_versions()
    known: tuple[object, Mapping[str, str]] | None = getattr(state, "criteria", None)
    if known is None or known[0] != versions:
        known = state.criteria = (versions, criterion_names(_store(request)))
    return known[1]


def _memory(request: Request) -> SearchMemory:
    memory: SearchMemory = request.app.state.searches
    return memory


def _viewer(visitor: Visitor) -> BlindView:
    return BlindView(
        inspector_id=visitor.account.inspector_id,
        sees_others=visitor.may(Permission.SEE_ANY_DAY),
    )


def _zone(request: Request) -> ZoneInfo:
    settings: Settings = request.app.state.settings
    return ZoneInfo(settings.queue.centre_time_zone)


def _store(request: Request) -> CallStore:
    store: CallStore = request.app.state.store
    return store
