"""Check digits and shapes of numbers that people own."""

import re
from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_MOBILE = re.compile(r"(?:0|86|0086)?1[3-9]\d{9}")
_LANDLINE = re.compile(r"0(?:10|2\d|[3-9]\d{2})[2-9]\d{6,7}")
_HOTLINE = re.compile(r"[48]00\d{7}")


def is_identity_card(number: str) -> bool:
    """Whether 18 places (the last may be X) are an identity card number (GB 11643-1999)."""
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", number) or not is_day(number[6:14]):
        return False
    total = sum(int(d) * w for d, w in zip(number[:17], _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17]


def is_bank_card(number: str) -> bool:
    """Whether 15 to 19 digits pass the check of ISO/IEC 7812-1 (Luhn)."""
    if not re.fullmatch(r"[2-9]\d{14,18}", number):
        return False
    doubled = (int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(number)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def is_mobile(number: str) -> bool:
    """Whether the digits are a mobile number of mainland China, with or without its prefix."""
    return _MOBILE.fullmatch(number) is not None


def is_landline(number: str) -> bool:
    """Whether the digits are a landline number with its area code."""
    return _LANDLINE.fullmatch(number) is not None


def is_hotline(number: str) -> bool:
    """Whether the digits are a company's number (400…, 800…)."""
    return _HOTLINE.fullmatch(number) is not None


def is_day(number: str) -> bool:
    """Whether eight digits are a day between 1900 and 2099 (20261122)."""
    if not re.fullmatch(r"(?:19|20)\d{6}", number):
        return False
    try:
        date(int(number[:4]), int(number[4:6]), int(number[6:]))
    except ValueError:
        return False
    return True
