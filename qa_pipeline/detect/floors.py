"""Stretches in which the agent holds the floor over the customer's attempts to speak."""

from qa_pipeline.detect.conversation import Conversation
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.metrics import Monologue, Turn
from qa_pipeline.text.acknowledgements import is_acknowledgement_only
from qa_pipeline.text.normalize import normalize

_LONG_TURN_CHARS = 40
_ATTEMPT_CHARS = 15
_TALKED_OVER_MS = 200
_ANSWERING = ("yielding", "question", "apology", "answer_acknowledgement")


def held_stretches(talk: Conversation) -> tuple[Monologue, ...]:
    """Long agent turns with nothing but short, ignored attempts of the customer between.

    An attempt (≤ 15 字, no backchannel) is ignored when it is talked over, or when
    the agent's next long turn takes up no word of it. `ignored_bid_ids` are the
    attempts. Stretches without an ignored attempt are not given: there the
    customer takes part.
    """
    stretches = []
    run: list[Turn] = []
    for turn in talk.turns:
        chars, is_agent = talk.chars(turn), turn.role is Role.AGENT
        is_long, is_attempt = chars >= _LONG_TURN_CHARS, bool(run) and chars <= _ATTEMPT_CHARS
        if is_long if is_agent else is_attempt:
            run.append(turn)
        else:
            stretches.append(_stretch(talk, run))
            run = []
    stretches.append(_stretch(talk, run))
    return tuple(s for s in stretches if s is not None)


def _stretch(talk: Conversation, run: list[Turn]) -> Monologue | None:
    while run and run[-1].role is Role.CUSTOMER:
        run.pop()
    ignored = [
        turn
        for before, turn, after in zip(run, run[1:], run[2:], strict=False)
        if turn.role is Role.CUSTOMER and _is_ignored(talk, before, turn, after)
    ]
    if not ignored:
        return None
    return Monologue(
        interval=Interval(run[0].interval.start_ms, max(t.interval.end_ms for t in run)),
        utterance_ids=tuple(i for t in run if t.role is Role.AGENT for i in t.utterance_ids),
        ignored_bid_ids=tuple(turn.utterance_ids[0] for turn in ignored),
    )


def _is_ignored(talk: Conversation, before: Turn, attempt: Turn, after: Turn) -> bool:
    said = normalize(talk.text(attempt))
    if is_acknowledgement_only(said) or before.role is not Role.AGENT:
        return False
    answered = _takes_up(said, normalize(talk.text(after))[:_LONG_TURN_CHARS])
    if talk.hits_in(after, *_ANSWERING) and answered:
        return False
    over_ms = max(before.interval.overlap_ms(attempt.interval), 0) + max(
        after.interval.overlap_ms(attempt.interval), 0
    )
    return over_ms >= _TALKED_OVER_MS or bool(talk.hits_in(attempt, "bid")) or not answered


def _takes_up(said: str, answer: str) -> bool:
    pairs = {said[i : i + 2] for i in range(len(said) - 1)}
    return any(pair in answer for pair in pairs)
