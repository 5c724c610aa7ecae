"""What the library's list shows: facets, the search, and the cases that are left."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.cases.difficulty import difficulty_level
from qa_pipeline.domain.case import Case, CaseKind, CaseStatus
from qa_pipeline.domain.case_card import CardText, Difficulty
from qa_pipeline.redact import mask_for
from qa_pipeline.review_web.call_access import hides_machine
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One case as the list shows it, masked; `facets` are its values by facet."""

    case: Case
    title: str
    situation: str
    quote: str
    difficulty: Difficulty
    tags: tuple[str, ...]
    agent: str
    facets: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """A value to choose, how many cases it would leave, and where it leads."""

    title: str
    n: int
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryView:
    rows: tuple[CaseRow, ...]
    n_all: int
    facets: tuple[tuple[str, tuple[FacetValue, ...]], ...]
    chosen: Mapping[str, str]
    text: str


def library_view(
    store: CallStore, visitor: Visitor, chosen: Mapping[str, str], text: str
) -> LibraryView:
    """The cases that fit every chosen facet and hold all words of the text."""
    rows = case_rows(store, visitor)
    wanted = [normalize(word) for word in text.split() if normalize(word)]
    fitting = [r for r in rows if all(word in _haystack(r) for word in wanted)]
    facets = []
    for facet, title in FACETS.items():
        others = {name: value for name, value in chosen.items() if name != facet}
        counts = Counter(v for r in fitting if _fits(r, others) for v in r.facets[facet])
        values = tuple(
            FacetValue(
                title=_value_title(facet, value, rows),
                n=n,
                address=_address(
                    others if chosen.get(facet) == value else {**others, facet: value}, text
                ),
                is_chosen=chosen.get(facet) == value,
            )
            for value, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        )
        if values:
            facets.append((title, values))
    return LibraryView(
        rows=tuple(r for r in fitting if _fits(r, chosen)),
        n_all=len(rows),
        facets=tuple(facets),
        chosen=chosen,
        text=text,
    )


def case_rows(store: CallStore, visitor: Visitor) -> tuple[CaseRow, ...]:
    """Every case that the person may see."""
    cases, cards, rubrics = store.cases(), store.card_texts(), stored_rubrics(store)
    calls = {
        judged.call_id: judged
        for judged in store.judged_calls(call_ids=tuple({c.call_id for c in cases}))
    }
    hidden = {
        call_id for call_id in calls if hides_machine(store, store.tasks(call_id=call_id), visitor)
    }
    masks = {call_id: mask_for(j.analyzed.transcript) for call_id, j in calls.items()}
    rows = []
    for case in cases:
        if case.call_id in hidden:
            continue
        judged = calls.get(case.call_id)
        card = cards.get(case.case_id, CardText())
        rubric = judged and rubrics.get(judged.evaluation.scorecard.rubric_digest)
        mask = masks.get(case.call_id, str)
        call = judged.analyzed.call if judged else None
        rows.append(
            _row(
                replace(
                    case, situation=mask(card.situation or case.situation), quote=mask(case.quote)
                ),
                card,
                detector_title(case.subject, rubric or None),
                (call.team if call else None, call.queue if call else None),
                (call.agent_name or call.agent_id or "") if call else "",
            )
        )
    return tuple(rows)


def _row(
    case: Case, card: CardText, title: str, where: tuple[str | None, str | None], agent: str
) -> CaseRow:
    difficulty = card.difficulty or difficulty_level(case.difficulty)
    team, queue = where
    return CaseRow(
        case=case,
        title=title,
        situation=case.situation,
        quote=case.quote,
        difficulty=difficulty,
        tags=card.tags,
        agent=agent,
        facets={
            "status": (case.status.value,),
            "kind": (case.kind.value,),
            "subject": (case.subject,),
            "difficulty": (difficulty.value,),
            "team": (team,) if team else (),
            "queue": (queue,) if queue else (),
            "tag": card.tags,
            "stale": (STALE,) if case.stale_because else (),
        },
    )


def _haystack(row: CaseRow) -> str:
    said = (row.title, row.situation, row.quote, row.case.why, *row.tags, row.case.case_id)
    return normalize(" ".join(said))


def _fits(row: CaseRow, chosen: Mapping[str, str]) -> bool:
    return all(value in row.facets[facet] for facet, value in chosen.items())


def _value_title(facet: str, value: str, rows: Sequence[CaseRow]) -> str:
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
            return next(r.title for r in rows if r.case.subject == value)
        case _:
            return value


def _address(chosen: Mapping[str, str], text: str) -> str:
    query = urlencode({**chosen, **({"text": text} if text else {})})
    return f"/cases?{query}" if query else "/cases"
