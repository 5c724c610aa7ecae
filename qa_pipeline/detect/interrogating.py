"""责问 interrogating: questions that accuse.

Definition: the agent asks so that the customer has to defend himself: "你为什么
不…", "谁让你…", rhetorical negation ("我不是说过了吗"), impatience, or runs of
questions without a word for the answers.

Signs for it (weights: behaviour_model/behaviours.json):
- accusatory questions and rhetorical negation in words (3 count in full);
- questions that presume a fault, however politely ("一次都没看到吗");
- turns that mean an accusation;
- blunt questions: two of 你, a negation, a blunt word (才, 都, 就, 怎么, 自己), and
  nothing polite; 你 for 您 in two of the accusing utterances;
- impatience: 快点, 说重点, 有完没完;
- a run of four or more questions without acknowledging an answer, unless they
  verify an identity or ask politely;
- the customer defends himself after a question; complains of the manner;
- voice: higher by 3 semitones than the agent's baseline.

Signs against it: polite forms in the questions; the customer is content in the end.

Not interrogating: identity verification; questions with 请问, 麻烦您, 方便 in the
same utterance; "为什么导致您这么生气"; the customer's own questions.

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
    meaning_sign,
    numbered,
)
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Detection, cannot_tell
from qa_pipeline.domain.metrics import Turn
from qa_pipeline.text.normalize import normalize
from qa_pipeline.text.spoken_text import LexiconHit

VERSION = "4"

_LONG_RUN = 4
_HIGHER_ST = 3.0
_NEUTRAL = re.compile(
    r"(.)[不没]\1|有没有|了没有|不[？?]|不$|不[错过少贵]|要不|你好|不好意思|没关系|没问题|不客气"
)
_NO_QUESTION = re.compile(
    "(多少|什么|怎么|谁|哪).{0,3}就是?.{0,2}\\1|我们?(?:怎么|哪里?|上哪儿?)(?:会|能)?(?:知道|清楚|晓得)"
)
"""用多少就是多少, 我们怎么知道: question words that ask the customer nothing."""
_WARM = ("apology", "empathy", "yielding", "announcement", "closing")
_KINDS = {
    "accusatory_question": "责问客户",
    "rhetorical_negation": "反问否定客户",
    "impatience": "催促、不耐烦",
    "presuming_question": "预设客户有错的问话",
}


def detect(context: DetectionContext) -> Detection:
    """Judge one call; see the module's definition."""
    because = why_not_judged(context)
    if because is not None:
        return cannot_tell("behaviour:interrogating", version_of(VERSION), because)
    talk = conversation_of(context)
    return judge("interrogating", VERSION, talk, signs(talk))


def signs(talk: Conversation) -> list[Sign]:
    """Everything that speaks for or against it."""
    polite = talk.agent.ids_with("polite_question")
    accusing = _first_in_each(talk, polite, "accusatory_question", "rhetorical_negation")
    known = {hit.utterance_id for hit in accusing}
    presuming = _first_in_each(talk, polite | known, "presuming_question")
    impatient = _first_in_each(talk, polite, "impatience")
    plain = [hit for hit in accusing if "你" in talk.by_id[hit.utterance_id].text]
    rise_st = talk.metrics.pitch_rise_st if talk.voice_is_measurable else None
    return [
        _worded("accusing", "责备式发问", talk, accusing, 3),
        _worded("presuming", "预设过错的发问", talk, presuming, 3),
        _worded("impatient", "不耐烦", talk, impatient, 2),
        _blunt_sign(talk, polite, known | {hit.utterance_id for hit in presuming}),
        Sign(key="plain_you", name="以“你”代“您”", value=float(len(plain) >= 2)),
        _run_sign(talk, polite),
        *_turn_signs(talk),
        Sign(
            key="voice_higher",
            name="音调高于平时",
            value=float(bool(accusing) and rise_st is not None and rise_st >= _HIGHER_ST),
        ),
        *(s for s in customer_signs(talk) if s.key in ("manner", "content_end")),
    ]


def _first_in_each(
    talk: Conversation, excused: frozenset[str] | set[str], *names: str
) -> tuple[LexiconHit, ...]:
    """The first hit of each utterance that is not excused."""
    firsts: dict[str, LexiconHit] = {}
    for hit in talk.agent.find_any(*names):
        if hit.utterance_id not in excused:
            firsts.setdefault(hit.utterance_id, hit)
    return tuple(firsts.values())


def _worded(
    key: str, name: str, talk: Conversation, hits: tuple[LexiconHit, ...], full: int
) -> Sign:
    evidence = tuple(
        talk.cite(hit, f"{_KINDS[hit.lexicon]}：第{n}次“{hit.quote}”")
        for n, hit in enumerate(hits, start=1)
    )
    return count_sign(key, name, evidence, full)


def _blunt_sign(talk: Conversation, polite: frozenset[str], known: set[str]) -> Sign:
    excused = known | polite | talk.agent.ids_with("identity_check", *_WARM)
    asking = talk.agent.ids_with("question")
    worded = talk.agent.ids_with("blunt_word")
    blunt = [
        u.utterance_id
        for u in talk.agent.utterances
        if u.utterance_id not in excused
        and _asks(u.text, u.utterance_id in asking)
        and _bluntness(u.text, u.utterance_id in worded) >= 2
    ]
    evidence = tuple(talk.cite_utterance(i, "口气生硬的质问，没有礼貌用语") for i in blunt)
    return count_sign("blunt", "生硬盘问", evidence, 3)


def _asks(text: str, has_question_word: bool) -> bool:
    if "？" in text or "?" in text:
        return True
    return has_question_word and not _NO_QUESTION.search(normalize(text))


def _bluntness(text: str, has_blunt_word: bool) -> int:
    said = _NEUTRAL.sub("", normalize(text))
    return ("你" in said) + ("不" in said or "没" in said) + has_blunt_word


def _run_sign(talk: Conversation, polite: frozenset[str]) -> Sign:
    verifying = talk.agent.ids_with("identity_check")
    run = [
        i
        for i in talk.metrics.question_run_ids
        if i in talk.by_id and i not in polite and i not in verifying
    ]
    if len(run) < _LONG_RUN:
        return Sign(key="question_run", name="接连发问", value=0.0)
    reason = f"连续{len(run)}次发问，没有回应客户的回答"
    evidence = tuple(talk.cite_utterance(i, reason) for i in run)
    return Sign(key="question_run", name="接连发问", value=1.0, evidence=evidence)


def _turn_signs(talk: Conversation) -> list[Sign]:
    turns = talk.turns_of(Role.AGENT)
    asking = [t for t in turns if talk.hits_in(t, "question") or "？" in talk.text(t)]
    impolite = [t for t in turns if not talk.hits_in(t, "polite_question", "identity_check")]
    defended = [t for t in impolite if t in asking and _defends(talk, t)]
    courteous = sum(t not in impolite for t in asking)
    return [
        meaning_sign("accuse_meaning", "问话带责备", talk, impolite, ("accuse",)),
        count_sign(
            "defends", "客户为自己辩解", numbered(talk, defended, lambda _: "问得客户辩解"), 3
        ),
        Sign(
            key="polite_share",
            name="问话有礼貌",
            value=round(courteous / len(asking), 4) if asking else 0.0,
        ),
    ]


def _defends(talk: Conversation, turn: Turn) -> bool:
    return has(talk, talk.after(turn), ("self_defence",), "defend")
