"""责问 interrogating: questions that accuse.

Definition: the agent asks so that the customer has to defend himself: "你为什么
不…", "谁让你…", rhetorical negation ("我不是说过了吗"), impatience, or runs of
questions without a word for the answers.

Parts (log-odds, bias −2.5):
- accusatory question or rhetorical negation (+1.5 an utterance, the first four);
- blunt question (+1.0 an utterance, at most 3.0): a question with two of 你, a
  negation, a blunt word (才, 都, 就, 怎么, 自己), and nothing polite;
- impatience: 快点, 说重点, 有完没完 (+0.7 an utterance, at most 1.4);
- a run of four or more questions without acknowledging an answer, unless they
  verify an identity or ask politely (+0.9);
- 你 for 您 in two of the accusing utterances (+0.3);
- voice: pitch up by 3 semitones against the baseline (+0.3).

Not interrogating: identity verification; questions with 请问, 麻烦您, 方便 in the
same utterance; "为什么导致您这么生气"; the customer's own questions.

Abstains: roles unknown, sound unfit, transcript doubtful or not Chinese. Without
times it is judged from the text alone.
"""

import re

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.conversation import Conversation, conversation_of, why_not_judged
from qa_pipeline.detect.parts import Part, judge, version_of
from qa_pipeline.domain.detection import Detection, cannot_tell
from qa_pipeline.text.normalize import normalize
from qa_pipeline.text.spoken_text import LexiconHit

VERSION = "1"

_ID = "behaviour:interrogating"
_BIAS = -2.5
_LONG_RUN = 4
_HIGHER_ST = 3.0
_NEUTRAL = re.compile(
    r"(.)[不没]\1|有没有|了没有|不[？?]|不$|不[错过少贵]|要不|你好|不好意思|没关系|没问题|不客气"
)
_WARM = ("apology", "empathy", "yielding", "announcement", "closing")
_KINDS = {
    "accusatory_question": "责问客户",
    "rhetorical_negation": "反问否定客户",
    "impatience": "催促、不耐烦",
}


def detect(context: DetectionContext) -> Detection:
    """Judge one call; see the module's definition."""
    because = why_not_judged(context)
    if because is not None:
        return cannot_tell(_ID, version_of(VERSION), because)
    talk = conversation_of(context)
    polite = talk.agent.ids_with("polite_question")
    accusing = _first_in_each(talk, polite, "accusatory_question", "rhetorical_negation")
    impatient = _first_in_each(talk, polite, "impatience")
    parts = _word_parts(talk, accusing, impatient)
    parts += _blunt_parts(talk, polite, {hit.utterance_id for hit in accusing})
    parts += _run_parts(talk, polite)
    rise_st = talk.metrics.pitch_rise_st if talk.voice_is_measurable else None
    if accusing and rise_st is not None and rise_st >= _HIGHER_ST:
        parts.append(Part(name="音调高于平时", weight=0.3))
    return judge(_ID, VERSION, talk, _BIAS, parts)


def _first_in_each(
    talk: Conversation, polite: frozenset[str], *names: str
) -> tuple[LexiconHit, ...]:
    """The first hit of each utterance that does not ask politely."""
    firsts: dict[str, LexiconHit] = {}
    for hit in talk.agent.find_any(*names):
        if hit.utterance_id not in polite:
            firsts.setdefault(hit.utterance_id, hit)
    return tuple(firsts.values())


def _word_parts(
    talk: Conversation, accusing: tuple[LexiconHit, ...], impatient: tuple[LexiconHit, ...]
) -> list[Part]:
    parts = []
    if accusing:
        parts.append(
            Part(
                name="责备式发问",
                weight=1.5 * min(4, len(accusing)),
                evidence=tuple(
                    talk.cite(hit, f"{_KINDS[hit.lexicon]}：第{n}次“{hit.quote}”")
                    for n, hit in enumerate(accusing, start=1)
                ),
            )
        )
    if impatient:
        parts.append(
            Part(
                name="不耐烦",
                weight=0.7 * min(2, len(impatient)),
                evidence=tuple(
                    talk.cite(hit, f"{_KINDS['impatience']}：“{hit.quote}”") for hit in impatient
                ),
            )
        )
    blunt = [hit for hit in accusing if "你" in talk.by_id[hit.utterance_id].text]
    if len(blunt) >= 2:
        parts.append(Part(name="以“你”代“您”", weight=0.3))
    return parts


def _blunt_parts(talk: Conversation, polite: frozenset[str], known: set[str]) -> list[Part]:
    excused = known | polite | talk.agent.ids_with("identity_check", *_WARM)
    asking = talk.agent.ids_with("question")
    worded = talk.agent.ids_with("blunt_word")
    blunt = [
        u.utterance_id
        for u in talk.agent.utterances
        if u.utterance_id not in excused
        and (u.utterance_id in asking or "？" in u.text or "?" in u.text)
        and _bluntness(u.text, u.utterance_id in worded) >= 2
    ]
    if not blunt:
        return []
    evidence = tuple(talk.cite_utterance(i, "口气生硬的质问，没有礼貌用语") for i in blunt)
    return [Part(name="生硬盘问", weight=1.0 * min(3, len(blunt)), evidence=evidence)]


def _bluntness(text: str, has_blunt_word: bool) -> int:
    said = _NEUTRAL.sub("", normalize(text))
    return ("你" in said) + ("不" in said or "没" in said) + has_blunt_word


def _run_parts(talk: Conversation, polite: frozenset[str]) -> list[Part]:
    verifying = talk.agent.ids_with("identity_check")
    run = [
        i
        for i in talk.metrics.question_run_ids
        if i in talk.by_id and i not in polite and i not in verifying
    ]
    if len(run) < _LONG_RUN:
        return []
    reason = f"连续{len(run)}次发问，没有回应客户的回答"
    return [
        Part(
            name="接连发问",
            weight=0.9,
            evidence=tuple(talk.cite_utterance(i, reason) for i in run),
        )
    ]
