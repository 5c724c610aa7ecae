"""自说自话 monologuing: the agent keeps the floor while the customer cannot take part.

Definition: a long agent floor (a pause over 3 s or a real customer turn ends it,
a backchannel or an ignored bid does not) that leaves the customer no place.

Floors that only short, ignored attempts of the customer interrupt are one
stretch (see floors.py).

Parts (log-odds, bias −2.3):
- the longest floor or stretch: 60 s +0.9, 90 s +1.6, 120 s +2.2;
- ignored bids and attempts in them: one +1.2, two +2.0, three or more +2.6;
- other attempts to speak that were talked over (+0.4 each, at most 0.8);
- the agent's share of the speech: 80 % +0.5, 90 % +0.9;
- no question from the agent in a floor of 30 s or with an ignored bid (+0.4);
- agent-initiated interruptions (+0.3 each, at most 0.6);
- against it: checks of understanding inside the floor (−0.9 each, at most
  −1.8); an explanation the customer asked for just before (−0.8).

Not monologuing: a mandatory disclosure read with checks of understanding; an
answer the customer asked for, with pauses that invite; two utterances merged by
the recognizer.

Abstains: roles unknown, sound unfit, transcript doubtful or not Chinese. Without
times: FOUND from 200 字 in one floor with an ignored bid, else CANNOT_TELL.
"""

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.conversation import Conversation, conversation_of, why_not_judged
from qa_pipeline.detect.floors import held_stretches
from qa_pipeline.detect.parts import Part, judge, version_of
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Detection, Evidence, cannot_tell
from qa_pipeline.domain.interval import intersection, total_ms
from qa_pipeline.domain.metrics import Monologue
from qa_pipeline.text.acknowledgements import is_acknowledgement_only
from qa_pipeline.text.normalize import han_count

VERSION = "1"

_ID = "behaviour:monologuing"
_BIAS = -2.3
_BANDS = ((120_000, 2.2), (90_000, 1.6), (60_000, 0.9))
_BIDS = (0.0, 1.2, 2.0, 2.6)
_NOTABLE_MS = 30_000
_LONG_TURN_CHARS = 200
_CLEARLY_TALKED_OVER = 0.6


def detect(context: DetectionContext) -> Detection:
    """Judge one call; see the module's definition."""
    because = why_not_judged(context)
    if because is not None:
        return cannot_tell(_ID, version_of(VERSION), because)
    talk = conversation_of(context)
    if not talk.is_timed or talk.metrics.longest_monologue_ms is None:
        return _from_text(talk)
    notable = _notable(talk)
    if not notable:
        return judge(_ID, VERSION, talk, _BIAS, [])
    longest = max(notable, key=lambda m: m.interval.duration_ms)
    parts = [
        *_floor_parts(talk, notable, longest),
        *_share_parts(context, talk, notable),
        *_excusing_parts(talk, notable, longest),
    ]
    return judge(_ID, VERSION, talk, _BIAS, parts)


def _from_text(talk: Conversation) -> Detection:
    long_floors = [
        m
        for m in talk.metrics.monologues
        if m.ignored_bid_ids and _chars(talk, m) >= _LONG_TURN_CHARS
    ]
    if not long_floors:
        return cannot_tell(
            _ID, version_of(VERSION), "没有时间信息，且没有二百字以上并忽视客户发言的话轮"
        )
    part = Part(
        name="长时间独白且不理会客户插话",
        weight=3.3,
        evidence=tuple(
            _cite(talk, m, f"连续说{_chars(talk, m)}字，客户要求发言未被理会") for m in long_floors
        ),
    )
    return judge(_ID, VERSION, talk, _BIAS, [part])


def _notable(talk: Conversation) -> list[Monologue]:
    stretches = held_stretches(talk)
    floors = [
        m
        for m in talk.metrics.monologues
        if (m.interval.duration_ms >= _NOTABLE_MS or m.ignored_bid_ids)
        and not any(s.interval.contains(m.interval) for s in stretches)
    ]
    return [*stretches, *floors]


def _floor_parts(talk: Conversation, notable: list[Monologue], longest: Monologue) -> list[Part]:
    parts = []
    seconds = longest.interval.duration_ms // 1000
    weight = next((w for ms, w in _BANDS if longest.interval.duration_ms >= ms), 0.0)
    if weight:
        cited = _cite(talk, longest, f"连续独白{seconds}秒，客户没有插话机会")
        parts.append(Part(name=f"独白 {seconds} 秒", weight=weight, evidence=(cited,)))
    bids = [i for m in notable for i in m.ignored_bid_ids if i in talk.by_id]
    if bids:
        evidence = tuple(
            talk.cite_utterance(i, f"客户第{n}次要求发言，坐席没有理会")
            for n, i in enumerate(bids, start=1)
        )
        evidence += tuple(
            _cite(talk, m, f"坐席继续独白，共{m.interval.duration_ms // 1000}秒")
            for m in notable
            if m.ignored_bid_ids and m is not longest
        )
        weight = _BIDS[min(3, len(bids))]
        parts.append(Part(name=f"{len(bids)} 次不理会客户插话", weight=weight, evidence=evidence))
    asked = talk.agent.ids_with("question")
    if not any(i in asked for i in longest.utterance_ids):
        parts.append(Part(name="没有提问", weight=0.4))
    return parts


def _share_parts(
    context: DetectionContext, talk: Conversation, notable: list[Monologue]
) -> list[Part]:
    parts = []
    ratio = talk.metrics.agent_talk_ratio or 0.0
    if ratio >= 0.8:
        weight = 0.9 if ratio >= 0.9 else 0.5
        parts.append(Part(name=f"占全部说话时间 {ratio:.0%}", weight=weight))
    attempts = _talked_over(context, talk, notable)
    if attempts:
        parts.append(
            Part(
                name="压过客户说话",
                weight=min(0.8, 0.4 * len(attempts)),
                evidence=tuple(talk.cite_utterance(i, "客户想说话，被坐席盖过") for i in attempts),
            )
        )
    interruptions = talk.metrics.agent_interruptions or 0
    if interruptions:
        parts.append(Part(name="抢话", weight=min(0.6, 0.3 * interruptions)))
    return parts


def _talked_over(
    context: DetectionContext, talk: Conversation, notable: list[Monologue]
) -> list[str]:
    agent = context.call.split.speech.get(Role.AGENT, ())
    bids = {i for m in notable for i in m.ignored_bid_ids}
    return [
        u.utterance_id
        for u in talk.customer.utterances
        if u.utterance_id not in bids
        and han_count(u.text) >= 2
        and not is_acknowledgement_only(u.text)
        and total_ms(intersection((u.interval,), agent))
        >= _CLEARLY_TALKED_OVER * max(1, u.interval.duration_ms)
    ]


def _excusing_parts(talk: Conversation, notable: list[Monologue], longest: Monologue) -> list[Part]:
    parts = []
    checks = [
        hit
        for hit in talk.agent.find("confirmation_check")
        if any(m.interval.contains(hit.interval) for m in notable)
    ]
    if checks:
        parts.append(Part(name="确认客户是否听懂", weight=-0.9 * min(2, len(checks))))
    before = [
        u for u in talk.customer.utterances if u.interval.start_ms < longest.interval.start_ms
    ]
    if before and not longest.ignored_bid_ids:
        asked = talk.customer.ids_with("customer_request_to_explain")
        if any(u.utterance_id in asked for u in before[-2:]):
            parts.append(Part(name="客户要求讲解", weight=-0.8))
    return parts


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
