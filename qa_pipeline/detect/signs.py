"""What a behaviour's parts are made of: signs of one call, each with a value and places.

A sign's value lies in 0..1 (a count saturates: `share_of`); its weight is the fitted
model's (parts.py). Turns carry lexicon hits and, where the call has embeddings, meanings.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from qa_pipeline.detect.conversation import Conversation
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Evidence
from qa_pipeline.domain.metrics import Turn

_LEAST, _FULL = -2.0, 1.0
"""Log-odds from which a meaning begins to count, and where it counts in full."""
CLEAR = 0.5

PROTESTING = ("protest", "objection", "customer_distress", "customer_insult")
SOFTENING = ("apology", "empathy", "helping")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One thing that speaks for or against a behaviour; `evidence` says where."""

    key: str
    name: str
    value: float
    evidence: tuple[Evidence, ...] = ()


def share_of(count: float, full: float) -> float:
    """A count that saturates at `full`, as 0..1."""
    return max(0.0, min(1.0, count / full))


def means(talk: Conversation, turn: Turn, *meanings: str) -> float:
    """How clearly a turn has one of the meanings, 0..1; 0 without embeddings."""
    if talk.meanings is None:
        return 0.0
    surest = talk.meanings.surest(turn.utterance_ids, meanings)
    return share_of(surest - _LEAST, _FULL - _LEAST)


def count_sign(
    key: str, name: str, evidence: Sequence[Evidence], full: float, *, is_against: bool = False
) -> Sign:
    """A sign from how often something happened; what speaks against shows no places."""
    return Sign(
        key=key,
        name=f"{name} {len(evidence)} 次" if evidence else name,
        value=share_of(len(evidence), full),
        evidence=() if is_against else tuple(evidence),
    )


def meaning_sign(
    key: str,
    name: str,
    talk: Conversation,
    turns: Iterable[Turn],
    meanings: Sequence[str],
    *,
    top: int = 3,
) -> Sign:
    """The mean of the turns that have the meaning most clearly, `top` of them."""
    strengths = [(means(talk, turn, *meanings), turn) for turn in turns]
    best = sorted((s for s in strengths if s[0] > 0), key=lambda s: -s[0])[:top]
    return Sign(
        key=key,
        name=name,
        value=round(sum(strength for strength, _ in best) / top, 4),
        evidence=tuple(talk.cite_turn(turn, name, weight=strength) for strength, turn in best),
    )


def numbered(
    talk: Conversation, turns: Sequence[Turn], reason: Callable[[Turn], str]
) -> tuple[Evidence, ...]:
    """Evidence for whole turns, the repeated ones with their number."""
    return tuple(
        talk.cite_turn(turn, reason(turn) + (f"（第{n}次）" if n > 1 else ""))
        for n, turn in enumerate(turns, 1)
    )


def has(talk: Conversation, turn: Turn | None, names: Sequence[str], *meanings: str) -> bool:
    """Whether a turn holds a word of these lists or clearly has one of the meanings."""
    if turn is None:
        return False
    if talk.hits_in(turn, *names):
        return True
    return bool(meanings) and means(talk, turn, *meanings) >= CLEAR


def is_disputed(talk: Conversation, turn: Turn) -> bool:
    """One of the customer's last three turns protests, and the last does not give in."""
    before = talk.last_before(turn, Role.CUSTOMER, 3)
    if not before or talk.hits_in(before[-1], "acceptance"):
        return False
    return any(has(talk, t, PROTESTING, "protest", "manner") for t in before)


def is_objected(talk: Conversation, turn: Turn) -> bool:
    """The customer objects just before or after the turn."""
    around = (talk.before(turn), talk.after(turn))
    return any(
        has(talk, t, ("objection", "customer_distress", "customer_insult"), "protest")
        for t in around
    )


def customer_signs(talk: Conversation) -> list[Sign]:
    """How the customer took it: complaints of the manner, not being heard, a thankful end."""
    theirs = talk.turns_of(Role.CUSTOMER)
    manner = [t for t in theirs if has(talk, t, ("complaint_of_manner",), "manner")]
    unheard = [t for t in theirs if has(talk, t, ("bid", "complaint_of_deafness"), "unheard")]
    last = theirs[-2:]
    content = [t for t in last if has(talk, t, ("customer_thanks",), "please")]
    return [
        count_sign("manner", "客户不满态度", numbered(talk, manner, lambda _: "客户不满态度"), 2),
        count_sign(
            "unheard", "客户说没被听见", numbered(talk, unheard, lambda _: "客户没有被听见"), 3
        ),
        Sign(key="content_end", name="客户最后满意", value=share_of(len(content), 1)),
    ]
