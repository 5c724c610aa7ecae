"""生硬 stiffness: the agent recites or orders.

Definition: regulation talk, commands, the same refusal or the same 建议您 over and
over against a customer who objects; no rise and fall, 你 for 您.

Parts (log-odds, bias −2.6):
- regulation talk: 规定就是, 按规定, 合同上写 (+1.0 a turn, at most 3.0);
- commands: 你必须, 你自己去, 不要再打 (+1.0 a turn, at most 3.0);
- the same sentence for the third time, unless it asks, verifies or announces (+2.8);
- refusals in three turns or more against a customer who objects (+2.7, +3.4
  from four on);
- requests turned down (能不能, 行吗) without help or a warm word (+0.8 each, at
  most 2.4), where the turn is not already one of those;
- 你 for 您: at least three 你 and more than 您 (+0.5);
- voice: pitch spread under 2.5 semitones (+0.5);
- against it: empathy, apology or help beside the regulation or refusal (−0.5 a
  turn, at most −1.0).

Not stiffness: greeting and closing scripts; one regulation explained; scope
("我没有权限查询"); refusals that take the customer's side; mandatory disclosures.

Abstains: roles unknown, sound unfit, transcript doubtful or not Chinese. Without
times it is judged from the text alone.
"""

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.conversation import Conversation, conversation_of, why_not_judged
from qa_pipeline.detect.parts import Part, judge, version_of
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Detection, cannot_tell
from qa_pipeline.domain.metrics import Turn
from qa_pipeline.text.normalize import normalize

VERSION = "1"

_ID = "behaviour:stiffness"
_BIAS = -2.6
_FLAT_ST = 2.5
_MIN_CHARS = 5
_KINDS = {"regulation_talk": "搬规定压客户", "imperative": "命令客户"}
_WARM = ("empathy", "apology", "helping")


def detect(context: DetectionContext) -> Detection:
    """Judge one call; see the module's definition."""
    because = why_not_judged(context)
    if because is not None:
        return cannot_tell(_ID, version_of(VERSION), because)
    talk = conversation_of(context)
    turns = [t for t in talk.turns_of(Role.AGENT) if not talk.hits_in(t, "disclosure")]
    parts = [
        *_word_part(talk, turns, "regulation_talk"),
        *_word_part(talk, turns, "imperative"),
        *_refusal_parts(talk, turns),
    ]
    parts += _denied_parts(talk, turns)
    if parts:
        parts += [*_warm_parts(talk, turns), *_manner_parts(talk)]
    return judge(_ID, VERSION, talk, _BIAS, parts)


def _word_part(talk: Conversation, turns: list[Turn], name: str) -> list[Part]:
    firsts = [hits[0] for turn in turns if (hits := talk.hits_in(turn, name))]
    if not firsts:
        return []
    evidence = tuple(
        talk.cite(hit, f"{_KINDS[name]}：第{n}次“{hit.quote}”") for n, hit in enumerate(firsts, 1)
    )
    weight = 1.0 * min(3, len(firsts))
    return [Part(name=_KINDS[name], weight=weight, evidence=evidence)]


def _refusal_parts(talk: Conversation, turns: list[Turn]) -> list[Part]:
    refusing = [turn for turn in turns if talk.hits_in(turn, "refusal")]
    refusals = talk.agent.ids_with("refusal")
    parts = []
    harmless = talk.agent.ids_with(
        "question", "identity_check", "announcement", "greeting", "closing", "polite_question"
    )
    repeated = [
        i
        for i in talk.metrics.repeated_ids
        if i in {u.utterance_id for u in talk.agent.utterances}
        and (i in refusals or i not in harmless)
    ]
    if repeated:
        reason = "第三次重复同样的答复，没有回应客户的问题"
        evidence = tuple(talk.cite_utterance(i, reason) for i in repeated)
        parts.append(Part(name="重复同一句拒绝", weight=2.8, evidence=evidence))
    against = [t for t in refusing if _is_objected(talk, t)]
    if len(against) >= 3:
        evidence = tuple(
            talk.cite(talk.hits_in(t, "refusal")[0], f"第{n}次拒绝客户，没有给出办法")
            for n, t in enumerate(against, start=1)
        )
        weight = 2.7 if len(against) == 3 else 3.4
        parts.append(Part(name=f"{len(against)} 次拒绝", weight=weight, evidence=evidence))
    return parts


def _denied_parts(talk: Conversation, turns: list[Turn]) -> list[Part]:
    denied = [turn for turn in turns if _turns_down(talk, turn)]
    if not denied:
        return []
    evidence = tuple(talk.cite_turn(turn, "一口回绝客户的请求，没有给出办法") for turn in denied)
    return [Part(name="回绝客户请求", weight=0.8 * min(3, len(denied)), evidence=evidence)]


def _turns_down(talk: Conversation, turn: Turn) -> bool:
    before = talk.before(turn)
    if before is None or talk.chars(turn) < _MIN_CHARS or not talk.hits_in(before, "request"):
        return False
    return bool(talk.hits_in(turn, "refusal", "regulation_talk")) and not talk.hits_in(
        turn,
        *_WARM,
        "informing",
        "yielding",
        "polite_question",
        "confirmation_check",
        "denial",
        "blame",
    )


def _is_objected(talk: Conversation, turn: Turn) -> bool:
    around = (talk.before(turn), talk.after(turn))
    return any(
        talk.hits_in(other, "objection", "customer_distress", "customer_insult")
        for other in around
        if other is not None
    )


def _warm_parts(talk: Conversation, turns: list[Turn]) -> list[Part]:
    warm = [
        turn
        for turn in turns
        if talk.hits_in(turn, "regulation_talk", "imperative") and talk.hits_in(turn, *_WARM)
    ]
    return [Part(name="同时有安抚", weight=-0.5 * min(2, len(warm)))] if warm else []


def _manner_parts(talk: Conversation) -> list[Part]:
    parts = []
    said = "".join(normalize(u.text) for u in talk.agent.utterances)
    plain = said.count("你") - said.count("你好")
    if plain >= 3 and plain > said.count("您"):
        parts.append(Part(name="以“你”代“您”", weight=0.5))
    spread = talk.metrics.pitch_spread_st
    if talk.voice_is_measurable and spread is not None and spread < _FLAT_ST:
        parts.append(Part(name=f"语调平（{spread:.1f} 半音）", weight=0.5))
    return parts
