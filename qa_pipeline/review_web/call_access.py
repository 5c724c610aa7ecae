"""Which calls somebody may see, and what of them."""

from fastapi import HTTPException

from qa_pipeline.domain.call import Call
from qa_pipeline.domain.review import ReviewTask
from qa_pipeline.errors import NotFound
from qa_pipeline.review_web.access import Permission
from qa_pipeline.review_web.today_view import has_reviewed
from qa_pipeline.review_web.visitor import Visitor
from qa_pipeline.store import CallStore


def check_may_see(visitor: Visitor, call: Call) -> None:
    """Raise NotFound where the call is none of theirs: it says not even that there is one."""
    if visitor.may(Permission.SEE_CALLS):
        return
    own = visitor.account.agent_id
    if not visitor.may(Permission.SEE_OWN_CALLS) or own is None or call.agent_id != own:
        raise NotFound(f"call {call.call_id} is not one of {visitor.account.name}'s")


def hides_machine(store: CallStore, tasks: tuple[ReviewTask, ...], visitor: Visitor) -> bool:
    """Whether the machine's answers must stay hidden from this person.

    Who owes a blind review of the call must not see them; neither may somebody
    without a task on it while a blind inspector does not, except a supervisor.
    """
    who = visitor.account.inspector_id
    blind = [t for t in tasks if t.blind and not has_reviewed(store, t.inspector_id, t.call_id)]
    if any(t.inspector_id == who for t in blind):
        return True
    has_task = any(t.inspector_id == who for t in tasks)
    return bool(blind) and not has_task and not visitor.may(Permission.SEE_ANY_DAY)


def hears_all(visitor: Visitor) -> bool:
    """Whether the call is played as it was recorded, without tones over what is personal."""
    return visitor.may(Permission.HEAR_EVERYTHING) or visitor.account.sees_personal


def can_score(visitor: Visitor) -> bool:
    """Whether reviews can be written under the account's inspector_id."""
    return visitor.may(Permission.SCORE) and visitor.account.inspector_id is not None


def reviewer_of(visitor: Visitor) -> str:
    """The inspector_id that the person reviews under; 403 where there is none."""
    own = visitor.account.inspector_id
    if own is None or not can_score(visitor):
        raise HTTPException(status_code=403)
    return own


def whose_day(visitor: Visitor, wanted: str | None) -> str | None:
    """The inspector whose tasks are looked at: the own, or whom a supervisor names.

    403 where an inspector names somebody else; None where nobody is named.
    """
    own = visitor.account.inspector_id
    if visitor.may(Permission.SEE_ANY_DAY):
        return wanted or own
    if visitor.may(Permission.SEE_OWN_DAY) and wanted not in (None, own):
        raise HTTPException(status_code=403)
    return own
