"""Personal data in what was said, and how it is hidden.

First version: long digit runs (telephone, identity card, bank card), spoken or
written, and e-mail addresses. Names and addresses are not found yet.
"""

import re

MASK = "＊"
MIN_DIGITS = 7
_DIGIT = r"[0-9０-９零〇一二三四五六七八九幺洞拐]"
_GAP = r"[\s\-—、,，.。]?(?:嗯|呃|啊|那个)?[\s,，]?"
_LONG_NUMBER = re.compile(rf"{_DIGIT}(?:{_GAP}{_DIGIT}){{{MIN_DIGITS - 1},}}[Xx]?")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_SINGLE_DIGIT = re.compile(_DIGIT)


def redact_text(text: str) -> str:
    """The text with the digits of long numbers and mail addresses masked.

    Runs of fewer than 7 digits (money, times, 工号) stay. The length is kept, so
    that positions still fit.
    """
    masked = _LONG_NUMBER.sub(lambda m: _SINGLE_DIGIT.sub(MASK, m.group()), text)
    return _MAIL.sub(lambda m: MASK * len(m.group()), masked)
