"""What the centre's calls.csv and file names say of the calls."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath

from qa_pipeline.domain.call import Recording
from qa_pipeline.errors import UsageError
from qa_pipeline.ingest.call_facts import CallFacts, parse_facts, parse_time, stem_of, zone_of
from qa_pipeline.ingest.csv_table import CsvTable, TableRow, read_csv_table

DEFAULT_TIME_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTable:
    """The rows of calls.csv by the key of their `recording` cell (see `_key`).

    `cells` holds the cells as they were written. `warnings` are one line each:
    file, line, what was ignored. `foreign` finds absolute paths of other
    machines by file name, `stems` every row by its name without extension.
    """

    rows: Mapping[str, CallFacts]
    cells: Mapping[str, str]
    warnings: tuple[str, ...]
    foreign: Mapping[str, tuple[str, ...]]
    stems: Mapping[str, tuple[str, ...]]

    def row_for(self, recording: Recording) -> CallFacts | None:
        """The recording's row: by path, by file name, or by a name without extension.

        A ready transcript also takes the row of the audio file that it stands for.
        """
        key = self._key_for(recording.path, recording.name)
        return None if key is None else self.rows[key]

    def started_at(self, location: str, name: str) -> datetime | None:
        """When the call in that file began, where the table says it."""
        key = self._key_for(location, name)
        return None if key is None else self.rows[key].started_at

    def unmatched(self, recordings: Iterable[Recording]) -> tuple[str, ...]:
        """The `recording` cells that match none of these recordings."""
        used = {self._key_for(r.path, r.name) for r in recordings}
        return tuple(cell for key, cell in self.cells.items() if key not in used)

    def _key_for(self, location: str, name: str) -> str | None:
        parts = [*_key(location).split("/")[:-1], _key(name)]
        exact = ("/".join(parts[first:]) for first in range(len(parts)))
        if found := next((key for key in exact if key in self.rows), None):
            return found
        stem = stem_of(_key(name))
        likely = self.foreign.get(_key(name), ()) or ((stem,) if stem in self.rows else ())
        if not likely and _key(name).endswith(".transcript.json"):
            likely = self.stems.get(stem, ())
        return likely[0] if len(likely) == 1 else None


def read_calls_csv(path: Path, centre_time_zone: str = DEFAULT_TIME_ZONE) -> CallTable:
    """Read calls.csv (DESIGN section 10). Naive times are in `centre_time_zone`.

    Raises MetadataError where the table as a whole cannot be used. A cell that
    is no value, or a row without recording, costs only itself and leaves a
    warning; of two rows that contradict each other the later wins.
    """
    table = read_csv_table(path, required=("recording",))
    zone = zone_of(centre_time_zone)
    rows: dict[str, CallFacts] = {}
    cells: dict[str, str] = {}
    lines: dict[str, int] = {}
    warnings = list(table.warnings)
    for row in table.rows:
        key = _key(row.cells.get("recording", ""))
        if not key:
            warnings.append(f"{table.name}:{row.line} has no recording; the row is ignored")
            continue
        facts, bad_cells = parse_facts(row.cells, zone, f"{table.name}:{row.line}")
        warnings.extend(bad_cells)
        if key in rows and rows[key] != facts:
            warnings.append(_conflict(table, row, lines[key]))
        rows[key], lines[key], cells[key] = facts, row.line, row.cells["recording"].strip()
    return CallTable(
        rows=rows,
        cells=cells,
        warnings=tuple(warnings),
        foreign=_grouped((_base(key), key) for key in rows if _is_foreign(key)),
        stems=_grouped((stem_of(_base(key)), key) for key in rows),
    )


def compile_name_pattern(regex: str) -> re.Pattern[str]:
    """A file name pattern; UsageError where it is none or names no group."""
    try:
        pattern = re.compile(regex)
    except re.error as error:
        raise UsageError(f"file name pattern {regex!r} is not valid: {error}") from error
    if not pattern.groupindex:
        raise UsageError(f"file name pattern {regex!r} needs named groups: (?P<agent_id>…)")
    return pattern


def fields_from_name(
    name: str, pattern: re.Pattern[str], centre_time_zone: str = DEFAULT_TIME_ZONE
) -> tuple[CallFacts | None, tuple[str, ...]]:
    """The call's fields from named groups found anywhere in a file name.

    Groups are called as calls.csv's columns, any other goes to `extra`. None
    where the pattern does not match; the second value holds warnings.
    """
    found = pattern.search(name)
    if found is None:
        return None, (f"{name}: does not match the file name pattern",)
    cells = {group.lower(): text for group, text in found.groupdict().items() if text}
    return parse_facts(cells, zone_of(centre_time_zone), f"{name}:")


def parse_since(text: str, centre_time_zone: str = DEFAULT_TIME_ZONE) -> datetime:
    """The `--since` option as aware UTC; a bare date begins at 00:00 centre time."""
    try:
        return parse_time(text.strip(), zone_of(centre_time_zone))
    except ValueError as error:
        raise UsageError(f"--since {text!r} is {error}") from error


def _key(cell: str) -> str:
    """A file name for comparison: `/` between folders, NFC, any case."""
    return unicodedata.normalize("NFC", cell.strip().replace("\\", "/")).casefold()


def _base(key: str) -> str:
    return key.rpartition("/")[2]


def _grouped(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for name, key in pairs:
        groups[name].append(key)
    return {name: tuple(keys) for name, keys in groups.items()}


def _is_foreign(key: str) -> bool:
    """Whether it is an absolute path, so one of the machine that wrote the table."""
    return PurePath(key).is_absolute() or key[1:3] == ":/" or "://" in key


def _conflict(table: CsvTable, row: TableRow, earlier: int) -> str:
    recording = row.cells["recording"].strip()
    return f"{table.name}:{row.line} contradicts line {earlier} on {recording}; the later row wins"
