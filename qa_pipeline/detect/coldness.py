"""冷淡 coldness: no response to the person.

Definition: the agent answers minimally, shows no empathy after distress, lets the
customer wait for every answer, ends the call while the customer still speaks.

Parts (log-odds, bias −2.8):
- a customer's distress that nobody answers: the agent's next turn is short and
  holds no empathy, apology, help or courtesy (+1.3 each, at most 2.6);
- cold answers standing alone: 不知道, 等着吧, 没了 (+0.5 each, at most 1.5);
- short turns: the agent's median turn has at most 5 字 (+1.0), 8 字 (+0.4);
- the customer says four times as much to mostly curt turns (≤ 6 字) (+1.0);
- no courtesy word at all (+0.8);
- response latency: median of 3 s and more (+0.6);
- closing before the customer is done (+0.6);
- voice: pitch spread under 2.5 semitones (+0.3);
- against it: empathy or apologies (−0.7 each, at most −2.1).

Without a distress nobody answers, two cold answers or mostly curt turns it is
never found.

Not coldness: 嗯嗯 to a long story (backchannels are no turns); a missing apology
where help is given at once; a brisk but complete and polite call; a call cut off
in mid-sentence.

Abstains: roles unknown, sound unfit, transcript doubtful or not Chinese, under
two agent turns. Without times: from missing acknowledgement and courtesy only.
"""

from statistics import median

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.conversation import Conversation, conversation_of, why_not_judged
from qa_pipeline.detect.parts import Part, judge, version_of
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Detection, cannot_tell
from qa_pipeline.domain.metrics import Turn
from qa_pipeline.text.normalize import normalize

VERSION = "1"

_ID = "behaviour:coldness"
_BIAS = -2.8
_WARM = ("empathy", "apology", "helping", "courtesy", "yielding")
_SHORT_ANSWER_CHARS = 14
_COLD_ANSWER_CHARS = 6
_SLOW_MS = 3000
_FLAT_ST = 2.5
_MUCH_MORE = 3.5
_MIN_TURNS = 3
_ENOUGH_TURNS = 2


def detect(context: DetectionContext) -> Detection:
    """Judge one call; see the module's definition."""
    because = why_not_judged(context)
    if because is not None:
        return cannot_tell(_ID, version_of(VERSION), because)
    talk = conversation_of(context)
    turns = talk.turns_of(Role.AGENT)
    if len(turns) < _ENOUGH_TURNS:
        return cannot_tell(_ID, version_of(VERSION), f"坐席只有{len(turns)}个话轮，不足以判断")
    unanswered = _unanswered_distress(talk)
    cold = _cold_answers(talk, turns)
    curt = _curt(talk, turns)
    if not unanswered and len(cold) < 2 and not curt:
        return judge(_ID, VERSION, talk, _BIAS, [])
    parts = [
        *_response_parts(talk, unanswered, cold),
        *_curt_parts(talk, curt),
        *_manner_parts(talk, turns),
        *_timing_parts(talk),
        *_warm_parts(talk),
    ]
    return judge(_ID, VERSION, talk, _BIAS, parts)


def _unanswered_distress(talk: Conversation) -> list[tuple[Turn, Turn]]:
    found = []
    for turn in talk.turns_of(Role.CUSTOMER):
        if not talk.hits_in(turn, "customer_distress"):
            continue
        answer = talk.after(turn)
        if answer is None or talk.chars(answer) > _SHORT_ANSWER_CHARS:
            continue
        if not talk.hits_in(answer, *_WARM):
            found.append((turn, answer))
    return found


def _cold_answers(talk: Conversation, turns: tuple[Turn, ...]) -> list[Turn]:
    return [
        turn
        for turn in turns
        if 0 < talk.chars(turn) <= _COLD_ANSWER_CHARS
        and talk.hits_in(turn, "cold_reply")
        and not talk.hits_in(turn, "courtesy", "empathy", "apology", "helping")
        and talk.before(turn) is not None
    ]


def _response_parts(
    talk: Conversation, unanswered: list[tuple[Turn, Turn]], cold: list[Turn]
) -> list[Part]:
    parts = []
    if unanswered:
        evidence = tuple(
            talk.cite_turn(answer, f"客户说“{_distress(talk, turn)}”，坐席没有任何安抚或回应")
            for turn, answer in unanswered
        )
        weight = 1.3 * min(2, len(unanswered))
        parts.append(Part(name="客户难处无人回应", weight=weight, evidence=evidence))
    if cold:
        evidence = tuple(talk.cite_turn(t, f"敷衍应答“{normalize(talk.text(t))}”") for t in cold)
        weight = 0.5 * min(3, len(cold))
        parts.append(Part(name="冷淡回答", weight=weight, evidence=evidence))
    return parts


def _distress(talk: Conversation, turn: Turn) -> str:
    return "、".join(dict.fromkeys(h.quote for h in talk.hits_in(turn, "customer_distress")[:2]))


def _curt(talk: Conversation, turns: tuple[Turn, ...]) -> list[Turn]:
    """The agent's curt turns where they are the rule and the customer says much more."""
    curt = [
        turn
        for turn in turns[1:]
        if talk.chars(turn) <= _COLD_ANSWER_CHARS and not talk.hits_in(turn, *_WARM)
    ]
    customers = sum(talk.chars(turn) for turn in talk.turns_of(Role.CUSTOMER))
    agents = sum(talk.chars(turn) for turn in turns) or 1
    if len(curt) < _MIN_TURNS or len(curt) < 0.6 * len(turns[1:]):
        return []
    return curt if customers / agents >= _MUCH_MORE else []


def _curt_parts(talk: Conversation, curt: list[Turn]) -> list[Part]:
    if not curt:
        return []
    evidence = tuple(talk.cite_turn(turn, "只用几个字打发客户") for turn in curt)
    return [Part(name="回答大多极短", weight=1.0, evidence=evidence)]


def _manner_parts(talk: Conversation, turns: tuple[Turn, ...]) -> list[Part]:
    parts = []
    typical = median(talk.chars(turn) for turn in turns)
    if typical <= 8:
        weight = 1.0 if typical <= 5 else 0.4
        parts.append(Part(name=f"话轮一般 {typical:g} 字", weight=weight))
    if not talk.agent.find("courtesy"):
        parts.append(Part(name="没有礼貌用语", weight=0.8))
    closing = talk.agent.find("early_closing")
    polite_end = talk.agent.find("closing")
    if closing and not polite_end:
        evidence = tuple(talk.cite(hit, f"急于结束通话：“{hit.quote}”") for hit in closing[-1:])
        parts.append(Part(name="急于结束", weight=0.6, evidence=evidence))
    return parts


def _timing_parts(talk: Conversation) -> list[Part]:
    if not talk.is_timed:
        return []
    parts = []
    latency_ms = talk.metrics.response_latency_median_ms or 0
    if latency_ms >= _SLOW_MS:
        parts.append(Part(name=f"{latency_ms / 1000:.1f} 秒后才应答", weight=0.6))
    spread = talk.metrics.pitch_spread_st
    if talk.voice_is_measurable and spread is not None and spread < _FLAT_ST:
        parts.append(Part(name=f"语调平（{spread:.1f} 半音）", weight=0.3))
    return parts


def _warm_parts(talk: Conversation) -> list[Part]:
    warm = talk.agent.find_any("empathy", "apology")
    return [Part(name="有安抚", weight=-0.7 * min(3, len(warm)))] if warm else []
