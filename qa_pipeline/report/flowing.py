"""Chinese text that fills its lines: rich breaks only at spaces, Chinese has none."""

from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

MIN_WIDTH = 12
_NEVER_FIRST = frozenset("，。、；：？！）”’》】…,.;:?!)]}%")
_NEVER_LAST = frozenset("（“‘《【([{")


class Flowing:
    """A Text that breaks between wide characters and at spaces; later lines are indented."""

    def __init__(self, text: Text, indent: int = 0) -> None:
        self._text = text
        self._indent = indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for paragraph in self._text.split("\n", allow_blank=True):
            margin = Text(" " * self._indent)
            first = True
            for line in _broken(paragraph, options.max_width, self._indent):
                yield line if first else margin + line
                first = False

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        widest = max((cell_len(line) for line in self._text.plain.splitlines()), default=0)
        return Measurement(min(widest, MIN_WIDTH), widest).with_maximum(options.max_width)


def _broken(text: Text, width: int, indent: int) -> Iterator[Text]:
    start = 0
    room = width
    for end in _line_ends(text.plain, width, indent):
        line = text[start:end]
        line.rstrip()
        yield line
        start, room = end, width - indent
    rest = text[start:]
    if rest or room == width:
        yield rest


def _line_ends(plain: str, width: int, indent: int) -> Iterator[int]:
    """Where lines end, never further than the width allows."""
    start, used, room = 0, 0, max(2, width)
    for index, character in enumerate(plain):
        used += cell_len(character)
        if used <= room or index == start:
            continue
        end = _last_break(plain, start, index)
        yield end
        start, room = end, max(2, width - indent)
        used = cell_len(plain[start : index + 1])


def _last_break(plain: str, start: int, index: int) -> int:
    """The last place in start..index where a line may end, else index."""
    for end in range(index, start, -1):
        if _may_break(plain[end - 1], plain[end]):
            return end
    return index


def _may_break(before: str, after: str) -> bool:
    if after in _NEVER_FIRST or before in _NEVER_LAST or after == " ":
        return False
    return before == " " or cell_len(before) == 2 or cell_len(after) == 2
