"""Mail addresses, account names and number plates: letters and digits together."""

import re
from collections.abc import Iterator

from qa_pipeline.redact.cues import WORDS, Cue, ends_of
from qa_pipeline.redact.figures import digit_by_sound, digit_of
from qa_pipeline.redact.lines import HARD, SOFT, View
from qa_pipeline.redact.spans import PersonalKind, Place
from qa_pipeline.text.normalize import is_han
from qa_pipeline.text.syllables import readings

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_AT = r"(?:@|＠|(?:艾|爱|埃|隘|碍|哎)[特泰忒]|圈a|小老鼠|(?<![A-Za-z])at(?![a-z]))"
_HOSTS = (
    r"(?:qq|扣扣|gmail|sina|hotmail|outlook|foxmail|yahoo|icloud|sohu|网易|新浪|"
    r"[1一幺]\s?[6六2二]\s?[3三6六])"
)
_END = r"(?:com|cn|net|康姆|康母|扣姆|抗姆)(?:\s*(?:点|\.)\s*cn)?"
_SPOKEN_HOST = re.compile(
    rf"{_AT}\s*\S{{1,9}}?\s*\S?\s*{_END}|{_AT}\s*{_HOSTS}|{_HOSTS}\s*\S?\s*{_END}|\S{{1,5}}\s*\S\s*{_END}",
    re.IGNORECASE,
)
_MAIL_CUES = ("邮箱", "邮件", "邮箱地址")
_LETTER = re.compile(r"[A-Za-z]")
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE_DIGITS = (5, 6)
_REACH = 26
_IN_MAIL = "._-+点杠下划线"


def find_accounts(view: View) -> Iterator[Place]:
    """Mail addresses, plates and names of accounts that hold letters."""
    for found in _MAIL.finditer(view.text):
        yield Place(found.start(), found.end(), PersonalKind.EMAIL)
    for found in _SPOKEN_HOST.finditer(view.text):
        start = _before_host(view.text, found.start())
        if start < found.start() or re.match(_AT, found.group(), re.IGNORECASE):
            yield Place(start, found.end(), PersonalKind.EMAIL)
    yield from _named(view)
    yield from _plates(view)


def _before_host(text: str, at: int) -> int:
    """Where the name before the host begins: letters, digits and what sounds like them."""
    start = at
    while at > 0 and start - at <= 2:
        at -= 1
        char = text[at]
        if char in (SOFT, HARD) or (is_han(char) and char in "箱是件"):
            break
        if _is_sign(char) or char in _IN_MAIL:
            start = at
        elif not char.isspace() and not is_han(char):
            break
    return start


def _is_sign(char: str) -> bool:
    return (
        _LETTER.match(char) is not None
        or digit_of(char) is not None
        or digit_by_sound(char) is not None
    )


def _named(view: View) -> Iterator[Place]:
    """The letters and digits soon after 邮箱 or 微信."""
    cues = ((PersonalKind.EMAIL, _MAIL_CUES), (PersonalKind.ACCOUNT, WORDS[Cue.ACCOUNT]))
    for kind, words in cues:
        for cue_end in ends_of(view.whole, words):
            own = _own_position(view, cue_end)
            found = _LETTER.search(view.text, own, own + _REACH) if own is not None else None
            if found is None:
                continue
            end = _signs_end(view.text, found.start())
            if end - found.start() >= 5 or (kind is PersonalKind.EMAIL and end - found.start() > 2):
                yield Place(found.start(), end, kind)


def _own_position(view: View, whole: int) -> int | None:
    """The first own character from that place of the whole on, if it is near."""
    own = next((i for i, w in enumerate(view.to_whole) if w >= whole), None)
    return own if own is not None and view.to_whole[own] - whole <= _REACH else None


def _signs_end(text: str, start: int) -> int:
    end = at = start
    while at < len(text) and at - end <= 2:
        if text[at] in (SOFT, HARD, "，", "。"):
            break
        if _is_sign(text[at]):
            end = at + 1
        at += 1
    return end


def _plates(view: View) -> Iterator[Place]:
    """A province, a letter and five or six places, digits for the most part."""
    text = view.text
    cued = [
        own
        for e in ends_of(view.whole, WORDS[Cue.PLATE])
        if (own := _own_position(view, e)) is not None
    ]
    for found in re.finditer(r"[A-Za-z]{1,2}", text):
        end, digits = _plate_end(text, found.end())
        length = end - found.start() - 1
        start = found.start() - 1
        is_province = start >= 0 and (
            text[start] in _PROVINCES or text[start] == "牌" or _is_like_province(text[start])
        )
        near = any(0 <= found.start() - own <= 12 for own in cued)
        long_enough = digits >= (2 if near else 4) and 4 <= length <= 7
        goes_on = end < len(text) and digit_of(text[end]) is not None
        if long_enough and not goes_on and (near or is_province):
            begin = (
                start
                if start >= 0 and is_han(text[start]) and (is_province or near)
                else found.start()
            )
            yield Place(begin, end, PersonalKind.PLATE)


def _plate_end(text: str, start: int) -> tuple[int, int]:
    end = at = start
    digits = unknown = 0
    while at < len(text) and end - start < _PLATE_DIGITS[1] and at - end <= 1:
        if digit_of(text[at]) is not None:
            digits += 1
            end = at + 1
        elif _LETTER.match(text[at]) or digit_by_sound(text[at]) is not None:
            end = at + 1
        elif text[at] not in " ·，、":
            if unknown or not is_han(text[at]):
                break
            unknown += 1
        else:
            at += 1
            continue
        at += 1
    return end, digits


def _is_like_province(char: str) -> bool:
    if not is_han(char):
        return False
    sounds = {s.sound for s in readings(char)}
    return any(readings(p)[0].sound in sounds for p in _PROVINCES)
