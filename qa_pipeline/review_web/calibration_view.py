"""Calibration: how inspectors agree, who drifts, and how gold calls were answered."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from qa_pipeline.batch.agreeing import (
    DoubleScored,
    InspectorAgreement,
    read_agreement,
    read_doubles,
)
from qa_pipeline.review_web.access import Permission
from qa_pipeline.review_web.visitor import Visitor, visitor_of
from qa_pipeline.sample.agreement import SMALL_SAMPLE
from qa_pipeline.sample.leniency import GoldResult, Leniency
from qa_pipeline.store import CallStore

router = APIRouter()
CALLS_A_PAGE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectorLine:
    """One inspector beside the others: over all weeks, week by week, and on gold calls."""

    inspector_id: str
    name: str
    whole: Leniency | None
    weeks: tuple[Leniency, ...]
    gold: GoldResult | None


@router.get("/calibration", response_class=HTMLResponse)
def calibration(request: Request, page: Annotated[int, Query(ge=1, le=10_000)] = 1) -> Response:
    """Everything for a supervisor; an inspector's own line for the inspector."""
    store: CallStore = request.app.state.store
    visitor = visitor_of(request)
    found = read_agreement(store)
    sees_all = visitor.may(Permission.SEE_CALIBRATION)
    own = visitor.account.inspector_id
    lines = _lines(store, found)
    doubles = _doubles(store, visitor) if sees_all else ()
    context = {
        "items": found.items if sees_all else (),
        "lines": lines if sees_all else tuple(x for x in lines if x.inspector_id == own),
        "sees_all": sees_all,
        "doubles": doubles[(page - 1) * CALLS_A_PAGE : page * CALLS_A_PAGE],
        "n_doubles": len(doubles),
        "page": page,
        "n_pages": max(1, -(-len(doubles) // CALLS_A_PAGE)),
        "small_sample": SMALL_SAMPLE,
    }
    response: Response = request.app.state.templates.TemplateResponse(
        request, "calibration.html", context
    )
    return response


def _lines(store: CallStore, found: InspectorAgreement) -> tuple[InspectorLine, ...]:
    """By inspector_id, never by a figure: that would be a ranking."""
    names = {i.inspector_id: i.name for i in store.inspectors()}
    gold = {g.inspector_id: g for g in found.gold}
    known = {x.inspector_id for x in found.leniency} | set(gold)
    return tuple(
        InspectorLine(
            inspector_id=who,
            name=names.get(who, ""),
            whole=next(
                (x for x in found.leniency if x.inspector_id == who and x.week is None), None
            ),
            weeks=tuple(x for x in found.leniency if x.inspector_id == who and x.week),
            gold=gold.get(who),
        )
        for who in sorted(known)
    )


def _doubles(store: CallStore, visitor: Visitor) -> tuple[DoubleScored, ...]:
    """The double-scored calls but those that the visitor still has to review."""
    own = visitor.account.inspector_id
    if own is None:
        return read_doubles(store)
    done = {call_id for who, call_id in store.reviewed_pairs() if who == own}
    owed = {t.call_id for t in store.tasks(inspector_id=own)} - done
    return tuple(d for d in read_doubles(store) if d.call_id not in owed)
