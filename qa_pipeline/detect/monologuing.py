"""自说自话 monologuing: the agent keeps the floor while the customer cannot take part.

Definition: a long agent floor (a pause over 3 s or a real customer turn ends it,
a backchannel or an ignored bid does not) that leaves the customer no place.

Floors that only short, ignored attempts of the customer interrupt are one
stretch (see floors.py).

Signs for it (weights: behaviour_model/behaviours.json):
- the longest floor or stretch, from 20 s to 90 s;
- ignored bids and attempts in them; other attempts to speak that were talked over;
- the agent's share of the speech, from 60 % to 90 %;
- no question from the agent in a floor of 30 s or with an ignored bid;
- agent-initiated interruptions; the customer says that nobody listens.

Signs against it: checks of understanding inside the floor; an explanation the customer
asked for just before; the customer is content in the end.

Not monologuing: a mandatory disclosure read with checks of understanding; an
answer the customer asked for, with pauses that invite; two utterances merged by
the recognizer.

Abstains: roles unknown, sound unfit, transcript doubtful or not Chinese. Without
times: from 200 字 in one floor with an ignored bid, else CANNOT_TELL.
"""

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.conversation import Conversation, conversation_of, why_not_judged
from qa_pipeline.detect.floors import held_stretches
from qa_pipeline.detect.parts import judge, version_of
from qa_pipeline.detect.signs import Sign, count_sign, customer_signs, share_of
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Detection, Evidence, cannot_tell
from qa_pipeline.domain.interval import intersection, total_ms
from qa_pipeline.domain.metrics import Monologue
from qa_pipeline.text.acknowledgements import is_acknowledgement_only
from qa_pipeline.text.normalize import han_count

VERSION = "4"

_NOTABLE_MS = 30_000
_LONG_TURN_CHARS = 200
_CLEARLY_TALKED_OVER = 0.6


def detect(context: DetectionContext) -> Detection:
    """Judge one call; see the module's definition."""
    because = why_not_judged(context)
    if because is not None:
        return cannot_tell("behaviour:monologuing", version_of(VERSION), because)
    talk = conversation_of(context)
    is_timed = talk.is_timed and talk.metrics.longest_monologue_ms is not None
    if not is_timed and not _long_with_bid(talk):
        return cannot_tell(
            "behaviour:monologuing",
            version_of(VERSION),
            "没有时间信息，且没有二百字以上并忽视客户发言的话轮",
        )
    return judge("monologuing", VERSION, talk, signs(talk))


def signs(talk: Conversation) -> list[Sign]:
    """Everything that speaks for or against it."""
    notable = _notable(talk)
    if not notable:
        return [s for s in customer_signs(talk) if s.key in ("unheard", "content_end")]
    longest = max(notable, key=lambda m: m.interval.duration_ms)
    return [
        *_floor_signs(talk, notable, longest),
        *_share_signs(talk, notable),
        *_excusing_signs(talk, notable, longest),
        *(s for s in customer_signs(talk) if s.key in ("unheard", "content_end")),
    ]


def _long_with_bid(talk: Conversation) -> bool:
    return any(
        m.ignored_bid_ids and _chars(talk, m) >= _LONG_TURN_CHARS for m in talk.metrics.monologues
    )


def _notable(talk: Conversation) -> list[Monologue]:
    stretches = held_stretches(talk)
    floors = [
        m
        for m in talk.metrics.monologues
        if (m.interval.duration_ms >= _NOTABLE_MS or m.ignored_bid_ids)
        and not any(s.interval.contains(m.interval) for s in stretches)
    ]
    return [*stretches, *floors]


def _floor_signs(talk: Conversation, notable: list[Monologue], longest: Monologue) -> list[Sign]:
    seconds = longest.interval.duration_ms // 1000
    bids = [i for m in notable for i in m.ignored_bid_ids if i in talk.by_id]
    ignored = tuple(
        talk.cite_utterance(i, f"客户第{n}次要求发言，坐席没有理会")
        for n, i in enumerate(bids, start=1)
    )
    going_on = tuple(
        _cite(talk, m, f"坐席继续独白，共{_length(talk, m)}")
        for m in notable
        if m.ignored_bid_ids and m is not longest
    )
    asked = talk.agent.ids_with("question")
    return [
        Sign(
            key="floor",
            name=f"独白{_length(talk, longest)}",
            value=share_of(seconds - 20, 70),
            evidence=(_cite(talk, longest, f"连续独白{_length(talk, longest)}，客户没有插话机会"),),
        ),
        Sign(
            key="ignored_bids",
            name=f"{len(bids)} 次不理会客户插话",
            value=share_of(len(bids), 3),
            evidence=(*ignored, *going_on),
        ),
        Sign(
            key="asks_nothing",
            name="没有提问",
            value=float(not any(i in asked for i in longest.utterance_ids)),
        ),
    ]


def _share_signs(talk: Conversation, notable: list[Monologue]) -> list[Sign]:
    ratio = talk.metrics.agent_talk_ratio or 0.0
    attempts = tuple(
        talk.cite_utterance(i, "客户想说话，被坐席盖过") for i in _talked_over(talk, notable)
    )
    interruptions = talk.metrics.agent_interruptions or 0
    return [
        Sign(key="share", name=f"占全部说话时间 {ratio:.0%}", value=share_of(ratio - 0.6, 0.3)),
        count_sign("talked_over", "压过客户说话", attempts, 3),
        Sign(
            key="interruptions", name=f"抢话 {interruptions} 次", value=share_of(interruptions, 3)
        ),
    ]


def _talked_over(talk: Conversation, notable: list[Monologue]) -> list[str]:
    agent = talk.speech.get(Role.AGENT, ())
    bids = {i for m in notable for i in m.ignored_bid_ids}
    return [
        u.utterance_id
        for u in talk.customer.utterances
        if talk.is_timed
        and u.utterance_id not in bids
        and han_count(u.text) >= 2
        and not is_acknowledgement_only(u.text)
        and total_ms(intersection((u.interval,), agent))
        >= _CLEARLY_TALKED_OVER * max(1, u.interval.duration_ms)
    ]


def _excusing_signs(talk: Conversation, notable: list[Monologue], longest: Monologue) -> list[Sign]:
    checks = sum(
        any(m.interval.contains(hit.interval) for m in notable)
        for hit in talk.agent.find("confirmation_check")
    )
    before = [
        u for u in talk.customer.utterances if u.interval.start_ms < longest.interval.start_ms
    ]
    asked = talk.customer.ids_with("customer_request_to_explain")
    is_asked = not longest.ignored_bid_ids and any(u.utterance_id in asked for u in before[-2:])
    return [
        Sign(key="checks", name="确认客户是否听懂", value=share_of(checks, 2)),
        Sign(key="asked_for", name="客户要求讲解", value=float(is_asked)),
    ]


def _length(talk: Conversation, monologue: Monologue) -> str:
    """For inspectors: seconds where they were measured, else characters."""
    if talk.is_timed:
        return f"{monologue.interval.duration_ms // 1000}秒"
    return f"{_chars(talk, monologue)}字"


def _chars(talk: Conversation, monologue: Monologue) -> int:
    return sum(han_count(talk.by_id[i].text) for i in monologue.utterance_ids if i in talk.by_id)


def _cite(talk: Conversation, monologue: Monologue, reason: str) -> Evidence:
    first = next((talk.by_id[i].text for i in monologue.utterance_ids if i in talk.by_id), "")
    return Evidence(
        interval=monologue.interval,
        role=Role.AGENT,
        quote=first.strip()[:40] + "…",
        reason=reason,
        estimated=not talk.is_timed,
    )
