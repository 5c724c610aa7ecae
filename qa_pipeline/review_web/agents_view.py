"""Agents: the list for supervisors and trainers, and the page of one, also for that agent."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from qa_pipeline.batch.agent_page import WEEKS, agent_means, line_shares, week_scores
from qa_pipeline.domain.call_search import BlindView, CallFilter
from qa_pipeline.domain.case import CaseStatus
from qa_pipeline.errors import NotFound
from qa_pipeline.redact import mask_text
from qa_pipeline.review_web.access import Permission
from qa_pipeline.review_web.disputes_view import VERDICT_TITLES, dispute_rows
from qa_pipeline.review_web.page_templates import agent_address
from qa_pipeline.review_web.visitor import visitor_of
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore

router = APIRouter()
NEWEST_CALLS = 20
AGAINST_TITLES = {"worse": "高于其他坐席", "same": "分不出高低", "better": "低于其他坐席"}
KIND_TITLES = {"good": "正例", "bad": "反例"}


@router.get("/me")
def own_page(request: Request) -> Response:
    """An agent's way to the own page."""
    own = visitor_of(request).account.agent_id
    if own is None:
        raise HTTPException(status_code=403)
    return RedirectResponse(agent_address(own), status_code=303)


@router.get("/agents", response_class=HTMLResponse)
def agents(request: Request) -> Response:
    """Every agent of the last weeks, by id."""
    means = agent_means(_store(request), datetime.now(UTC))
    return _page(request, "agents.html", {"means": means, "weeks": WEEKS})


@router.get("/agents/{agent_id:path}", response_class=HTMLResponse)
def agent(request: Request, agent_id: str) -> Response:
    """One agent: scores over time, what to work on, cases, trainings, disputes."""
    store, visitor, now = _store(request), visitor_of(request), datetime.now(UTC)
    sees_all = visitor.may(Permission.SEE_AGENTS)
    facts = store.agent_facts(agent_id)
    if not sees_all and agent_id != visitor.account.agent_id:
        raise NotFound(f"agent {agent_id} is not {visitor.account.name}")
    if facts is None and sees_all:
        raise NotFound(f"agent {agent_id} has no calls")
    settings: Settings = request.app.state.settings
    zone = ZoneInfo(settings.queue.centre_time_zone)
    weeks = week_scores(store, agent_id, now, zone)
    shares = line_shares(store, agent_id, now)
    of_agent = store.agent_case_ids(agent_id)
    # What a trainer has not approved is no teaching for the agent yet.
    status = None if sees_all else CaseStatus.APPROVED
    viewer = BlindView(
        inspector_id=visitor.account.inspector_id,
        sees_others=visitor.may(Permission.SEE_ANY_DAY),
    )
    newest = store.found_calls(CallFilter(agent=agent_id), viewer, limit=NEWEST_CALLS)
    context = {
        "agent_id": agent_id,
        "facts": facts or (None, None),
        "weeks": weeks,
        "n_weeks": WEEKS,
        "points": [
            [w.monday.isoformat(), w.score.mean, w.score.low, w.score.high, w.score.n]
            for w in weeks
        ],
        "shares": shares,
        # The filter also takes names.
        "calls": [c for c in newest if c.agent_id == agent_id],
        "against_titles": AGAINST_TITLES,
        "cases": [c for c in store.cases(status=status) if c.case_id in of_agent],
        "kind_titles": KIND_TITLES,
        "trainings": [t for t in store.trainings() if agent_id in t.agents],
        "mask": mask_text,
        "rows": dispute_rows(request, store.disputes(agent_id=agent_id)),
        "sees_disputes": not sees_all or visitor.may(Permission.RULE_ON_DISPUTES),
    }
    return _page(request, "agent.html", context)


def _page(request: Request, name: str, context: dict[str, object]) -> Response:
    response: Response = request.app.state.templates.TemplateResponse(
        request, name, {"verdict_titles": VERDICT_TITLES, "may_rule": False, **context}
    )
    return response


def _store(request: Request) -> CallStore:
    store: CallStore = request.app.state.store
    return store
