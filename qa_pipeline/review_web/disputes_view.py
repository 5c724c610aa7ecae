"""Disputes: what agents contradict, and what supervisors decide."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from qa_pipeline.batch.disputing import (
    MAX_QUOTE_CHARS,
    MAX_REASON_CHARS,
    PROPOSABLE,
    RULABLE,
    Answer,
    Complaint,
    DisputableLine,
    Refusal,
    disputable_lines,
    has_reviewed_call,
    open_dispute,
    rule_on,
)
from qa_pipeline.domain.dispute import Dispute, RegressionExample, Verdict, regression_examples
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.errors import NotFound
from qa_pipeline.review_web.access import Permission
from qa_pipeline.review_web.call_access import check_may_see, hides_machine
from qa_pipeline.review_web.visitor import Visitor, visitor_of
from qa_pipeline.settings import DisputeSettings
from qa_pipeline.store import CallStore

router = APIRouter()
REFUSAL_TITLES = {
    Refusal.NOT_LOST: "这一项没有失分，不需要申诉。",
    Refusal.TOO_LATE: "申诉期已过。",
    Refusal.ALREADY_OPEN: "这一项已有申诉在处理。",
    Refusal.ALREADY_RULED: "这一项主管已裁定。",
    Refusal.NOT_PROPOSABLE: "请选一个与现在不同的结论。",
    Refusal.NO_REASON: "请写明理由。",
    Refusal.OWN_REVIEW: "这通电话您复核过，请由另一位主管裁定。",
    Refusal.DECIDED_MEANWHILE: "刚才已有人裁定，请看过最新的结果再定。",
}
VERDICT_TITLES = {
    Verdict.KEEP: "维持原判",
    Verdict.ACCEPT: "同意申诉",
    Verdict.OTHER: "改判",
}
EXAMPLE_TITLES = {"said": "应算说到", "not_said": "不应算说到", "not_found": "不应算出现"}
Text = Annotated[str, Form(max_length=MAX_REASON_CHARS)]
Quote = Annotated[str, Form(max_length=MAX_QUOTE_CHARS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeRow:
    """One line of the list: `title` is the criterion's, `age_days` of an open one."""

    dispute: Dispute
    title: str
    age_days: int
    is_old: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDisputes:
    """What an agent may do on the call page, by criterion_id; `past` are all of the call."""

    lines: dict[str, DisputableLine]
    past: tuple[Dispute, ...]
    proposable: tuple[CriterionOutcome, ...] = PROPOSABLE

    def latest(self, criterion_id: str) -> Dispute | None:
        return next((d for d in reversed(self.past) if d.criterion_id == criterion_id), None)


@router.get("/disputes", response_class=HTMLResponse)
def disputes(request: Request) -> Response:
    """An agent's own disputes, or everybody's: the open ones first, the oldest on top."""
    store, visitor = _store(request), visitor_of(request)
    context = {"rows": dispute_rows(request, _visible(store, visitor)), "may_rule": _rules(visitor)}
    return _page(request, "disputes.html", context)


@router.get("/disputes/{dispute_id}", response_class=HTMLResponse)
def dispute(request: Request, dispute_id: str) -> Response:
    """One dispute with its history, and for supervisors the form to decide."""
    return _dispute_page(request, _seen(request, dispute_id))


@router.post("/disputes/{dispute_id}/ruling", response_class=HTMLResponse)
def rule(
    request: Request,
    dispute_id: str,
    verdict: Annotated[Verdict | None, Form()] = None,
    n_known: Annotated[int, Form(ge=0, le=10_000)] = 0,
    reason: Text = "",
    other: Annotated[str, Form(max_length=20)] = "",
    example: Quote = "",
) -> Response:
    """Append a ruling; sent twice it is kept once."""
    found = _seen(request, dispute_id)
    if verdict is None:
        return _dispute_page(request, found, problem="请选择裁定。")
    done = rule_on(
        _store(request),
        found,
        Answer(verdict=verdict, reason=reason, other=_outcome(other), example=example),
        n_known=n_known,
        decided_by=visitor_of(request).account.name,
        inspector_id=visitor_of(request).account.inspector_id,
        now=datetime.now(UTC),
    )
    if isinstance(done, Refusal):
        return _dispute_page(request, _seen(request, dispute_id), problem=REFUSAL_TITLES[done])
    return RedirectResponse(f"/disputes/{dispute_id}", status_code=303)


@router.post("/calls/{call_id:path}/disputes", response_class=HTMLResponse)
def add_dispute(
    request: Request,
    call_id: str,
    criterion_id: Annotated[str, Form(max_length=200)] = "",
    proposed: Annotated[str, Form(max_length=20)] = "",
    reason: Text = "",
    quote: Quote = "",
) -> Response:
    """Dispute one line of an own call."""
    store, visitor = _store(request), visitor_of(request)
    judged = store.judged_call(call_id)
    check_may_see(visitor, judged.analyzed.call)
    if hides_machine(store, store.tasks(call_id=call_id), visitor):
        raise HTTPException(status_code=403)
    outcome = _outcome(proposed)
    if outcome is None:
        return _refusal(request, Refusal.NOT_PROPOSABLE)
    done = open_dispute(
        store,
        judged,
        Complaint(criterion_id=criterion_id, proposed=outcome, reason=reason, quote=quote),
        opened_by=visitor.account.name,
        settings=_settings(request),
        now=datetime.now(UTC),
    )
    if isinstance(done, Refusal):
        return _refusal(request, done)
    return RedirectResponse(f"/disputes/{done.dispute_id}", status_code=303)


def call_disputes(
    store: CallStore, judged: JudgedCall, visitor: Visitor, settings: DisputeSettings
) -> CallDisputes | None:
    """What the call page offers; None to those who dispute nothing."""
    if not visitor.may(Permission.DISPUTE):
        return None
    return CallDisputes(
        lines=disputable_lines(store, judged, settings, datetime.now(UTC)),
        past=store.disputes(call_id=judged.call_id),
    )


def dispute_rows(request: Request, found: tuple[Dispute, ...]) -> tuple[DisputeRow, ...]:
    """The open ones first, oldest on top; then the decided, newest on top."""
    settings, now, titles = _settings(request), datetime.now(UTC), _titles(_store(request))
    rows = [
        DisputeRow(
            dispute=d,
            title=titles.get((d.rubric_id, d.criterion_id), d.criterion_id),
            age_days=(now - d.opened_at).days,
            is_old=d.is_open and now - d.opened_at > timedelta(days=settings.old_after_days),
        )
        for d in found
    ]
    decided = [row for row in rows if not row.dispute.is_open]
    return (*(row for row in rows if row.dispute.is_open), *reversed(decided))


def _dispute_page(request: Request, found: Dispute, *, problem: str = "") -> Response:
    (row,) = dispute_rows(request, (found,))
    visitor = visitor_of(request)
    examples: tuple[RegressionExample, ...] = regression_examples((found,))
    context = {
        "row": row,
        "examples": examples,
        "example_titles": EXAMPLE_TITLES,
        "may_rule": _rules(visitor),
        "own_review": has_reviewed_call(_store(request), found, visitor.account.inspector_id),
        "verdict_titles": VERDICT_TITLES,
        "others": [o for o in RULABLE if o not in (found.stood, found.proposed)],
        "problem": problem,
    }
    return _page(request, "dispute.html", context, 409 if problem else 200)


def _seen(request: Request, dispute_id: str) -> Dispute:
    """The dispute, where the visitor may know of it."""
    found = _store(request).dispute(dispute_id)
    visitor = visitor_of(request)
    if not _rules(visitor) and found.agent_id != visitor.account.agent_id:
        raise NotFound(f"dispute {dispute_id} is not one of {visitor.account.name}'s")
    return found


def _visible(store: CallStore, visitor: Visitor) -> tuple[Dispute, ...]:
    if _rules(visitor):
        return store.disputes()
    own = visitor.account.agent_id
    return store.disputes(agent_id=own) if own else ()


def _rules(visitor: Visitor) -> bool:
    return visitor.may(Permission.RULE_ON_DISPUTES)


def _titles(store: CallStore) -> dict[tuple[str, str], str]:
    """The newest title of every criterion."""
    return {
        (rubric_id, c.criterion_id): c.title
        for rubric_id, version, _ in store.rubric_versions()
        for c in store.rubric(rubric_id, version).criteria
    }


def _outcome(text: str) -> CriterionOutcome | None:
    return CriterionOutcome(text) if text in {o.value for o in RULABLE} else None


def _refusal(request: Request, why: Refusal) -> Response:
    context = {"problem": REFUSAL_TITLES[why], "rows": (), "may_rule": False}
    return _page(request, "disputes.html", context, 409)


def _page(request: Request, name: str, context: dict[str, object], status: int = 200) -> Response:
    response: Response = request.app.state.templates.TemplateResponse(
        request, name, {"verdict_titles": VERDICT_TITLES, **context}, status_code=status
    )
    return response


def _store(request: Request) -> CallStore:
    store: CallStore = request.app.state.store
    return store


def _settings(request: Request) -> DisputeSettings:
    settings: DisputeSettings = request.app.state.settings.disputes
    return settings
