"""争辩 arguing: the agent contests instead of solving.

Definition: in two turns or more the agent denies, contradicts or blames, against
a customer who objects.

Signs for it (weights: behaviour_model/behaviours.json):
- contesting turns: denial, blame or rebuttal in words (4 count in full); one turn
  is half a sign, so a single correction does not make an argument;
- several contesting words in one turn;
- turns that mean contesting or blaming, while the customer disputes;
- weak contesting: while the customer protests the agent answers with 8 字 or more and a
  contradiction (不是, 就是, 都是), and nothing that softens, helps, asks or informs;
- the customer protests again after a contesting turn;
- the customer complains of the manner; agent-initiated interruptions;
- voice: louder by 6 dB, higher by 3 semitones than the agent's baseline.

Signs against it: apologies, empathy or help in the contesting turns; the customer is
content in the end.

Not arguing: one factual correction; a mandatory statement; taking the
customer's side ("不可能一小时就变质"); the customer arguing alone; the customer's
words leaking into the agent's channel.

Abstains: roles unknown, sound unfit, transcript doubtful or not Chinese. Without
times it is judged from the text alone.
"""

from collections.abc import Callable

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.conversation import Conversation, conversation_of, why_not_judged
from qa_pipeline.detect.parts import judge, version_of
from qa_pipeline.detect.signs import (
    CLEAR,
    PROTESTING,
    SOFTENING,
    Sign,
    count_sign,
    customer_signs,
    has,
    is_disputed,
    is_objected,
    meaning_sign,
    means,
    numbered,
    share_of,
)
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Detection, cannot_tell
from qa_pipeline.domain.metrics import Turn

VERSION = "4"

_CONTESTING = ("denial", "blame", "rebuttal")
_OTHER_PURPOSE = (
    *SOFTENING,
    "yielding",
    "polite_question",
    "confirmation_check",
    "announcement",
    "identity_check",
    "closing",
    "informing",
)
_WEAK_MIN_CHARS = 8
_KINDS = {"denial": "否认", "blame": "归咎", "rebuttal": "反驳"}
_LOUDER_DB = 6.0
_HIGHER_ST = 3.0


def detect(context: DetectionContext) -> Detection:
    """Judge one call; see the module's definition."""
    because = why_not_judged(context)
    if because is not None:
        return cannot_tell("behaviour:arguing", version_of(VERSION), because)
    talk = conversation_of(context)
    return judge("arguing", VERSION, talk, signs(talk))


def signs(talk: Conversation) -> list[Sign]:
    """Everything that speaks for or against it."""
    turns = talk.turns_of(Role.AGENT)
    worded = [t for t in turns if talk.hits_in(t, *_CONTESTING)]
    disputed = [t for t in turns if is_disputed(talk, t) or is_objected(talk, t)]
    contested = _contested(talk, worded, disputed)
    return [
        *_word_signs(talk, worded),
        meaning_sign(
            "contest_meaning", "与客户争辩、把责任推给客户", talk, disputed, ("contest", "blame")
        ),
        _weak_sign(talk, [t for t in turns if t not in worded]),
        Sign(
            key="protest_after",
            name=f"争辩后客户再次反对 {contested} 次",
            value=share_of(contested, 3),
        ),
        *_manner_signs(talk),
        *(s for s in customer_signs(talk) if s.key in ("manner", "content_end")),
    ]


def _word_signs(talk: Conversation, worded: list[Turn]) -> list[Sign]:
    dense = sum(len({h.lexicon for h in talk.hits_in(t, *_CONTESTING)}) > 1 for t in worded)
    softened = sum(bool(talk.hits_in(t, *SOFTENING)) for t in worded)
    return [
        count_sign("contest_words", "反驳客户", numbered(talk, worded, _reason(talk)), 4),
        Sign(key="contest_dense", name="一个话轮里多次反驳", value=share_of(dense, 2)),
        Sign(key="contest_softened", name="反驳时有道歉或帮助", value=share_of(softened, 3)),
    ]


def _reason(talk: Conversation) -> Callable[[Turn], str]:
    def reason(turn: Turn) -> str:
        hits = talk.hits_in(turn, *_CONTESTING)[:3]
        return "反驳客户：" + "；".join(f"{_KINDS[hit.lexicon]}“{hit.quote}”" for hit in hits)

    return reason


def _contested(talk: Conversation, worded: list[Turn], disputed: list[Turn]) -> int:
    meant = [t for t in disputed if means(talk, t, "contest", "blame") >= CLEAR]
    either = dict.fromkeys((*worded, *meant))
    return sum(has(talk, talk.after(t), PROTESTING, "protest", "manner") for t in either)


def _weak_sign(talk: Conversation, turns: list[Turn]) -> Sign:
    weak = [
        t
        for t in turns
        if talk.chars(t) >= _WEAK_MIN_CHARS
        and talk.hits_in(t, "contradiction_marker")
        and is_disputed(talk, t)
        and not talk.hits_in(t, *_OTHER_PURPOSE)
    ]
    evidence = numbered(talk, weak, lambda _: "客户有异议，坐席只争不解释、不安抚")
    return count_sign("contradicts_only", "只有反驳", evidence, 3)


def _manner_signs(talk: Conversation) -> list[Sign]:
    by_agent = [
        i.utterance_id
        for i in talk.metrics.interruptions
        if i.by is Role.AGENT and i.utterance_id in talk.by_id
    ]
    cut_in = tuple(talk.cite_utterance(i, "打断客户说话") for i in by_agent)
    voiced = talk.voice_is_measurable
    louder = voiced and (talk.metrics.loudness_rise_db or 0.0) >= _LOUDER_DB
    higher = voiced and (talk.metrics.pitch_rise_st or 0.0) >= _HIGHER_ST
    return [
        count_sign("interruptions", "抢话", cut_in, 3),
        Sign(key="voice_louder", name="音量高于平时", value=float(louder)),
        Sign(key="voice_higher", name="音调高于平时", value=float(higher)),
    ]
