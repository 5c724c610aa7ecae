"""Mail addresses and names of accounts: letters and digits together."""

import re
from collections.abc import Iterator

from qa_pipeline.redact.cue_words import BEFORE, Cue
from qa_pipeline.redact.cues import cues_before, ends_of
from qa_pipeline.redact.figures import digit_by_sound, digit_of
from qa_pipeline.redact.lines import HARD, SOFT, View
from qa_pipeline.redact.spans import PersonalKind, Place
from qa_pipeline.text.normalize import is_han

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
_MAY_BE_HOST = re.compile(rf"{_AT}|{_END}", re.IGNORECASE)
_MAIL_CUES = ("邮箱", "邮件", "邮箱地址")
_LETTER = re.compile(r"[A-Za-z]")
_REACH = 26
_NAME_LIKE = re.compile(r"(?<![A-Za-z])(?:[A-Za-z]{2,12}[_.-]?)")
_FEWEST_DIGITS, _MOST_DIGITS = 4, 9
_NO_ACCOUNT = re.compile(r"航班|车次|型号|版本|代码|款|牌子|机型|系统|[一-鿿]座")
_IN_MAIL = "._-+点杠下划线"


def find_accounts(view: View) -> Iterator[Place]:
    """Mail addresses and names of accounts that hold letters."""
    for found in _MAIL.finditer(view.text):
        yield Place(found.start(), found.end(), PersonalKind.EMAIL)
    hosts = _SPOKEN_HOST.finditer(view.text) if _MAY_BE_HOST.search(view.text) else ()
    for found in hosts:
        start = _before_host(view.text, found.start())
        if start < found.start() or re.match(_AT, found.group(), re.IGNORECASE):
            yield Place(start, found.end(), PersonalKind.EMAIL)
    yield from _named(view)
    yield from _like_accounts(view)


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
    if _LETTER.search(view.text) is None:
        return
    cues = ((PersonalKind.EMAIL, _MAIL_CUES), (PersonalKind.ACCOUNT, BEFORE[Cue.ACCOUNT]))
    for kind, words in cues:
        for cue_end in ends_of(view.whole, words):
            own = view.own_position(cue_end, _REACH)
            found = _LETTER.search(view.text, own, own + _REACH) if own is not None else None
            if found is None:
                continue
            end = _signs_end(view.text, found.start())
            if end - found.start() >= 5 or (kind is PersonalKind.EMAIL and end - found.start() > 2):
                yield Place(found.start(), end, kind)


def _like_accounts(view: View) -> Iterator[Place]:
    """Letters and then digits of which nothing says that they are something else: lily2008."""
    for letters in _NAME_LIKE.finditer(view.text):
        end = _signs_end(view.text, letters.start())
        digits = sum(digit_of(c) is not None for c in view.text[letters.end() : end])
        if not _FEWEST_DIGITS <= digits <= _MOST_DIGITS:
            continue
        before = view.before(letters.start(), _REACH)
        nearest = next(iter(cues_before(before)), None)
        is_order = nearest is not None and nearest.cue is Cue.ORDER and nearest.is_attached
        if is_order or _NO_ACCOUNT.search(before):
            continue
        yield Place(letters.start(), end, PersonalKind.ACCOUNT)


def _signs_end(text: str, start: int) -> int:
    end = at = start
    while at < len(text) and at - end <= 2:
        if text[at] in (SOFT, HARD, "，", "。"):
            break
        if _is_sign(text[at]):
            end = at + 1
        at += 1
    return end
