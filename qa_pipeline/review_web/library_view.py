"""What the library's list shows: facets, the search, and one page of the cases left."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.batch.shelving import is_outdated, shelve
from qa_pipeline.cases.difficulty import difficulty_level
from qa_pipeline.domain.case import Case, CaseKind, CaseStatus
from qa_pipeline.domain.case_card import Difficulty
from qa_pipeline.domain.case_shelf import CaseLine, Shelf
from qa_pipeline.review_web.access import Permission
from qa_pipeline.review_web.visitor import Visitor
from qa_pipeline.store import CallStore
from qa_pipeline.text.labels import detector_title
from qa_pipeline.text.normalize import normalize

KIND_TITLES = {CaseKind.GOOD: "正例", CaseKind.BAD: "反例"}
STATUS_TITLES = {
    CaseStatus.CANDIDATE: "候选",
    CaseStatus.APPROVED: "已入库",
    CaseStatus.RETIRED: "已停用",
}
DIFFICULTY_TITLES = {
    Difficulty.EASY: "容易",
    Difficulty.MEDIUM: "中等",
    Difficulty.HARD: "较难",
}
FACETS = {
    "status": "状态",
    "kind": "类别",
    "subject": "主题",
    "difficulty": "难度",
    "team": "班组",
    "queue": "队列",
    "tag": "标签",
    "stale": "时效",
}
STALE = "stale"
PAGE = 50
Mask = NDArray[np.bool_]
NEWEST = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the reader chose: a value a facet, words, a page from 1 on, an order."""

    facets: Mapping[str, str]
    text: str = ""
    page: int = 1
    order: str = ""

    def address(self, **changes: object) -> str:
        """The list's address with some of it changed; from the first page unless told."""
        wanted = {"order": self.order, "text": self.text, **changes}
        kept = {name: value for name, value in {**self.facets, **wanted}.items() if value}
        return f"/cases?{urlencode(kept)}" if kept else "/cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One case as the list shows it, masked."""

    case: Case
    title: str
    situation: str
    quote: str
    difficulty: Difficulty
    tags: tuple[str, ...]
    agent: str

    @property
    def status(self) -> CaseStatus:
        return self.case.status


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """A value to choose, how many cases it would leave, and where it leads."""

    title: str
    n: int
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryView:
    """`n_unread` cases were never put on the list and cannot be found by words yet."""

    rows: tuple[CaseRow, ...]
    n_found: int
    n_all: int
    n_unread: int
    n_pages: int
    facets: tuple[tuple[str, tuple[FacetValue, ...]], ...]
    asked: Asked


def library_view(store: CallStore, visitor: Visitor, asked: Asked) -> LibraryView:
    """One page of the cases that fit every chosen facet and hold all words of the text."""
    shelf = store.shelf(newest_first=asked.order == NEWEST)
    hidden = hidden_calls(store, visitor)
    seen = np.array([call not in hidden for call in shelf.call_ids], dtype=bool)
    held = seen
    if words := [found for word in asked.text.split() if (found := normalize(word))]:
        holding = store.cases_holding(words)
        held = seen & np.array([c in holding for c in shelf.case_ids], dtype=bool)
    fits = {name: _fits(shelf, name, value) for name, value in asked.facets.items()}
    left = np.flatnonzero(_all(held, fits.values()))
    n_pages = max(1, -(-left.size // PAGE))
    page = min(max(1, asked.page), n_pages)
    shown = [shelf.case_ids[i] for i in left[(page - 1) * PAGE : page * PAGE]]
    return LibraryView(
        rows=_rows(store, shown),
        n_found=left.size,
        n_all=int(seen.sum()),
        n_unread=shelf.n_unread,
        n_pages=n_pages,
        facets=tuple(_facets(shelf, asked, held, fits)),
        asked=replace(asked, page=page),
    )


def shown_rows(
    store: CallStore, visitor: Visitor, case_ids: Sequence[str]
) -> Mapping[str, CaseRow]:
    """These cases as the list shows them, by case_id; without those the person may not see."""
    hidden = hidden_calls(store, visitor)
    rows = _rows(store, tuple(case_ids))
    return {row.case.case_id: row for row in rows if row.case.call_id not in hidden}


def hidden_calls(store: CallStore, visitor: Visitor) -> frozenset[str]:
    """The calls whose cases would tell a blind reviewer: `hides_machine` for all at once."""
    who, sees_any = visitor.account.inspector_id, visitor.may(Permission.SEE_ANY_DAY)

    def hides(tasks: Sequence[tuple[str, bool]]) -> bool:
        own = [is_owed for inspector_id, is_owed in tasks if inspector_id == who]
        return any(own) or (not own and not sees_any)

    return frozenset(call for call, tasks in store.blind_case_tasks().items() if hides(tasks))


def _rows(store: CallStore, case_ids: Sequence[str]) -> tuple[CaseRow, ...]:
    cases, agents = store.cases_by_id(case_ids), store.case_agents(case_ids)
    outdated = [o.case_id for o in store.case_origins(case_ids) if is_outdated(o)]
    lines = {**store.case_lines(case_ids), **shelve(store, outdated)}
    return tuple(
        _row(cases[case_id], lines.get(case_id), agents.get(case_id, ""))
        for case_id in case_ids
        if case_id in cases
    )


def _row(case: Case, line: CaseLine | None, agent: str) -> CaseRow:
    return CaseRow(
        case=case,
        title=line.title if line else detector_title(case.subject),
        situation=line.situation if line else "",
        quote=line.quote if line else "",
        difficulty=line.difficulty if line else difficulty_level(case.difficulty),
        tags=line.tags if line else (),
        agent=agent,
    )


def _column(shelf: Shelf, facet: str) -> Sequence[str]:
    match facet:
        case "status":
            return shelf.statuses
        case "kind":
            return shelf.kinds
        case "subject":
            return shelf.subjects
        case "difficulty":
            return shelf.difficulties
        case "team":
            return shelf.teams
        case "queue":
            return shelf.queues
        case "tag":
            return shelf.tags
        case _:
            return tuple(STALE if is_stale else "" for is_stale in shelf.is_stale)


def _fits(shelf: Shelf, facet: str, value: str) -> Mask:
    column = _column(shelf, facet)
    if facet == "tag":
        return np.array([value in tags.split("\n") for tags in column], dtype=bool)
    return np.array([found == value for found in column], dtype=bool)


def _all(held: Mask, masks: Iterable[Mask]) -> Mask:
    fitting: Mask = np.logical_and.reduce([held, *masks])
    return fitting


def _facets(
    shelf: Shelf, asked: Asked, held: Mask, fits: Mapping[str, Mask]
) -> Iterator[tuple[str, tuple[FacetValue, ...]]]:
    """Of each facet the values of the cases that fit all other facets."""
    for facet, title in FACETS.items():
        others = _all(held, (mask for name, mask in fits.items() if name != facet))
        counts = Counter(compress(_column(shelf, facet), others))
        if facet == "tag":
            counts = Counter(t for tags, n in counts.items() for t in tags.split("\n") * n)
        counts.pop("", None)
        chosen = asked.facets.get(facet)
        values = tuple(
            FacetValue(
                title=_value_title(facet, value, shelf.titles),
                n=n,
                address=asked.address(**{facet: None if chosen == value else value}),
                is_chosen=chosen == value,
            )
            for value, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        )
        if values:
            yield title, values


def _value_title(facet: str, value: str, subjects: Mapping[str, str]) -> str:
    match facet:
        case "status":
            return STATUS_TITLES[CaseStatus(value)]
        case "kind":
            return KIND_TITLES[CaseKind(value)]
        case "difficulty":
            return DIFFICULTY_TITLES[Difficulty(value)]
        case "stale":
            return "可能过时"
        case "subject":
            return subjects.get(value) or detector_title(value)
        case _:
            return value
