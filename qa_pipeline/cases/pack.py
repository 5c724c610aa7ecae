"""What a training pack holds: cases as plain, already redacted values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.case import CaseKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PackLine:
    """One masked utterance; `start_ms` counts from the clip's beginning, never below 0."""

    role: Role
    start_ms: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackCase:
    """One redacted case.

    `topic` is the title of what it shows. `clip` is the sound's path within the pack
    ("clips/<case_id>.wav"), None where there is none, `no_sound` then says why.
    `faults` are the titles of all that is wrong in the clip, its own topic first; a
    good case may have some too. `fault_starts_ms` is where they begin, counted from the
    clip's beginning, its own first; empty where nothing is said wrong (a good case, a
    script that is missing). `pair_id` is the case of the other kind that handles the
    same situation.
    """

    case_id: str
    topic: str
    kind: CaseKind
    situation: str
    why: str
    quote: str
    lines: tuple[PackLine, ...] = ()
    clip: str | None = None
    no_sound: str = ""
    duration_ms: int = 0
    faults: tuple[str, ...] = ()
    fault_starts_ms: tuple[int, ...] = ()
    clause: str = ""
    commentary: str = ""
    model_answer: str = ""
    tags: tuple[str, ...] = ()
    stale: str = ""
    pair_id: str | None = None

    @property
    def is_good(self) -> bool:
        return self.kind is CaseKind.GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """The cases of one topic in rows: a pair side by side, the bad one first, or one alone."""

    title: str
    rows: tuple[tuple[PackCase, ...], ...]


def topics_of(cases: Iterable[PackCase]) -> tuple[Topic, ...]:
    """The cases by topic, topics and cases in the order given.

    A pair stands where its first case stands; a pair over two topics stands with its
    bad case.
    """
    chosen = tuple(cases)
    by_id = {case.case_id: case for case in chosen}
    placed: set[str] = set()
    rows: list[tuple[str, tuple[PackCase, ...]]] = []
    for case in chosen:
        if case.case_id in placed:
            continue
        partner = by_id.get(case.pair_id or "")
        row: tuple[PackCase, ...] = (case,)
        if partner and partner.case_id not in placed and partner.kind is not case.kind:
            row = tuple(sorted((case, partner), key=lambda c: c.is_good))
        placed |= {c.case_id for c in row}
        rows.append((row[0].topic, row))
    return tuple(
        Topic(title=title, rows=tuple(row for _, row in found))
        for title, found in _grouped_in_order(rows)
    )


def _grouped_in_order(
    rows: Sequence[tuple[str, tuple[PackCase, ...]]],
) -> Iterable[tuple[str, list[tuple[str, tuple[PackCase, ...]]]]]:
    first_seen: dict[str, int] = {}
    for title, _ in rows:
        first_seen.setdefault(title, len(first_seen))
    ordered = sorted(rows, key=lambda item: first_seen[item[0]])
    for title, found in groupby(ordered, key=lambda item: item[0]):
        yield title, list(found)
