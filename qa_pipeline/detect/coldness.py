"""冷淡 coldness: no response to the person.

Definition: the agent answers minimally, shows no empathy after distress, lets the
customer wait for every answer, ends the call while the customer still speaks.

Signs for it (weights: behaviour_model/behaviours.json):
- a customer's distress (in words or meaning) that the next turn passes over: no
  empathy, apology, help or courtesy; counted apart where that turn is short;
- distress in the call and not one word of empathy;
- cold answers standing alone (不知道, 等着吧), turns that mean a dismissal;
- curt turns (≤ 8 字, nothing warm) as a share of the agent's; a short median turn;
- the customer says far more than the agent; no courtesy word at all;
- closing while the customer is still asking or in distress;
- the customer complains of the manner;
- timing: median latency, slow answers to distress; voice: flat.

Signs against it: empathy, apologies and help, by share of turns; the customer is content
in the end.

Not coldness: 嗯嗯 to a long story (backchannels are no turns); a missing apology
where help is given at once; a brisk but complete and polite call; a call cut off
in mid-sentence.

Abstains: roles unknown, sound unfit, transcript doubtful or not Chinese, under
two agent turns. Without times: from the words only.
"""

from statistics import median

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.conversation import Conversation, conversation_of, why_not_judged
from qa_pipeline.detect.parts import judge, version_of
from qa_pipeline.detect.signs import (
    CLEAR,
    Sign,
    count_sign,
    customer_signs,
    has,
    meaning_sign,
    means,
    numbered,
    share_of,
)
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Detection, Evidence, cannot_tell
from qa_pipeline.domain.metrics import Turn
from qa_pipeline.text.normalize import normalize

VERSION = "4"

_WARM = ("empathy", "apology", "helping", "courtesy", "yielding")
_KIND = ("empathy", "apology")
_SHORT_ANSWER_CHARS = 14
_COLD_ANSWER_CHARS = 6
_CURT_CHARS = 8
_SLOW_MS = 1500
_FLAT_ST = 2.5
_ENOUGH_TURNS = 2


def detect(context: DetectionContext) -> Detection:
    """Judge one call; see the module's definition."""
    because = why_not_judged(context)
    if because is not None:
        return cannot_tell("behaviour:coldness", version_of(VERSION), because)
    talk = conversation_of(context)
    turns = talk.turns_of(Role.AGENT)
    if len(turns) < _ENOUGH_TURNS:
        because = f"坐席只有{len(turns)}个话轮，不足以判断"
        return cannot_tell("behaviour:coldness", version_of(VERSION), because)
    return judge("coldness", VERSION, talk, signs(talk))


def signs(talk: Conversation) -> list[Sign]:
    """Everything that speaks for or against it."""
    turns = talk.turns_of(Role.AGENT)
    distressed = [
        t for t in talk.turns_of(Role.CUSTOMER) if has(talk, t, ("customer_distress",), "distress")
    ]
    answered = [(t, a) for t in distressed if (a := talk.after(t)) is not None]
    return [
        *_response_signs(talk, answered),
        *_answer_signs(talk, turns),
        *_ending_signs(talk, turns),
        *_timing_signs(talk, answered),
        *_warm_signs(talk, turns, bool(distressed)),
        *(s for s in customer_signs(talk) if s.key in ("manner", "content_end")),
    ]


def _response_signs(talk: Conversation, answered: list[tuple[Turn, Turn]]) -> list[Sign]:
    unkind = [
        (t, a) for t, a in answered if not has(talk, a, _KIND, "warm") and not _helps(talk, a)
    ]
    short = [
        (t, a)
        for t, a in unkind
        if talk.chars(a) <= _SHORT_ANSWER_CHARS and not talk.hits_in(a, *_WARM)
    ]
    long = [pair for pair in unkind if pair not in short]
    return [
        count_sign("distress_brushed_off", "客户难处被几个字打发", _cited(talk, short), 3),
        count_sign("distress_passed_over", "客户难处无人回应", _cited(talk, long), 3),
    ]


def _helps(talk: Conversation, answer: Turn) -> bool:
    return means(talk, answer, "help") >= CLEAR


def _cited(talk: Conversation, pairs: list[tuple[Turn, Turn]]) -> tuple[Evidence, ...]:
    said = {answer: _distress(talk, turn) for turn, answer in pairs}
    return numbered(
        talk, list(said), lambda answer: f"客户说“{said[answer]}”，坐席没有任何安抚或回应"
    )


def _distress(talk: Conversation, turn: Turn) -> str:
    heard = "、".join(dict.fromkeys(h.quote for h in talk.hits_in(turn, "customer_distress")[:2]))
    return heard or talk.text(turn)[:12]


def _answer_signs(talk: Conversation, turns: tuple[Turn, ...]) -> list[Sign]:
    later = turns[1:]
    cold = [
        t
        for t in later
        if 0 < talk.chars(t) <= _COLD_ANSWER_CHARS
        and talk.hits_in(t, "cold_reply")
        and not talk.hits_in(t, *_WARM)
    ]
    curt = [
        t for t in later if talk.chars(t) <= _CURT_CHARS and not has(talk, t, _WARM, "warm", "help")
    ]
    customers = sum(talk.chars(t) for t in talk.turns_of(Role.CUSTOMER))
    agents = sum(talk.chars(t) for t in turns) or 1
    typical = median(talk.chars(t) for t in turns)
    enough = len(later) >= 3
    return [
        count_sign(
            "cold_answers",
            "冷淡回答",
            numbered(talk, cold, lambda t: f"敷衍应答“{normalize(talk.text(t))}”"),
            3,
        ),
        Sign(
            key="curt_share",
            name=f"{len(curt)} 个话轮只有几个字",
            value=round(len(curt) / len(later), 4) if enough else 0.0,
            evidence=numbered(talk, curt, lambda _: "只用几个字打发客户"),
        ),
        Sign(key="short_turns", name=f"话轮一般 {typical:g} 字", value=share_of(14 - typical, 10)),
        Sign(
            key="customer_says_more",
            name="客户说得多，坐席说得少",
            value=share_of(customers / agents - 1, 2),
        ),
        meaning_sign("dismiss_meaning", "打发客户", talk, later, ("dismiss",)),
    ]


def _ending_signs(talk: Conversation, turns: tuple[Turn, ...]) -> list[Sign]:
    closing = [
        t
        for t in turns[-3:]
        if talk.hits_in(t, "early_closing", "closing")
        and has(
            talk,
            talk.before(t),
            ("customer_distress", "question", "request", "protest"),
            "distress",
            "protest",
            "unheard",
        )
        and not talk.hits_in(t, "helping", "empathy")
    ]
    return [
        count_sign(
            "early_closing",
            "客户还没说完就结束",
            numbered(talk, closing, lambda _: "客户还在问，坐席就要结束通话"),
            1,
        )
    ]


def _timing_signs(talk: Conversation, answered: list[tuple[Turn, Turn]]) -> list[Sign]:
    spread = talk.metrics.pitch_spread_st
    flat = talk.voice_is_measurable and spread is not None and spread < _FLAT_ST
    latency_ms = talk.metrics.response_latency_median_ms or 0 if talk.is_timed else 0
    slow = [
        a
        for t, a in answered
        if talk.is_timed and a.interval.start_ms - t.interval.end_ms >= _SLOW_MS
    ]
    return [
        Sign(
            key="latency",
            name=f"一般 {latency_ms / 1000:.1f} 秒后才应答",
            value=share_of(latency_ms - 800, 2200),
        ),
        count_sign(
            "slow_after_distress",
            "客户诉苦后迟迟不答",
            numbered(talk, slow, lambda _: "客户诉苦后隔了一阵才答"),
            3,
        ),
        Sign(key="voice_flat", name="语调平", value=float(flat)),
    ]


def _warm_signs(talk: Conversation, turns: tuple[Turn, ...], is_distressed: bool) -> list[Sign]:
    kind = sum(has(talk, t, _KIND, "warm") for t in turns)
    helping = sum(has(talk, t, ("helping",), "help") for t in turns)
    return [
        Sign(key="warm", name="有安抚", value=share_of(kind, 3)),
        Sign(key="helping", name="着手处理", value=share_of(helping / len(turns), 0.5)),
        Sign(
            key="no_empathy",
            name="客户诉苦，坐席全程没有安抚",
            value=float(is_distressed and not kind),
        ),
        Sign(
            key="no_courtesy",
            name="没有礼貌用语",
            value=float(not talk.agent.find("courtesy")),
        ),
    ]
