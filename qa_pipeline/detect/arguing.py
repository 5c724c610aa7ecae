"""争辩 arguing: the agent contests instead of solving.

Definition: in two turns or more the agent denies, contradicts or blames, against
a customer who objects.

Parts (log-odds, bias −3.6):
- contesting turn, strong (+1.5 each, the first four): a turn with blame or an
  open rebuttal, or with a denial of the agent's own side;
- contesting turn, weak: while the customer protests the agent answers with 8 字 or more,
  with a contradiction (不是, 就是, 都是) +1.2, without +0.6, and nothing that
  softens, helps, asks, refuses or cites a rule (the first four);
- several contesting words in one turn (+0.4 each, at most 0.8);
- the customer objects in the turn before (+0.4 a contesting turn, at most 1.2);
- agent-initiated interruptions (+0.5 each, at most 1.0);
- voice: loudness up by 6 dB (+0.4), pitch up by 3 semitones (+0.4) against the
  agent's baseline, else the call's own first minute;
- against it: apologies, empathy or help in the contesting turn itself (−0.9 each).

Not arguing: one factual correction; a mandatory statement; taking the
customer's side ("不可能一小时就变质"); the customer arguing alone; the customer's
words leaking into the agent's channel.

Abstains: roles unknown, sound unfit, transcript doubtful or not Chinese. Without
times it is judged from the text alone.
"""

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.conversation import Conversation, conversation_of, why_not_judged
from qa_pipeline.detect.parts import Part, judge, version_of
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Detection, Evidence, cannot_tell
from qa_pipeline.domain.metrics import Turn
from qa_pipeline.text.spoken_text import LexiconHit

VERSION = "1"

_ID = "behaviour:arguing"
_BIAS = -3.6
_CONTESTING = ("denial", "blame", "rebuttal")
_SOFTENING = ("apology", "empathy", "helping")
_OTHER_PURPOSE = (
    *_SOFTENING,
    "yielding",
    "polite_question",
    "confirmation_check",
    "refusal",
    "regulation_talk",
    "imperative",
    "announcement",
    "identity_check",
    "closing",
    "informing",
)
_PROTESTING = ("protest", "objection", "customer_distress", "customer_insult")
_WEAK_MIN_CHARS = 8
_KINDS = {"denial": "否认", "blame": "归咎", "rebuttal": "反驳"}
_LOUDER_DB = 6.0
_HIGHER_ST = 3.0


def detect(context: DetectionContext) -> Detection:
    """Judge one call; see the module's definition."""
    because = why_not_judged(context)
    if because is not None:
        return cannot_tell(_ID, version_of(VERSION), because)
    talk = conversation_of(context)
    contested = [
        (turn, hits)
        for turn in talk.turns_of(Role.AGENT)
        if (hits := talk.hits_in(turn, *_CONTESTING))
    ]
    strong = {turn for turn, _ in contested}
    weak = [t for t in talk.turns_of(Role.AGENT) if t not in strong and _only_contradicts(talk, t)]
    parts = _text_parts(talk, contested)
    parts += _weak_parts(talk, weak[: 4 - min(4, len(contested))])
    if parts:
        parts += [*_timing_parts(talk), *_voice_parts(talk)]
    return judge(_ID, VERSION, talk, _BIAS, parts)


def _text_parts(
    talk: Conversation, contested: list[tuple[Turn, tuple[LexiconHit, ...]]]
) -> list[Part]:
    if not contested:
        return []
    softened = [turn for turn, _ in contested if talk.hits_in(turn, *_SOFTENING)]
    objected = [turn for turn, _ in contested if _is_objected(talk, turn)]
    dense = sum(min(2, len({hit.lexicon for hit in hits}) - 1) for _, hits in contested)
    parts = [
        Part(
            name="反驳客户的话轮",
            weight=1.5 * min(4, len(contested)),
            evidence=tuple(
                _evidence(talk, place, hits) for place, (_, hits) in enumerate(contested, start=1)
            ),
        )
    ]
    if dense:
        parts.append(Part(name="一个话轮里多次反驳", weight=min(0.8, 0.4 * dense)))
    if objected:
        parts.append(Part(name="客户提出异议", weight=min(1.2, 0.4 * len(objected))))
    if softened:
        parts.append(Part(name="当时有道歉或帮助", weight=-0.9 * len(softened)))
    return parts


def _only_contradicts(talk: Conversation, turn: Turn) -> bool:
    return (
        talk.chars(turn) >= _WEAK_MIN_CHARS
        and _is_disputed(talk, turn)
        and not talk.hits_in(turn, *_OTHER_PURPOSE)
        and (not talk.hits_in(turn, "question") or bool(talk.hits_in(turn, "contradiction_marker")))
    )


def _is_disputed(talk: Conversation, turn: Turn) -> bool:
    """One of the customer's last three turns protests, and the last does not give in."""
    before = [t for t in talk.turns_of(Role.CUSTOMER) if t.interval < turn.interval]
    if not before or talk.hits_in(before[-1], "acceptance"):
        return False
    return any(talk.hits_in(t, *_PROTESTING) for t in before[-3:])


def _weak_parts(talk: Conversation, weak: list[Turn]) -> list[Part]:
    if not weak:
        return []
    evidence = tuple(talk.cite_turn(turn, "客户有异议，坐席只争不解释、不安抚") for turn in weak)
    weight = sum(1.2 if talk.hits_in(t, "contradiction_marker") else 0.6 for t in weak)
    parts = [Part(name="只有反驳", weight=weight, evidence=evidence)]
    parts.append(Part(name="在客户异议之后", weight=min(1.2, 0.4 * len(weak))))
    return parts


def _is_objected(talk: Conversation, turn: Turn) -> bool:
    around = (talk.before(turn), talk.after(turn))
    return any(
        talk.hits_in(other, "objection", "customer_distress", "customer_insult")
        for other in around
        if other is not None
    )


def _evidence(talk: Conversation, place: int, hits: tuple[LexiconHit, ...]) -> Evidence:
    said = "；".join(f"{_KINDS[hit.lexicon]}“{hit.quote}”" for hit in hits[:3])
    reason = f"反驳客户：{said}" if place == 1 else f"连续反驳客户：第{place}次，{said}"
    return talk.cite(hits[0], reason)


def _timing_parts(talk: Conversation) -> list[Part]:
    by_agent = [i for i in talk.metrics.interruptions if i.by is Role.AGENT]
    if not by_agent:
        return []
    return [
        Part(
            name="抢话",
            weight=min(1.0, 0.5 * len(by_agent)),
            evidence=tuple(
                talk.cite_utterance(i.utterance_id, "打断客户说话")
                for i in by_agent
                if i.utterance_id in talk.by_id
            ),
        )
    ]


def _voice_parts(talk: Conversation) -> list[Part]:
    if not talk.voice_is_measurable:
        return []
    parts = []
    if (talk.metrics.loudness_rise_db or 0.0) >= _LOUDER_DB:
        parts.append(Part(name="音量高于平时", weight=0.4))
    if (talk.metrics.pitch_rise_st or 0.0) >= _HIGHER_ST:
        parts.append(Part(name="音调高于平时", weight=0.4))
    return parts
