"""Which numbers are somebody's own: telephone, identity card, bank card, account, code."""

import re
from collections.abc import Iterator

from qa_pipeline.domain.call import Role
from qa_pipeline.redact.checks import (
    is_bank_card,
    is_day,
    is_hotline,
    is_identity_card,
    is_landline,
    is_mobile,
)
from qa_pipeline.redact.cues import Cue, Said, last_cue
from qa_pipeline.redact.lines import View
from qa_pipeline.redact.runs import UNITS, Run, extended, find_runs
from qa_pipeline.redact.spans import PersonalKind, Place

LONG = 7
"""A number of so many digits is personal unless something says that it is not."""

_SHORTEST = {Cue.PHONE: 3, Cue.IDENTITY: 4, Cue.BANK: 6, Cue.ACCOUNT: 5, Cue.CODE: 3, Cue.PLATE: 4}
_CUE_WINDOW = 34
_UNSURE_SHORTEST = 5
_LEAST_CERTAIN = 0.6
_LARGEST_AMOUNT = 9
_EMERGENCY = ("110", "119", "120", "122", "114")
_SHORTEST_ORDER = 12
_KINDS = {
    Cue.PHONE: PersonalKind.MOBILE,
    Cue.IDENTITY: PersonalKind.IDENTITY_CARD,
    Cue.BANK: PersonalKind.BANK_CARD,
    Cue.ACCOUNT: PersonalKind.ACCOUNT,
    Cue.CODE: PersonalKind.CODE,
    Cue.PLATE: PersonalKind.PLATE,
}
_LAST_LETTER = re.compile(r"[\s，,、]{0,2}(?:[XxＸｘ叉]|艾克斯|埃克斯|爱克斯)")
_NEARLY_HOTLINE = re.compile(r"[48?][0?]{2}[\d?]{5,8}")
_LETTERS = re.compile(r"[A-Za-z]{2,4}[\s-]?$")
_STAFF_AFTER = re.compile(r"\s?号?(?:客服|坐席|为您服务|很高兴)")
_ORDER_AFTER = re.compile(r"[，,\s]?(?:这个|这一)?(?:订单|单号|运单|的单子|的快递|的包裹)")
_VALUE_AFTER = re.compile(r"(?:多|几|来)?(?:[元块毛角]|块钱|[%％]|[个件次箱斤台])")
_NEARLY_MOBILE = re.compile(r"[1?][3-9?][\d?]{7,10}")
_MONTH = re.compile(r"[年月]")


def find_numbers(view: View, *, with_orders: bool) -> Iterator[Place]:
    """Personal numbers of one side, each digit group a place of its own."""
    for found in find_runs(view.text):
        run = _with_last_letter(view.text, _without_amount(view, found))
        kind = _kind_of(view, run, with_orders=with_orders)
        if kind is None:
            continue
        is_known = kind is not PersonalKind.NUMBER
        whole = extended(view.text, run, _wanted_size(run, kind), is_known=is_known)
        for start, end in _groups(whole):
            yield Place(start, end, kind)


def _with_last_letter(text: str, run: Run) -> Run:
    letter = _LAST_LETTER.match(text, run.end)
    if letter is None or not 15 <= run.size <= 17:
        return run
    places = (*run.places, *range(letter.end() - len(letter.group().strip("，,、 ")), letter.end()))
    return Run(run.start, letter.end(), places, run.digits + "X", run.certain)


def _without_amount(view: View, run: Run) -> Run:
    """The run without an amount that follows it: a card number, then 77 元."""
    if run.size <= _LARGEST_AMOUNT or not _VALUE_AFTER.match(view.after(run.end, 4)):
        return run
    last = max((i for i in range(1, run.size) if run.places[i] != run.places[i - 1] + 1), default=0)
    if not last:
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


def _kind_of(view: View, run: Run, *, with_orders: bool) -> PersonalKind | None:
    """What the number is; None for what stays (order numbers, 工号, quantities, days)."""
    said = last_cue(view.before(run.start, _CUE_WINDOW))
    after = view.after(run.end, 8)
    if is_identity_card(run.digits):
        return PersonalKind.IDENTITY_CARD
    if _is_quantity(view, run, after):
        return None
    if _is_staff(said, after, run, view.role):
        return None
    if _is_order(view, said, after, run):
        return PersonalKind.ORDER if with_orders else None
    if said is not None and said.cue in _SHORTEST:
        return _cued(said, run)
    if said is not None and said.cue is Cue.OTHER and said.is_attached and run.size <= 9:
        return None
    is_believable = run.size >= LONG and run.certain >= _LEAST_CERTAIN * run.size
    return _shaped(run) if is_believable else None


def _is_quantity(view: View, run: Run, after: str) -> bool:
    if view.text[max(0, run.start - 3) : run.start] == "百分之":
        return True
    if run.size < LONG and (UNITS.match(after) or _MONTH.search(view.before(run.start, 1))):
        return True
    if "?" in run.digits and run.size <= 10 and UNITS.match(after):
        return True
    return _VALUE_AFTER.match(after) is not None and run.size <= _LARGEST_AMOUNT


def _is_staff(said: Said | None, after: str, run: Run, role: Role) -> bool:
    if run.size > 8:
        return False
    follows = said is not None and said.cue is Cue.STAFF and said.is_attached
    return follows or (role is not Role.CUSTOMER and _STAFF_AFTER.match(after) is not None)


def _is_order(view: View, said: Said | None, after: str, run: Run) -> bool:
    if _LETTERS.search(view.text[: run.start]) and run.size >= 10:
        return said is None or not said.is_exact or said.cue not in (Cue.ACCOUNT, Cue.PHONE)
    if said is not None and said.cue is Cue.ORDER:
        if said.is_attached and (said.is_exact or not _NEARLY_MOBILE.fullmatch(run.digits)):
            return True
        return run.size >= _SHORTEST_ORDER and not is_mobile(run.digits)
    personal = said is not None and said.cue in _SHORTEST
    return not personal and _ORDER_AFTER.match(after) is not None and not is_mobile(run.digits)


def _cued(said: Said, run: Run) -> PersonalKind | None:
    if said.cue is Cue.PHONE and (is_hotline(run.digits) or run.digits in _EMERGENCY):
        return None
    if run.size >= LONG:
        shape = _shaped(run)
        return _KINDS[said.cue] if shape in (None, PersonalKind.NUMBER) else shape
    is_sure = said.is_exact and run.certain == run.size
    shortest = _SHORTEST[said.cue] if is_sure else max(_UNSURE_SHORTEST, _SHORTEST[said.cue])
    is_long_enough = run.size >= shortest and said.is_attached
    return _KINDS[said.cue] if is_long_enough else None


def _shaped(run: Run) -> PersonalKind | None:
    number = run.digits
    if is_mobile(number):
        return PersonalKind.MOBILE
    if is_landline(number):
        return PersonalKind.LANDLINE
    if is_bank_card(number):
        return PersonalKind.BANK_CARD
    if is_hotline(number) or is_day(number) or _NEARLY_HOTLINE.fullmatch(number):
        return None
    return PersonalKind.NUMBER


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
