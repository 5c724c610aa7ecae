"""Whether what stands just before a phrase takes it back."""

import re

from qa_pipeline.text.stream import UtteranceStream

_REACH = 9

# A-not-A questions (是不是, 会不会, 有没有, 能不能) deny nothing.
_DENIAL = (
    r"(?:(?<!是)不是(?:说|讲|要|想|在|叫|让)?|(?:从|并|也|都|又|可)?没有?(?:人|谁)?(?:说过?|讲过?|要求|让|叫|想|在)?"
    r"|并不(?:是|会)?(?:说)?|(?<!会)不会|(?<!可)不可能|(?<!用)不用|(?<!需)不需要|无需|不必|不想|不打算|不敢|不愿意?"
    r"|(?<!能)不能|(?<!要)不要|(?<!该)不该|不得|不存在|不代表|不等于|不至于|不希望|(?<![分特差])别(?![的人家处])|禁止|绝不|决不|从不|从来不)"
)
_FILLING = (
    r"(?:说|会|能|要|去|再|有|是|跟|对|给|让|叫|把|为|因为|您|你|我|我们|他|她|他们|人家|这边|这个|那个|这样|这种|那种"
    r"|一个|什么|故意|任何|嗯|呃|啊|就|的|话|意思|来){0,3}"
)
_BEFORE = re.compile(_DENIAL + _FILLING + "$")
_NO_DENIAL = re.compile(
    r"(?:有没有|是不是|会不会|能不能|要不要|没有?问题|没事|没关系|不好意思|不要紧)$"
)

_DENIAL_WORD = re.compile(r"[不没别]")
_HARMLESS = re.compile(
    r"(.)[不没]\1|不好意思|没问题|没事|没关系|不客气|特别|别的|分别|差别|不过|不但|不仅"
)


def is_negated(stream: UtteranceStream, start: int, end: int, wanted: str, heard: str) -> bool:
    """Whether the words before column `start`, in the same clause, deny the phrase.

    Also true when a denial was heard inside the phrase that does not belong to it,
    and when the phrase's own first 不 or 没 belongs to a question (能不能退 is no
    不能退). `wanted` is the phrase's own text, `heard` what was taken for it.
    """
    text = stream.text
    if text[start] in "不没" and 0 < start < end - 1 and text[start - 1] == text[start + 1]:
        return True
    # what the phrase itself denies may be misheard (不好意私), so nothing of it is harmless
    if _denials(heard) > len(_DENIAL_WORD.findall(wanted)):
        return True
    clause = start
    while clause > 0 and start - clause < _REACH and clause not in stream.breaks:
        clause -= 1
    # a first syllable that was misheard may be the rest of a denial (不|是要投诉 for 我要投诉)
    before = text[clause : start + (text[start] != wanted[:1])]
    return bool(_BEFORE.search(before)) and not _NO_DENIAL.search(before)


def _denials(text: str) -> int:
    return len(_DENIAL_WORD.findall(_HARMLESS.sub("", text)))
