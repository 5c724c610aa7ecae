"""生硬 stiffness: the agent recites or orders.

Definition: regulation talk, commands, the same refusal or the same 建议您 over and
over against a customer who objects; no rise and fall, 你 for 您; a template read
without fit to the question.

Signs for it (weights: behaviour_model/behaviours.json):
- regulation talk and commands in words, by turns; turns that mean them;
- written language (须由, 予以, 以…为准): words that nobody says in a conversation;
- a scripted phrase in a loop: the same sentence for the third time, or turns that mean
  "please wait for the notice" again and again;
- refusals in three turns or more against a customer who objects; requests turned
  down without help;
- turns that take up nothing of what the customer has just said;
- no particles (啊 呢 吧 嘛): read, not spoken; 你 for 您;
- the customer complains of the manner; was not heard;
- voice: pitch spread under 2.5 semitones.

Signs against it: empathy, apology or help by share of turns; the customer is content
in the end.

Not stiffness: greeting and closing scripts; one regulation explained; scope
("我没有权限查询"); refusals that take the customer's side; mandatory disclosures.

Abstains: roles unknown, sound unfit, transcript doubtful or not Chinese. Without
times it is judged from the text alone.
"""

import re

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.conversation import Conversation, conversation_of, why_not_judged
from qa_pipeline.detect.parts import judge, version_of
from qa_pipeline.detect.signs import (
    Sign,
    count_sign,
    customer_signs,
    has,
    is_objected,
    meaning_sign,
    numbered,
    share_of,
)
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Detection, cannot_tell
from qa_pipeline.domain.metrics import Turn
from qa_pipeline.text.normalize import normalize

VERSION = "4"

_FLAT_ST = 2.5
_MIN_CHARS = 5
_SUBSTANTIAL_CHARS = 10
_PARTICLE = re.compile("[啊呢吧嘛哦呀哈哎嗯呃哟啦噢咱]|这边|的话")
_WARM = ("empathy", "apology", "helping")
_AGAIN = "第三次重复同样的答复，没有回应客户的问题"
_SCRIPTS = ("greeting", "closing", "announcement", "identity_check", "polite_question")


def detect(context: DetectionContext) -> Detection:
    """Judge one call; see the module's definition."""
    because = why_not_judged(context)
    if because is not None:
        return cannot_tell("behaviour:stiffness", version_of(VERSION), because)
    talk = conversation_of(context)
    return judge("stiffness", VERSION, talk, signs(talk))


def signs(talk: Conversation) -> list[Sign]:
    """Everything that speaks for or against it."""
    turns = talk.turns_of(Role.AGENT)
    return [
        *_word_signs(talk, turns),
        *_meaning_signs(talk, turns),
        *_refusal_signs(talk, turns),
        *_fit_signs(talk, turns),
        *_manner_signs(talk, turns),
        *(s for s in customer_signs(talk) if s.key in ("manner", "unheard", "content_end")),
    ]


def _word_signs(talk: Conversation, turns: tuple[Turn, ...]) -> list[Sign]:
    rules = [t for t in turns if talk.hits_in(t, "regulation_talk")]
    orders = [t for t in turns if talk.hits_in(t, "imperative")]
    written = [t for t in turns if talk.hits_in(t, "written_language")]
    return [
        count_sign(
            "rules",
            "搬规定",
            numbered(
                talk, rules, lambda t: f"搬规定压客户：“{_first(talk, t, 'regulation_talk')}”"
            ),
            2,
        ),
        count_sign(
            "orders",
            "命令客户",
            numbered(talk, orders, lambda t: f"命令客户：“{_first(talk, t, 'imperative')}”"),
            2,
        ),
        count_sign(
            "written",
            "照本宣读",
            numbered(talk, written, lambda t: f"照本宣读：“{_first(talk, t, 'written_language')}”"),
            4,
        ),
    ]


def _first(talk: Conversation, turn: Turn, name: str) -> str:
    return talk.hits_in(turn, name)[0].quote


def _meaning_signs(talk: Conversation, turns: tuple[Turn, ...]) -> list[Sign]:
    inner = turns[1:-1]
    return [
        meaning_sign("recite_meaning", "背诵规定、条款", talk, inner, ("recite",)),
        meaning_sign("order_meaning", "命令的口气", talk, inner, ("order",)),
        meaning_sign("loop_meaning", "反复用套话", talk, inner, ("loop",)),
    ]


def _refusal_signs(talk: Conversation, turns: tuple[Turn, ...]) -> list[Sign]:
    refusals = talk.agent.ids_with("refusal")
    harmless = talk.agent.ids_with("question", *_SCRIPTS)
    mine = {u.utterance_id for u in talk.agent.utterances}
    again = [
        i for i in talk.metrics.repeated_ids if i in mine and (i in refusals or i not in harmless)
    ]
    repeated = tuple(talk.cite_utterance(i, _AGAIN) for i in again)
    against = [t for t in turns if talk.hits_in(t, "refusal") and is_objected(talk, t)]
    denied = [t for t in turns if _turns_down(talk, t)]
    return [
        count_sign("repeated", "重复同一句答复", repeated, 1),
        Sign(
            key="refusals",
            name=f"{len(against)} 次拒绝客户",
            value=share_of(len(against) - 1, 2),
            evidence=numbered(talk, against, lambda _: "拒绝客户，没有给出办法"),
        ),
        count_sign(
            "turned_down",
            "回绝客户请求",
            numbered(talk, denied, lambda _: "一口回绝客户的请求，没有给出办法"),
            3,
        ),
    ]


def _turns_down(talk: Conversation, turn: Turn) -> bool:
    before = talk.before(turn)
    if before is None or talk.chars(turn) < _MIN_CHARS or not talk.hits_in(before, "request"):
        return False
    return has(talk, turn, ("refusal", "regulation_talk"), "refuse", "recite") and not talk.hits_in(
        turn, *_WARM, "informing", "yielding", "polite_question", "confirmation_check", "denial"
    )


def _fit_signs(talk: Conversation, turns: tuple[Turn, ...]) -> list[Sign]:
    substantial = [
        t for t in turns[1:] if talk.chars(t) >= _SUBSTANTIAL_CHARS and talk.before(t) is not None
    ]
    unfit = [t for t in substantial if not _takes_up(talk, t)]
    read = [t for t in substantial if not _PARTICLE.search(talk.text(t))]
    enough = len(substantial) >= 2
    return [
        Sign(
            key="unfit",
            name="答非所问",
            value=round(len(unfit) / len(substantial), 4) if enough else 0.0,
        ),
        Sign(
            key="read_out",
            name="没有语气词，像在念稿",
            value=round(len(read) / len(substantial), 4) if enough else 0.0,
        ),
    ]


def _takes_up(talk: Conversation, turn: Turn) -> bool:
    before = talk.before(turn)
    said = normalize(talk.text(before)) if before is not None else ""
    answer = normalize(talk.text(turn))
    return any(said[i : i + 2] in answer for i in range(len(said) - 1))


def _manner_signs(talk: Conversation, turns: tuple[Turn, ...]) -> list[Sign]:
    said = "".join(normalize(u.text) for u in talk.agent.utterances)
    plain = said.count("你") - said.count("你好")
    spread = talk.metrics.pitch_spread_st
    flat = talk.voice_is_measurable and spread is not None and spread < _FLAT_ST
    kind = sum(has(talk, t, ("empathy", "apology"), "warm") for t in turns)
    helping = sum(has(talk, t, ("helping",), "help") for t in turns)
    return [
        Sign(
            key="plain_you",
            name="以“你”代“您”",
            value=float(plain >= 3 and plain > said.count("您")),
        ),
        Sign(key="voice_flat", name="语调平", value=float(flat)),
        Sign(key="warm", name="有安抚", value=share_of(kind, 3)),
        Sign(
            key="helping",
            name="着手处理",
            value=share_of(helping / len(turns), 0.5) if turns else 0.0,
        ),
    ]
