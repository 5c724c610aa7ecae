"""The case library: the list, a card, its clip, and what people do with them."""

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)

from qa_pipeline.batch.case_redaction import (
    NotListenedTo,
    approve_case,
    clip_file,
    redact_case,
)
from qa_pipeline.batch.shelving import shelve
from qa_pipeline.cases.difficulty import FORMULA
from qa_pipeline.domain.case import Case, CaseStatus
from qa_pipeline.domain.case_card import CardText, Difficulty
from qa_pipeline.errors import NotFound, UnreadableRecording, UsageError
from qa_pipeline.review_web.access import Permission
from qa_pipeline.review_web.call_access import hides_machine
from qa_pipeline.review_web.card_view import card_view, pair_view, suggested_answer
from qa_pipeline.review_web.library_view import (
    DIFFICULTY_TITLES,
    FACETS,
    KIND_TITLES,
    NEWEST,
    STATUS_TITLES,
    Asked,
    library_view,
    shown_rows,
)
from qa_pipeline.review_web.visitor import Visitor, visitor_of
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore

router = APIRouter()
NOT_REDACTED = "这个案例还没有按当前转写遮蔽，不能批准。请先点“遮蔽”。"
NOT_LISTENED = "机器没有第二次听这个片段，不能直接批准。请听完整个片段，再勾选确认。"
EDITED_MEANWHILE = "在您编辑时，别人已经改过这张卡片。您写的内容在下面，没有丢；对照后再保存。"
Text = Annotated[str, Form(max_length=4000)]
Short = Annotated[str, Form(max_length=100)]


@router.get("/cases", response_class=HTMLResponse)
def library(
    request: Request,
    text: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    order: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The cases by facets and words, fifty a page."""
    given = request.query_params
    chosen = {facet: given[facet][:200] for facet in FACETS if given.get(facet)}
    asked = Asked(
        facets=chosen, text=text.strip(), page=page, order=NEWEST if order == NEWEST else ""
    )
    view = library_view(_store(request), visitor_of(request), asked)
    context = {
        "newest": NEWEST,
        "view": view,
        "kind_titles": KIND_TITLES,
        "status_titles": STATUS_TITLES,
        "difficulty_titles": DIFFICULTY_TITLES,
        "collections": _store(request).collections(),
        "can_edit": _can_edit(request),
    }
    return _page(request, "library.html", context)


@router.get("/cases/{case_id}", response_class=HTMLResponse)
def card(request: Request, case_id: str) -> Response:
    """One card with its pair."""
    _seen(request, case_id)
    return _card(request, case_id)


@router.get("/cases/{case_id}/clip.wav")
def clip(request: Request, case_id: str) -> Response:
    """The clip with personal data beeped over; it never plays raw here."""
    case = _seen(request, case_id)
    settings: Settings = request.app.state.settings
    visitor = visitor_of(request)
    try:
        with request.app.state.decoding:
            path = clip_file(_store(request), settings.workspace, case_id)
    except (UnreadableRecording, UsageError) as error:
        return PlainTextResponse(f"片段无法播放：{error}", status_code=404)
    _store(request).audit_once(
        visitor.account.name, "hear", case.call_id, f"case {case_id} {visitor.session_name}"
    )
    return FileResponse(Path(path), media_type="audio/wav")


@router.post("/cases/{case_id}/edit", response_class=HTMLResponse)
def edit(
    request: Request,
    case_id: str,
    version: Annotated[int, Form(ge=0)],
    situation: Text = "",
    why: Text = "",
    model_answer: Text = "",
    difficulty: Annotated[Difficulty | None, Form()] = None,
    tags: Text = "",
    masks: Text = "",
) -> Response:
    """Append an edit; who comes second is told, with what they wrote still in the form."""
    _seen(request, case_id)
    store, who = _store(request), visitor_of(request).account.name
    written = CardText(
        situation=situation.strip(),
        why=why.strip(),
        model_answer=model_answer.strip(),
        difficulty=difficulty,
        tags=_parts(tags.replace("，", ",").replace("、", ",").split(",")),
        masks=_parts(masks.splitlines()),
    )
    before = store.redaction(case_id) is not None
    if not store.edit_card(case_id, written, who=who, seen_version=version):
        return _card(request, case_id, problem=EDITED_MEANWHILE, written=written, status=409)
    if before:
        redact_case(store, case_id)
    shelve(store, [case_id])
    store.audit(who, "edit case", case_id)
    return _back(case_id)


@router.post("/cases/{case_id}/redact")
def redact(request: Request, case_id: str) -> Response:
    """Compute on the current transcript what is hidden."""
    _seen(request, case_id)
    redact_case(_store(request), case_id)
    shelve(_store(request), [case_id])
    return _back(case_id)


@router.post("/cases/{case_id}/status", response_class=HTMLResponse)
def set_status(
    request: Request,
    case_id: str,
    status: Annotated[CaseStatus, Form()],
    note: Short = "",
    listened: Annotated[bool, Form()] = False,
) -> Response:
    """Approve, retire or take back; a card that is unredacted or unheard is not approved."""
    _seen(request, case_id)
    store, who = _store(request), visitor_of(request).account.name
    if status is CaseStatus.APPROVED:
        try:
            approve_case(store, case_id, who=who, has_listened=listened)
        except NotListenedTo:
            return _card(request, case_id, problem=NOT_LISTENED, status=409)
        except UsageError:
            return _card(request, case_id, problem=NOT_REDACTED, status=409)
        store.audit(who, "approve case", case_id)
    else:
        store.set_case_status(case_id, status, who=who, note=note.strip())
        store.audit(who, "retire case" if status is CaseStatus.RETIRED else "reopen case", case_id)
    return _back(case_id)


@router.post("/cases/{case_id}/pair")
def choose_pair(
    request: Request, case_id: str, partner_id: Short, accepted: Annotated[bool, Form()] = False
) -> Response:
    """Accept the partner, or look at the next nearest instead."""
    _seen(request, case_id)
    _seen(request, partner_id)
    who = visitor_of(request).account.name
    _store(request).choose_partner(case_id, partner_id, accepted=accepted, who=who)
    return _back(case_id)


@router.post("/cases/{case_id}/collect")
def collect(request: Request, case_id: str, name: Short) -> Response:
    """Put the case at the end of a collection, which is made where there is none."""
    _seen(request, case_id)
    store, who = _store(request), visitor_of(request).account.name
    wanted = name.strip()
    if not wanted:
        raise NotFound("a collection needs a name")
    store.add_collection(wanted, who=who)
    store.arrange_collection(wanted, (*store.collection(wanted).case_ids, case_id))
    store.audit(who, "collect case", case_id, wanted)
    return _back(case_id)


def _card(
    request: Request,
    case_id: str,
    *,
    problem: str = "",
    written: CardText | None = None,
    status: int = 200,
) -> Response:
    store = _store(request)
    view, pair = card_view(store, case_id), pair_view(store, case_id)
    if pair and _is_hidden(store, pair.other.case, visitor_of(request)):
        pair = None
    collections = store.collections()
    near = store.similar_cases(case_id)
    rows = shown_rows(store, visitor_of(request), [one.other_id for one in near])
    context: dict[str, object] = {
        "view": view,
        "similar": [
            (rows[one.other_id], one)
            for one in near
            if one.other_id in rows and rows[one.other_id].status is not CaseStatus.RETIRED
        ],
        "pair": pair,
        "suggested": suggested_answer(view, pair),
        "form": written or view.card,
        "problem": problem,
        "is_conflict": written is not None,
        "collections": collections,
        "member_of": [c.name for c in collections if case_id in c.case_ids],
        "kind_titles": KIND_TITLES,
        "status_titles": STATUS_TITLES,
        "difficulty_titles": DIFFICULTY_TITLES,
        "formula": FORMULA,
        "status_names": {s.value: title for s, title in STATUS_TITLES.items()},
        "can_edit": _can_edit(request),
    }
    return _page(request, "card.html", context, status)


def _seen(request: Request, case_id: str) -> Case:
    """The case; NotFound where it would tell a blind reviewer what the machine found."""
    store = _store(request)
    case = store.case(case_id)
    if _is_hidden(store, case, visitor_of(request)):
        raise NotFound(f"case {case_id} cannot be shown before your blind review of its call")
    return case


def _is_hidden(store: CallStore, case: Case, visitor: Visitor) -> bool:
    return hides_machine(store, store.tasks(call_id=case.call_id), visitor)


def _can_edit(request: Request) -> bool:
    return visitor_of(request).may(Permission.EDIT_CASES)


def _parts(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in texts if part.strip()))


def _back(case_id: str) -> Response:
    return RedirectResponse(f"/cases/{quote(case_id, safe='')}", status_code=303)


def _store(request: Request) -> CallStore:
    store: CallStore = request.app.state.store
    return store


def _page(request: Request, name: str, context: dict[str, object], status: int = 200) -> Response:
    response: Response = request.app.state.templates.TemplateResponse(
        request, name, context, status_code=status
    )
    return response
