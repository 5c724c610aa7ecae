"""Number plates: a province, a letter and five or six places."""

import re
from collections.abc import Iterator

from qa_pipeline.redact.cue_words import BEFORE, Cue
from qa_pipeline.redact.cues import ends_of
from qa_pipeline.redact.figures import PLAIN, digit_by_sound, digit_of
from qa_pipeline.redact.lines import View
from qa_pipeline.redact.runs import begins_word
from qa_pipeline.redact.spans import PersonalKind, Place
from qa_pipeline.text.normalize import is_han
from qa_pipeline.text.syllables import readings

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LETTER = re.compile(r"[A-Za-z]")
_MOST_PLACES, _FEWEST_DIGITS = 6, 5
_REACH = 26


def find_plates(view: View) -> Iterator[Place]:
    """A province, a letter and five or six places, digits for the most part."""
    text = view.text
    if _LETTER.search(text) is None:  # no plate, and cues take long to look for
        return
    cued = [
        own
        for e in ends_of(view.whole, BEFORE[Cue.PLATE])
        if (own := view.own_position(e, _REACH)) is not None
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
        goes_on = _is_place(text, end) and _is_place(text, end + 1)
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
    while at < len(text) and end - start < _MOST_PLACES and at - end <= 1:
        if digit_of(text[at]) is not None:
            if begins_word(text, at):
                break
            digits += 1
            end = at + 1
        elif _LETTER.match(text[at]):
            end = at + 1
        elif digits >= _FEWEST_DIGITS and text[at] not in " ·":
            break
        elif digit_by_sound(text[at]) is not None:
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


def _is_place(text: str, at: int) -> bool:
    if at >= len(text) or text[at] in PLAIN:
        return False
    is_digit = digit_of(text[at]) is not None and not begins_word(text, at)
    return is_digit or digit_by_sound(text[at]) is not None
