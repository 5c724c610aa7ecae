"""Numbers that are somebody's own, each with all of its places."""

import re
from collections.abc import Iterator

from qa_pipeline.redact.checks import is_identity_card, is_landline, is_mobile, is_whole
from qa_pipeline.redact.dictation import find_stretches
from qa_pipeline.redact.kinds import is_explained, is_without_words, kind_of
from qa_pipeline.redact.lines import View
from qa_pipeline.redact.runs import UNITS, Run, begins_word, extended, find_runs
from qa_pipeline.redact.spans import PersonalKind, Place

_LEAST_BEFORE_AMOUNT = 7
_LONGEST_AMOUNT = 3
_REST_REACH, _LEAST_REST = 60, 6
_LAST_LETTER = re.compile(r"[\s，,、]{0,2}(?:[XxＸｘ叉]|艾克斯|埃克斯|爱克斯)")
_AMOUNT_AFTER = re.compile(r"[多几来]?(?:[元块毛角]|[%％]|[个件次箱斤台])")


def find_numbers(view: View, *, with_orders: bool, is_strict: bool = False) -> Iterator[Place]:
    """Personal numbers of one side, each digit group a place of its own."""
    last: tuple[int, PersonalKind] | None = None
    for run in sorted(_runs(view), key=lambda run: run.start):
        kind = kind_of(view, run, with_orders=with_orders, is_strict=is_strict)
        if kind is None and last is not None and _goes_on(view, last[0], run):
            kind = last[1]
        if kind is None:
            continue
        if kind is not PersonalKind.ORDER:
            last = run.end, kind
        for start, end in _groups(_whole(view.text, run, kind)):
            yield Place(start, end, kind)


def find_explained(view: View) -> Iterator[Place]:
    """Numbers that stay because something says what they are; each as a whole."""
    for run in _runs(view):
        if is_explained(view, run):
            yield Place(run.start, run.end, PersonalKind.ORDER)


def _runs(view: View) -> Iterator[Run]:
    for stretch in find_stretches(view.text):
        yield from _parts(stretch, is_over=False)
    for run in find_runs(view.text):
        is_over = UNITS.match(view.after(run.end, 4)) is not None
        is_over |= begins_word(view.text, run.places[-1])
        for part in _parts(run, is_over=is_over):
            yield _with_last_letter(view.text, _without_amount(view, part))


def _parts(run: Run, *, is_over: bool) -> Iterator[Run]:
    """The run in pieces where whole numbers follow one another; else the run as it is."""
    borders = [i for i in range(1, run.size) if run.places[i] != run.places[i - 1] + 1]
    if is_over:  # its last digits begin an amount, or 一直
        borders += range(max(1, run.size - _LONGEST_AMOUNT), run.size)
    borders = sorted({*borders, run.size})
    start = pending = 0
    while start < run.size:
        ends = [b for b in reversed(borders) if b > start and is_whole(run.digits[start:b])]
        if ends:
            if pending < start:
                yield _part(run, pending, start)
            yield _part(run, start, ends[0])
            start = pending = ends[0]
            continue
        start = next(b for b in borders if b > start)
        if start - pending > _LONGEST_AMOUNT:
            break
    if pending < run.size:
        yield _part(run, pending, run.size)


def _part(run: Run, start: int, end: int) -> Run:
    if end - start == run.size:
        return run
    places = run.places[start:end]
    certain = min(run.certain, end - start)
    return Run(places[0], places[-1] + 1, places, run.digits[start:end], certain)


def _whole(text: str, run: Run, kind: PersonalKind) -> Run:
    is_known = kind is not PersonalKind.NUMBER
    return extended(text, run, _wanted_size(run, kind), is_known=is_known)


def _goes_on(view: View, last: int, run: Run) -> bool:
    """Whether the rest of a number follows that was just begun, with no word of anything else."""
    is_near = 0 <= view.to_whole[run.start] - view.to_whole[last - 1] <= _REST_REACH
    return is_near and run.size >= _LEAST_REST and is_without_words(view, run)


def _with_last_letter(text: str, run: Run) -> Run:
    letter = _LAST_LETTER.match(text, run.end)
    if letter is None or not 15 <= run.size <= 17:
        return run
    places = (*run.places, *range(letter.end() - len(letter.group().strip("，,、 ")), letter.end()))
    return Run(run.start, letter.end(), places, run.digits + "X", run.certain)


def _without_amount(view: View, run: Run) -> Run:
    """The run without what begins anew after a pause: a card number, then 77 元 or 二十四小时."""
    last = max((i for i in range(1, run.size) if run.places[i] != run.places[i - 1] + 1), default=0)
    after = view.after(run.end, 4)
    is_amount = _AMOUNT_AFTER.match(after) or (
        run.size - last <= _LONGEST_AMOUNT and UNITS.match(after)
    )
    if last < _LEAST_BEFORE_AMOUNT or not is_amount:
        return run
    places = run.places[:last]
    return Run(run.start, places[-1] + 1, places, run.digits[:last], min(run.certain, last))


def _groups(run: Run) -> Iterator[tuple[int, int]]:
    start = last = run.places[0]
    for place in run.places[1:]:
        if place != last + 1:
            yield start, last + 1
            start = place
        last = place
    yield start, last + 1


def _wanted_size(run: Run, kind: PersonalKind) -> int:
    """How many digits such a number should have, to look for misheard ones at its ends."""
    if kind is PersonalKind.ORDER:
        return run.size
    if is_mobile(run.digits) or is_landline(run.digits) or is_identity_card(run.digits):
        return run.size
    if kind in (PersonalKind.MOBILE, PersonalKind.NUMBER) and 8 < run.size <= 11:
        return 11
    if kind is PersonalKind.IDENTITY_CARD and run.size > 12:
        return 18
    if kind is PersonalKind.BANK_CARD and run.size > 12:
        return 16 if run.size <= 16 else 19
    return run.size + 2
