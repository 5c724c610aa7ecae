"""Cells that a spreadsheet shows as text, whatever was said on the phone."""

import re

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MAX_XLSX_CELL = 32_767


def safe_csv_cell(value: object) -> object:
    """Text that a spreadsheet could take for a formula gets a leading apostrophe.

    So does text that has such apostrophes already, or it could not be read back.
    Numbers stay numbers; None is an empty cell.
    """
    if value is None:
        return ""
    if isinstance(value, str) and starts_like_formula(value.lstrip("'")):
        return f"'{value}"
    return value


def starts_like_formula(text: str) -> bool:
    """Whether a spreadsheet could take the text for a formula."""
    return text.startswith(_FORMULA_STARTS)


def without_apostrophe(cell: str) -> str:
    """Undo `safe_csv_cell` on a cell that is read back."""
    is_guarded = cell.startswith("'") and starts_like_formula(cell.lstrip("'"))
    return cell[1:] if is_guarded else cell


def without_control_characters(text: str) -> str:
    """XML allows no control characters besides tab and line ends."""
    return _CONTROL.sub("", text)
