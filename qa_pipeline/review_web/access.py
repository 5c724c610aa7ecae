"""Who may ask for what: one line a route; what has no line is refused.

Which of the calls an agent or a blind inspector may see is decided where the call
is known (`call_access`).
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from qa_pipeline.domain.user import AccountRole


class Permission(StrEnum):
    """What an account may do; LOG_IN is for everybody, also without an account."""

    LOG_IN = "log in"
    OWN_ACCOUNT = "leave, and change the own password"
    SEE_CALLS = "see and hear every call"
    SEE_OWN_CALLS = "see and hear calls of the own agent_id"
    HEAR_EVERYTHING = "hear calls without tones over customers' names and numbers"
    SEE_OWN_DAY = "see the own queue"
    SEE_ANY_DAY = "see every inspector's queue, and the machine's answers before blind ones"
    ADD_CASES = "put cases into the library"
    READ_CASES = "read and hear the case library"
    EDIT_CASES = "edit, approve, pair and collect cases"
    SCORE = "review calls under the own inspector_id"
    SEE_CALIBRATION = "see how inspectors agree, and every double-scored call"
    SEE_OWN_CALIBRATION = "see the own leniency, drift and gold results"
    READ_RUBRICS = "read the rubrics and what reviewers say of their rules"
    TRY_RUBRICS = "upload a draft, check it and score stored calls with it"
    PLAN_TRAININGS = "record trainings, see their effect and who needs one"
    TAKE_QUIZZES = "take quizzes and see the own results"
    MAKE_QUIZZES = "make quizzes and see everybody's results"
    MANAGE_USERS = "add, disable and re-enable accounts, reset passwords"
    SEE_AGENTS = "see every agent's page"
    MARK_GOLD = "agree on the answers of double-scored calls"
    DISPUTE = "dispute lines of own calls"
    RULE_ON_DISPUTES = "see every dispute and decide"
    READ_AUDIT = "read the audit log"
    READ_API = "read the description of the addresses"


_P = Permission

ROLES: Mapping[AccountRole, frozenset[Permission]] = {
    AccountRole.INSPECTOR: frozenset(
        {
            *(
                _P.OWN_ACCOUNT,
                _P.SEE_OWN_DAY,
                _P.SEE_CALLS,
                _P.SCORE,
                _P.ADD_CASES,
                _P.TAKE_QUIZZES,
            ),
            *(_P.READ_RUBRICS, _P.SEE_OWN_CALIBRATION, _P.READ_CASES, _P.HEAR_EVERYTHING),
        }
    ),
    AccountRole.TRAINER: frozenset(
        {
            _P.OWN_ACCOUNT,
            _P.SEE_CALLS,
            _P.SEE_AGENTS,
            _P.ADD_CASES,
            _P.READ_RUBRICS,
            _P.PLAN_TRAININGS,
            _P.MAKE_QUIZZES,
            *(_P.READ_CASES, _P.EDIT_CASES),
        }
    ),
    AccountRole.SUPERVISOR: frozenset(
        {
            *(_P.OWN_ACCOUNT, _P.SEE_OWN_DAY, _P.SEE_ANY_DAY),
            *(_P.SEE_CALLS, _P.SCORE, _P.ADD_CASES, _P.RULE_ON_DISPUTES, _P.SEE_AGENTS),
            *(_P.HEAR_EVERYTHING, _P.MARK_GOLD),
            *(_P.READ_CASES, _P.EDIT_CASES),
            _P.PLAN_TRAININGS,
            *(_P.READ_RUBRICS, _P.TRY_RUBRICS, _P.SEE_CALIBRATION),
            _P.MAKE_QUIZZES,
        }
    ),
    AccountRole.AGENT: frozenset({_P.OWN_ACCOUNT, _P.SEE_OWN_CALLS, _P.DISPUTE, _P.TAKE_QUIZZES}),
    AccountRole.ADMIN: frozenset(
        {_P.OWN_ACCOUNT, _P.MANAGE_USERS, _P.READ_AUDIT, _P.READ_API, _P.READ_RUBRICS}
    ),
}

_READS = frozenset({_P.READ_CASES})
_EDITS = frozenset({_P.EDIT_CASES})
_ANY_CALL = frozenset({_P.SEE_CALLS, _P.SEE_OWN_CALLS})
_ANY_QUIZ = frozenset({_P.TAKE_QUIZZES, _P.MAKE_QUIZZES})

ROUTES: Mapping[tuple[str, str], frozenset[Permission]] = {
    ("GET", "/static"): frozenset({_P.LOG_IN}),
    ("GET", "/login"): frozenset({_P.LOG_IN}),
    ("POST", "/login"): frozenset({_P.LOG_IN}),
    ("POST", "/logout"): frozenset({_P.OWN_ACCOUNT}),
    ("GET", "/password"): frozenset({_P.OWN_ACCOUNT}),
    ("POST", "/password"): frozenset({_P.OWN_ACCOUNT}),
    ("GET", "/"): frozenset({_P.OWN_ACCOUNT}),
    ("GET", "/calls"): _ANY_CALL,
    ("GET", "/calls/{call_id:path}/sound.wav"): _ANY_CALL,
    ("GET", "/calls/{call_id:path}/peaks.json"): _ANY_CALL,
    ("GET", "/calls/{call_id:path}"): _ANY_CALL,
    ("POST", "/calls/{call_id:path}/draft"): frozenset({_P.SCORE}),
    ("POST", "/calls/{call_id:path}/cases"): frozenset({_P.ADD_CASES}),
    ("POST", "/calls/{call_id:path}/review"): frozenset({_P.SCORE}),
    ("GET", "/search"): frozenset({_P.SEE_CALLS}),
    ("POST", "/search/saved"): frozenset({_P.SEE_CALLS}),
    ("POST", "/search/saved/delete"): frozenset({_P.SEE_CALLS}),
    ("GET", "/calibration"): frozenset({_P.SEE_CALIBRATION, _P.SEE_OWN_CALIBRATION}),
    ("POST", "/rubrics/drafts"): frozenset({_P.TRY_RUBRICS}),
    ("GET", "/rubrics/drafts/{draft_id}"): frozenset({_P.TRY_RUBRICS}),
    ("GET", "/rubrics/drafts/{draft_id}/progress"): frozenset({_P.TRY_RUBRICS}),
    ("POST", "/rubrics/drafts/{draft_id}/preview"): frozenset({_P.TRY_RUBRICS}),
    ("GET", "/rubrics"): frozenset({_P.READ_RUBRICS}),
    ("GET", "/rubrics/{rubric_id}/{version:int}"): frozenset({_P.READ_RUBRICS}),
    ("GET", "/rubrics/{rubric_id}/differences"): frozenset({_P.READ_RUBRICS}),
    ("POST", "/calls/{call_id:path}/disputes"): frozenset({_P.DISPUTE}),
    ("GET", "/me"): frozenset({_P.SEE_OWN_CALLS}),
    ("GET", "/agents"): frozenset({_P.SEE_AGENTS}),
    ("GET", "/agents/{agent_id:path}"): frozenset({_P.SEE_AGENTS, _P.SEE_OWN_CALLS}),
    ("GET", "/doubles"): frozenset({_P.MARK_GOLD}),
    ("POST", "/doubles/{call_id:path}/gold"): frozenset({_P.MARK_GOLD}),
    ("GET", "/disputes"): frozenset({_P.DISPUTE, _P.RULE_ON_DISPUTES}),
    ("GET", "/disputes/{dispute_id}"): frozenset({_P.DISPUTE, _P.RULE_ON_DISPUTES}),
    ("POST", "/disputes/{dispute_id}/ruling"): frozenset({_P.RULE_ON_DISPUTES}),
    ("GET", "/trainings"): frozenset({_P.PLAN_TRAININGS}),
    ("POST", "/trainings"): frozenset({_P.PLAN_TRAININGS}),
    ("GET", "/trainings/{training_id:int}"): frozenset({_P.PLAN_TRAININGS}),
    ("POST", "/trainings/{training_id:int}/correct"): frozenset({_P.PLAN_TRAININGS}),
    ("POST", "/trainings/{training_id:int}/withdraw"): frozenset({_P.PLAN_TRAININGS}),
    ("GET", "/needs"): frozenset({_P.PLAN_TRAININGS}),
    ("GET", "/needs.xlsx"): frozenset({_P.PLAN_TRAININGS}),
    ("GET", "/quizzes"): _ANY_QUIZ,
    ("POST", "/quizzes"): frozenset({_P.MAKE_QUIZZES}),
    ("GET", "/quizzes/{quiz_id:int}"): _ANY_QUIZ,
    ("GET", "/quizzes/{quiz_id:int}/clips/{item_id}"): _ANY_QUIZ,
    ("POST", "/quizzes/{quiz_id:int}/answers"): frozenset({_P.TAKE_QUIZZES}),
    ("GET", "/cases"): _READS,
    ("GET", "/cases/{case_id}"): _READS,
    ("GET", "/cases/{case_id}/clip.wav"): _READS,
    ("POST", "/cases/{case_id}/edit"): _EDITS,
    ("POST", "/cases/{case_id}/redact"): _EDITS,
    ("POST", "/cases/{case_id}/status"): _EDITS,
    ("POST", "/cases/{case_id}/pair"): _EDITS,
    ("POST", "/cases/{case_id}/collect"): _EDITS,
    ("GET", "/collections"): _READS,
    ("POST", "/collections"): _EDITS,
    ("POST", "/collections/move"): _EDITS,
    ("POST", "/collections/delete"): _EDITS,
    ("GET", "/collections/{name:path}"): _READS,
    ("GET", "/users"): frozenset({_P.MANAGE_USERS}),
    ("POST", "/users"): frozenset({_P.MANAGE_USERS}),
    ("POST", "/users/disable"): frozenset({_P.MANAGE_USERS}),
    ("POST", "/users/enable"): frozenset({_P.MANAGE_USERS}),
    ("POST", "/users/personal"): frozenset({_P.MANAGE_USERS}),
    ("POST", "/users/password"): frozenset({_P.MANAGE_USERS}),
    ("GET", "/audit"): frozenset({_P.READ_AUDIT}),
    ("GET", "/openapi.json"): frozenset({_P.READ_API}),
}
"""Any one of a route's permissions is enough."""


def permissions_for(routes: Iterable[BaseRoute], scope: Scope) -> frozenset[Permission] | None:
    """What the route that will answer needs; empty for one that is not in the table.

    None where no route will answer (not found, or not by this method).
    """
    for route in routes:
        match, _ = route.matches(scope)
        if match is Match.FULL:
            method = "GET" if scope["method"] == "HEAD" else scope["method"]
            return ROUTES.get((method, getattr(route, "path", "")), frozenset())
    return None


def may(role: AccountRole, wanted: frozenset[Permission]) -> bool:
    return not wanted.isdisjoint(ROLES[role])
