"""What a number is: its shape and the words around it, weighed against one another.

Each sign speaks for hiding or for keeping with a weight; a number is hidden when the signs
for hiding weigh at least as much. Nothing but the shape is needed where it is unmistakable
(a mobile number, a card that passes its check). Seven to eleven digits of which nothing is
known are hidden; twelve and more that are like no card are not: no number that people own
has so many.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from qa_pipeline.domain.call import Role
from qa_pipeline.redact.checks import (
    is_bank_card,
    is_day,
    is_identity_card,
    is_landline,
    is_like_bank_card,
    is_like_identity_card,
    is_like_landline,
    is_like_mobile,
    is_mobile,
    is_nearly_identity_card,
    is_public,
)
from qa_pipeline.redact.cue_words import PERSONAL, Cue
from qa_pipeline.redact.cues import Said, cues_after, cues_before, sounds_like
from qa_pipeline.redact.figures import PLAIN, digit_by_sound
from qa_pipeline.redact.lines import SOFT, View
from qa_pipeline.redact.runs import UNITS, Run
from qa_pipeline.redact.spans import PersonalKind

LONG = 7
"""A number of so many digits may be personal without a word that says so."""

_SIZES = {
    Cue.PHONE: (3, 13),
    Cue.IDENTITY: (4, 20),
    Cue.BANK: (6, 22),
    Cue.ACCOUNT: (4, 20),
    Cue.CODE: (3, 8),
    Cue.PLATE: (4, 7),
}
"""Fewest and most digits of what each cue announces."""
_UNSURE_SHORTEST = 5
_CODE_SIZES, _CODE_REACH = (4, 6), 24
_MOBILE_SIZE = _LONGEST_PHONE = 11
_WINDOW, _NEAR = 48, 20
_LEAST_CERTAIN = 0.6
_HALF_HEARD = 5
_LARGEST_AMOUNT = 9
_DOUBT, _DOUBT_TO_KEEP = 1.5, 3.0
"""A misheard cue counts as so many characters farther away."""
_KINDS = {
    Cue.PHONE: PersonalKind.MOBILE,
    Cue.IDENTITY: PersonalKind.IDENTITY_CARD,
    Cue.BANK: PersonalKind.BANK_CARD,
    Cue.ACCOUNT: PersonalKind.ACCOUNT,
    Cue.CODE: PersonalKind.CODE,
    Cue.PLATE: PersonalKind.PLATE,
}
_LIKE: tuple[tuple[Callable[[str], bool], PersonalKind, float], ...] = (
    (is_like_identity_card, PersonalKind.IDENTITY_CARD, 3.0),
    (is_landline, PersonalKind.LANDLINE, 2.5),
    (is_like_bank_card, PersonalKind.BANK_CARD, 2.5),
    (is_like_mobile, PersonalKind.MOBILE, 2.0),
    (is_nearly_identity_card, PersonalKind.IDENTITY_CARD, 1.5),
    (is_like_landline, PersonalKind.LANDLINE, 1.0),
)
"""Shapes with what they weigh, the surest first."""
_GUESSED = 2.0
_STRICT, _SETTLED = 4, 9.0
_SOME_WAY = 0.5
_LONGEST_STAFF, _CALL_GAP = 6, 8
_LETTERS = re.compile(r"[A-Za-z]{2,4}[\s-]?$")
_STAFF_AFTER = re.compile(r"\s?号?(?:客服|坐席|为您服务|很高兴|号接|号话务|号的?那个)")
_SOMEBODY = re.compile(r"[那这]个(?:人|谁)?$|[那这]位$")
_VALUE_AFTER = re.compile(r"(?:\.\d+)?(?:多|几|来)?(?:[元块毛角]|块钱|[%％]|[个件次箱斤台])")
_MONTH = re.compile(r"[年月]")
_YEAR_FIRST = re.compile(r"20[12]\d")


class _Sign(NamedTuple):
    weight: float
    kind: PersonalKind


def kind_of(
    view: View, run: Run, *, with_orders: bool, is_strict: bool = False
) -> PersonalKind | None:
    """What the number is; None for what stays (order numbers, 工号, quantities, days).

    Where `is_strict` nothing of four digits and more stays that nothing explains.
    """
    hide, keep = _weighed(view, run)
    if hide.weight >= max(1.0, keep):
        return hide.kind
    if is_strict and run.size >= _STRICT and not _may_stay(hide.weight, keep):
        return PersonalKind.NUMBER
    return PersonalKind.ORDER if with_orders and keep < _SETTLED and run.size >= LONG else None


def is_explained(view: View, run: Run) -> bool:
    """Whether words around the number, or its shape, say that it is nobody's own."""
    hide, keep = _weighed(view, run)
    return keep >= 1.0 and hide.weight < keep


def is_explained_by_words(view: View, run: Run) -> bool:
    """Whether words around a dictation say that it is nobody's own, whatever its digits are."""
    after = view.after(run.end, 8)
    said = cues_before(view.before(run.start, _WINDOW))
    if _VALUE_AFTER.match(after) or _is_staff(view, run, said) or _is_hotline(run.digits):
        return True
    if run.size <= _LONGEST_STAFF and any(s.cue is Cue.CALL and s.gap <= _CALL_GAP for s in said):
        return True
    said = tuple(s for s in said if s.cue in PERSONAL or s.between.count(SOFT) <= 1)
    follows = cues_after(after)
    keep = _keeping(view, run, said, follows)
    return _may_stay(_cued(run, said, follows, keep).weight, keep)


def _may_stay(hide: float, keep: float) -> bool:
    """Whether a number may stay where all that nothing explains is hidden.

    A word some way before it is enough where nothing speaks for hiding.
    """
    if keep >= 1.0:
        return hide < keep
    return hide == 0.0 and keep >= _SOME_WAY


def _is_hotline(digits: str) -> bool:
    return is_public(digits) and digits[:3].count("?") <= 1


def _weighed(view: View, run: Run) -> tuple[_Sign, float]:
    """What speaks most for hiding, and how much speaks for keeping."""
    nothing = _Sign(0.0, PersonalKind.NUMBER)
    if is_identity_card(run.digits):
        return _Sign(9.0, PersonalKind.IDENTITY_CARD), 0.0
    if _is_quantity(view, run) or is_day(run.digits):
        return nothing, _SETTLED
    said = cues_before(view.before(run.start, _WINDOW))
    nearest = min(said, key=_rank, default=None)
    if _is_staff(view, run, said) or _is_known_to_all(run, nearest):
        return nothing, _SETTLED
    follows = cues_after(view.after(run.end, 8))
    keep = _keeping(view, run, said, follows)
    hide = max(
        _shape(view.text, run), _cued(run, said, follows, keep), key=lambda sign: sign.weight
    )
    return _Sign(hide.weight, _kind(view, run, hide)), keep


def is_without_words(view: View, run: Run) -> bool:
    """Whether nothing around the number says what it is."""
    return (
        not cues_before(view.before(run.start, _WINDOW))
        and not cues_after(view.after(run.end, 8))
        and not _is_quantity(view, run)
        and not is_public(run.digits)
    )


def _rank(said: Said) -> float:
    if said.is_exact:
        return said.gap
    return said.gap + (_DOUBT if said.cue in PERSONAL else _DOUBT_TO_KEEP)


def _kind(view: View, run: Run, sign: _Sign) -> PersonalKind:
    shape = _shape(view.text, run)
    return shape.kind if shape.weight >= 2 and shape.kind is not PersonalKind.NUMBER else sign.kind


def _shape(text: str, run: Run) -> _Sign:
    """What the digits alone say, and how surely; with a misheard digit before or behind too."""
    signs = [_shape_of(run.digits, run.certain)]
    if run.size >= LONG:
        lead, tail = (_beside(text, at) for at in (run.start - 1, run.end))
        beside = {lead + run.digits, run.digits + tail, lead + run.digits + tail} - {run.digits}
        guessed = [_shape_of(digits, run.certain) for digits in beside]
        signs += [_Sign(min(sign.weight, _GUESSED), sign.kind) for sign in guessed]
    return max(signs, key=lambda sign: sign.weight)


def _beside(text: str, at: int) -> str:
    if not 0 <= at < len(text) or text[at] in PLAIN:
        return ""
    return digit_by_sound(text[at]) or ""


def _shape_of(number: str, certain: int) -> _Sign:
    if is_identity_card(number):
        return _Sign(9.0, PersonalKind.IDENTITY_CARD)
    if is_bank_card(number):
        return _Sign(4.0 if is_like_bank_card(number) else 2.5, PersonalKind.BANK_CARD)
    if is_mobile(number):
        return _Sign(4.0 if len(number) == _MOBILE_SIZE else 2.5, PersonalKind.MOBILE)
    if certain < _LEAST_CERTAIN * len(number):
        is_half = certain >= _HALF_HEARD and LONG < len(number) <= 2 * certain
        return _Sign(1.0 if is_half else 0.0, PersonalKind.NUMBER)
    for fits, kind, weight in _LIKE:
        if fits(number):
            return _Sign(weight, kind)
    if _MOBILE_SIZE < len(number) <= _MOBILE_SIZE + 3 and any(
        is_mobile(number[at : at + _MOBILE_SIZE]) for at in range(len(number) - _MOBILE_SIZE + 1)
    ):  # a filler, or 一直, was taken for a digit
        return _Sign(1.5, PersonalKind.MOBILE)
    return _Sign(1.0 if LONG <= len(number) <= _LONGEST_PHONE else 0.0, PersonalKind.NUMBER)


def _cued(run: Run, said: tuple[Said, ...], follows: tuple[Cue, ...], keep: float) -> _Sign:
    """The strongest word around that announces something personal of such a length."""
    signs = [_Sign(0.0, PersonalKind.NUMBER)]
    rival = min((_rank(s) for s in said if s.cue not in PERSONAL and s.is_attached), default=99.0)
    for cue in said:
        if cue.cue in PERSONAL and _fits(run, cue):
            weight = _weight(cue) * (0.4 if rival < _rank(cue) and keep else 1.0)
            signs.append(_Sign(weight, _KINDS[cue.cue]))
    signs += [
        _Sign(2.0, _KINDS[cue])
        for cue in follows
        if cue in PERSONAL and _SIZES[cue][0] < run.size <= _SIZES[cue][1]
    ]
    return max(signs, key=lambda sign: sign.weight)


def _weight(cue: Said) -> float:
    if cue.is_attached or (cue.cue is Cue.CODE and cue.is_exact and cue.gap <= _CODE_REACH):
        return 3.0 if cue.is_exact else 2.2
    near = 1.2 if cue.is_exact else 0.6
    is_answer = cue.between.count(SOFT) == 1
    return near if is_answer or cue.gap <= _NEAR else near / 2


def _fits(run: Run, cue: Said) -> bool:
    """Whether a number of this length may be what the cue announces."""
    shortest, longest = _SIZES[cue.cue]
    is_clear = run.certain >= _LEAST_CERTAIN * run.size
    if run.size > longest or not (is_clear or (cue.is_attached and cue.is_exact)):
        return False
    if run.size >= LONG:
        return True
    if cue.cue is Cue.CODE and run.size in _CODE_SIZES and cue.gap <= _CODE_REACH:
        return cue.is_exact or cue.is_attached or cue.between.count(SOFT) == 1
    if not cue.is_attached or _SOMEBODY.search(cue.between):
        return False
    is_sure = cue.is_exact and run.certain == run.size
    return run.size >= (shortest if is_sure else max(_UNSURE_SHORTEST, shortest))


def _keeping(view: View, run: Run, said: tuple[Said, ...], follows: tuple[Cue, ...]) -> float:
    """How much speaks for an order, a parcel, a case or an amount."""
    weights = [0.0]
    personal = min((_rank(s) for s in said if s.cue in PERSONAL and s.is_attached), default=99.0)
    for cue in said:
        if cue.cue is Cue.ORDER or (cue.cue is Cue.OTHER and run.size <= _LARGEST_AMOUNT):
            weights.append(_weight(cue) * (0.4 if personal < _rank(cue) else 1.0))
    if Cue.ORDER in follows:
        weights.append(2.5)
    if _LETTERS.search(view.text[: run.start]) and run.size >= 10:
        weights.append(3.5)
    if _YEAR_FIRST.match(run.digits) and run.size >= 12:
        weights.append(1.5)
    return max(weights)


def _is_known_to_all(run: Run, nearest: Said | None) -> bool:
    if not is_public(run.digits):
        return False
    if run.size >= LONG or nearest is None:
        return True
    if nearest.cue is Cue.CODE:
        return run.size not in _CODE_SIZES
    return nearest.cue not in (Cue.PLATE, Cue.ACCOUNT)


def _is_quantity(view: View, run: Run) -> bool:
    after = view.after(run.end, 8)
    if view.text[max(0, run.start - 3) : run.start] == "百分之":
        return True
    if run.size < LONG and (UNITS.match(after) or _MONTH.search(view.before(run.start, 1))):
        return True
    if "?" in run.digits and run.size <= 10 and UNITS.match(after):
        return True
    is_amount = _VALUE_AFTER.match(after) is not None or sounds_like(after[:1], "块元")
    return is_amount and run.size <= _LARGEST_AMOUNT


def _is_staff(view: View, run: Run, said: tuple[Said, ...]) -> bool:
    """Whether it is a 工号 or the last places of a number, by the nearest word that can tell."""
    if run.size > 8:
        return False
    telling = [s for s in said if s.is_attached and s.cue not in (Cue.CODE, Cue.OTHER, Cue.CALL)]
    nearest = min(telling, key=_rank, default=None)
    if nearest is not None and nearest.cue in (Cue.STAFF, Cue.TAIL):
        return nearest.cue is Cue.STAFF or run.size <= 6
    after = view.after(run.end, 8)
    return view.role is not Role.CUSTOMER and _STAFF_AFTER.match(after) is not None
