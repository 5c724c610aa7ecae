"""Every operation that the application describes, asked at random by every role: no 5xx."""

from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from qa_pipeline.batch.quizzing import make_quiz
from qa_pipeline.batch.rubric_drafts import keep_rubric_draft
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.review_web.access import ROUTES, may
from qa_pipeline.review_web.app import create_app
from qa_pipeline.review_web.search_form import NAMES
from qa_pipeline.store import CallStore
from tests.review_web.desk import DAY, HOME, a_task, account, csrf_in, log_in, send, settings
from tests.review_web.test_quizzes import NAME, fill_collection

pytestmark = pytest.mark.slow
EXAMPLES = 8
IDS = {AccountRole.INSPECTOR: "me", AccountRole.SUPERVISOR: "S1", AccountRole.AGENT: "A7"}
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
FORM = {"content": {"application/x-www-form-urlencoded": {"schema": TEXTS}}}
READ_BY_HAND = {
    ("post", "/calls/{call_id}/review"): ("note", "spent_ms", "missed:0", "criterion:correct"),
    ("post", "/doubles/{call_id}/gold"): ("note", "criterion:correct", "criterion:greeting"),
    ("post", "/quizzes/{quiz_id}/answers"): ("n_known", "which:case1", "start:case1", "say:case1"),
    ("get", "/search"): NAMES,
    ("get", "/cases"): ("status", "kind", "subject", "difficulty", "agent", "team", "stale"),
}
"""Fields that have no parameter of their own in the description: their names are data."""
KNOWN = {
    "agent_id": ("A7",),
    "agents": ("A7",),
    "call_id": ("call-1", "call-2"),
    "case_id": ("case1", "case2"),
    "collection": (NAME,),
    "criterion": ("closing",),
    "criterion_id": ("closing", "no_arguing"),
    "day": (DAY.isoformat(), "2026-02-30"),
    "draft": ("{}",),
    "end_ms": (34_000, 10**30),
    "held_on": (DAY.isoformat(),),
    "inspector": ("me",),
    "item_id": ("case1",),
    "kind": ("bad",),
    "missed:0": ("behaviour:coldness|3000|6000|x", "behaviour:coldness|1|99999999999|"),
    "n_known": (0, 1),
    "name": (NAME, "me"),
    "new": (1,),
    "old": (1,),
    "partner_id": ("case2",),
    "proposed": ("PASS",),
    "q": ("填错了", "%", "\x00"),
    "quiz_id": (1,),
    "rubric_id": ("inbound_service",),
    "since": (DAY.isoformat(), "0001-01-01", "9999-12-31"),
    "start_ms": (30_000, 10**30),
    "subject": ("behaviour:arguing",),
    "training_id": (1, 10**30),
    "until": (DAY.isoformat(), "0001-01-01", "9999-12-31"),
    "verdict": ("keep", "accept", "other"),
    "version": (0, 1, 10**30),
    "weeks": (1, 10**30),
}
"""What is really there, or worth asking: nearly all random ids only find nothing."""


@pytest.fixture
def app(store: CallStore, tmp_path: Path) -> Any:
    """Two calls with sound, cases, a quiz, a dispute, a training, a broken draft, a queue."""
    fill_collection(store, tmp_path)
    store.save_plan(DAY, (a_task("call-1"), a_task("call-2", 2, blind=True)))
    make_quiz(store, tmp_path / "workspace", NAME, who="trainer")
    application = create_app(store, settings(tmp_path / "workspace"))
    agent = entered(application, store, AccountRole.AGENT)
    for line in ("closing", "no_arguing"):
        fields = {"criterion_id": line, "proposed": "PASS", "reason": "客户先骂人"}
        assert send(agent, "/calls/call-1/disputes", fields).status_code == 303
    trainer = entered(application, store, AccountRole.TRAINER)
    held = {"title": "争辩", "held_on": "2026-03-09", "agents": "A7", "clause": "behaviour:arguing"}
    assert send(trainer, "/trainings", held).status_code == 303
    return application


def browser(app: Any) -> TestClient:
    return TestClient(app, base_url=HOME, follow_redirects=False, headers={"Accept": "text/html"})


def entered(app: Any, store: CallStore, role: AccountRole) -> TestClient:
    web = browser(app)
    assert log_in(web, account(store, role, IDS.get(role))).status_code == 303
    return web


def described(app: Any) -> Any:
    """The application's own description, with the fields that it reads by hand."""
    description = app.openapi()
    for (method, path), names in READ_BY_HAND.items():
        operation = description["paths"][path][method]
        if method == "post":
            fields = {name: {"type": "string"} for name in names}
            schema = {"type": "object", "properties": fields}
            form = {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}
            operation["requestBody"] = form
        else:
            known = {p["name"] for p in operation.get("parameters", ())}
            operation.setdefault("parameters", []).extend(
                {"name": name, "in": "query", "schema": {"type": "string"}}
                for name in names
                if name not in known
            )
    return schemathesis.openapi.from_dict(description)


@st.composite
def cases(draw: st.DrawFn, operation: Any, known: dict[str, tuple[Any, ...]]) -> Case:
    """A request as described, or against the description, some fields with what is there."""
    takes_something = operation.body or any(True for _ in operation.iter_parameters())
    mode = draw(st.sampled_from(list(GenerationMode))) if takes_something else None
    case: Case = draw(operation.as_strategy(generation_mode=mode or GenerationMode.POSITIVE))
    for fields in (case.path_parameters, case.query, case.body):
        for name in sorted(set(fields) & set(known)) if isinstance(fields, dict) else ():
            if draw(st.integers(0, 3)):
                fields[name] = draw(st.sampled_from(known[name]))
    return case


def answers_to(
    web: TestClient, token: str, strategy: st.SearchStrategy[Case], examples: int
) -> set[int | str]:
    """The statuses of so many requests, a failed one with the request."""
    seen: set[int | str] = set()

    @hypothesis_settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def tried(case: Case) -> None:
        status = ask(web, case, token)
        seen.add(status if status < 500 else f"{status}: {case.as_curl_command()}")

    tried()
    return seen


def ask(web: TestClient, case: Case, token: str) -> int:
    """Send the case as a browser with the session's token would."""
    sent = case.as_transport_kwargs(base_url=HOME, headers={"Origin": HOME, "X-CSRF-Token": token})
    sent.pop("cookies", None)
    request = requests.Request(**sent).prepare()
    answer = web.request(
        request.method or "GET",
        request.url or HOME,
        content=request.body,
        headers={**request.headers, "Accept": "text/html"},
    )
    return answer.status_code


@pytest.mark.parametrize("role", list(AccountRole))
def test_no_operation_fails_whatever_it_is_asked(
    app: Any, store: CallStore, tmp_path: Path, role: AccountRole
) -> None:
    broken = keep_rubric_draft(tmp_path / "workspace", b"sections: [")
    dispute_ids = tuple(d.dispute_id for d in store.disputes())
    known = {**KNOWN, "draft_id": (broken,), "dispute_id": dispute_ids}
    addresses = {
        (method.lower(), path.replace(":path", "").replace(":int", "")): wanted
        for (method, path), wanted in ROUTES.items()
    }
    web, anonymous = entered(app, store, role), browser(app)
    tokens = {web: csrf_in(web.get("/password").text)}
    tokens[anonymous] = csrf_in(anonymous.get("/login").text)
    operations = [found.ok() for found in described(app).get_all_operations()]
    assert len(operations) > 60
    failed: list[str] = []
    # Leaving comes last.
    for operation in sorted(operations, key=lambda o: o.path == "/logout"):
        is_login = operation.path == "/login"
        is_allowed = is_login or may(role, addresses[operation.method, operation.path])
        asking = anonymous if is_login else web
        examples = EXAMPLES if is_allowed else 1
        seen = answers_to(asking, tokens[asking], cases(operation, known), examples)
        failed += [answer for answer in seen if isinstance(answer, str)]
        assert is_allowed or seen == {403}, operation.label
    assert failed == []
    assert web.get("/password").status_code == 303, "the way out was tried too"
