"""Check digits and shapes of numbers that people own."""

import re
from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_MOBILE = re.compile(r"(?:0|86|0086)?1[3-9]\d{9}")
_LANDLINE = re.compile(r"0(?:10|2\d|[3-9]\d{2})[2-9]\d{6,7}")
_HOTLINE = re.compile(r"[48?][0?]{2}[\d?]{6,8}")
_SERVICE = re.compile(r"1[12]\d|10\d{3}|12\d{3}|95\d{3}|96\d{3}")
_NEARLY_MOBILE = re.compile(r"[1?][3-9?][\d?]{7,9}")
_NEARLY_CARD = re.compile(r"[6?][2?][\d?]{13,18}")
_CARD_ISSUER = re.compile(r"62|4|5[1-5]|35|3[47]|60|6[58]|9[0-69]")
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|[78?]1|[1-6]\?|\?[1-7]|\?\?")
_CENTURY = re.compile(r"19[\d?]|20[012?]|1\?[3-9?]|\?9[3-9?]|[2?]0[012]")
_NEARLY_LANDLINE = re.compile(r"0(?:10|2\d|[3-9]\d)[\d?]{7,10}")
_BORN = re.compile(r"(?:[1?][9?][\d?]{2}|[2?][0?][012?][\d?])(?:[0?][\d?]|[1?][012?])[0-3?][\d?]")


def is_identity_card(number: str) -> bool:
    """Whether 18 places (the last may be X) are an identity card number (GB 11643-1999)."""
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", number) or not is_day(number[6:14]):
        return False
    total = sum(int(d) * w for d, w in zip(number[:17], _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17]


def is_bank_card(number: str) -> bool:
    """Whether 15 to 19 digits have an issuer and pass the check of ISO/IEC 7812-1 (Luhn)."""
    if not re.fullmatch(r"\d{15,19}", number) or not _CARD_ISSUER.match(number):
        return False
    doubled = (int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(number)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def is_mobile(number: str) -> bool:
    """Whether the digits are a mobile number of mainland China, with or without its prefix."""
    return _MOBILE.fullmatch(number) is not None


def is_landline(number: str) -> bool:
    """Whether the digits are a landline number with its area code."""
    return _LANDLINE.fullmatch(number) is not None


def is_like_identity_card(number: str) -> bool:
    """Whether 15 to 19 places, "?" for one that was not understood, may be an identity card.

    They begin with a province, and a day of birth stands where it belongs or one place beside it.
    """
    if not 15 <= len(number) <= 19 or not _PROVINCE.match(number):
        return False
    return any(_BORN.match(number, at) for at in (5, 6, 7))


def is_like_bank_card(number: str) -> bool:
    """Whether 15 to 20 places begin as the cards of Chinese banks do (62)."""
    return _NEARLY_CARD.fullmatch(number) is not None


def is_like_mobile(number: str) -> bool:
    """Whether the places may be a mobile number with up to two of its digits lost or misheard."""
    return _NEARLY_MOBILE.fullmatch(number) is not None and number.count("?") <= 2


def is_nearly_identity_card(number: str) -> bool:
    """Whether 12 to 20 places begin with a province and hold a year near where it belongs."""
    if not 12 <= len(number) <= 20 or not _PROVINCE.match(number):
        return False
    return any(_CENTURY.match(number, at) for at in (5, 6, 7, 8))


def is_like_landline(number: str) -> bool:
    """Whether 10 to 13 places begin as area codes do."""
    return _NEARLY_LANDLINE.fullmatch(number) is not None


def is_public(number: str) -> bool:
    """Whether everybody may know the number: 400…, 800…, 95588, 10086, 12315, 110."""
    return _HOTLINE.fullmatch(number) is not None or _SERVICE.fullmatch(number) is not None


def is_whole(number: str) -> bool:
    """Whether the digits are one number and nothing is missing or too much."""
    if len(number) == 10:
        return _HOTLINE.fullmatch(number) is not None and "?" not in number
    is_phone = len(number) == 11 and is_mobile(number)
    return is_phone or is_identity_card(number) or _SERVICE.fullmatch(number) is not None


def is_day(number: str) -> bool:
    """Whether eight digits are a day between 1900 and 2099 (20261122)."""
    if not re.fullmatch(r"(?:19|20)\d{6}", number):
        return False
    try:
        date(int(number[:4]), int(number[4:6]), int(number[6:]))
    except ValueError:
        return False
    return True
