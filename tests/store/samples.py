"""Values for the store's tests: small ones by hand, any ones by hypothesis."""

import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from sqlalchemy import insert

from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.case import Case, CaseKind
from qa_pipeline.domain.detection import Abstention, Detection, Outcome
from qa_pipeline.domain.embeddings import EmbeddedSpan, Embeddings
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.review import Review, ReviewTask
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric, Section
from qa_pipeline.domain.scorecard import Evaluation
from qa_pipeline.store import CallStore, open_store
from qa_pipeline.store.connection import Database
from qa_pipeline.store.schema import HEAD, revision_of, run_migrations
from qa_pipeline.store.tables import quarantine
from tests.builders import A, a_detection, a_judged_call, an_evidence

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_rubric(version: int = 1, digest: str = "0" * 64) -> Rubric:
    """The rubric that `tests.builders.a_judged_call` cites."""
    greeting = Criterion(
        criterion_id="greeting", title="规范问候", points=5, kind=CriterionKind.MANUAL
    )
    return Rubric(
        rubric_id="inbound_service",
        version=version,
        title="呼入服务质检评分表",
        pass_percent=85,
        sections=(Section(section_id="opening", title="开场", criteria=(greeting,)),),
        digest=digest,
        source_text="rubric: inbound_service\n",
    )


def save_calls(store: CallStore, *call_ids: str, **facts: Any) -> None:
    for call_id in call_ids:
        store.save_judged(an_arguing_call(call_id, **facts), a_rubric())


def an_arguing_call(call_id: str = "call-1", **facts: Any) -> JudgedCall:
    return a_judged_call(
        call_id,
        lines=[(A, 0, 1000, "您好"), (A, 2000, 3000, "这不是我们的问题")],
        detections=(
            a_detection(
                "behaviour:arguing", Outcome.FOUND, 0.9, an_evidence(2000, 3000, "这不是我们的问题")
            ),
            a_detection("script:greeting", Outcome.NOT_FOUND, 0.1),
        ),
        **facts,
    )


def judged_again(judged: JudgedCall, key: str, percent: float = 50.0) -> JudgedCall:
    card = replace(judged.evaluation.scorecard, percent=percent, raw_percent=percent)
    return replace(judged, judgement_key=key, evaluation=replace(judged.evaluation, scorecard=card))


def a_task(
    call_id: str, inspector_id: str = "me", day: date = DAY, position: int = 1
) -> ReviewTask:
    return ReviewTask(
        call_id=call_id,
        inspector_id=inspector_id,
        day=day,
        reason="随机",
        inclusion_probability=0.25,
        design_id="mix-1",
        seed=2**200 + 1,
        expected_review_ms=180_000,
        position=position,
    )


def a_review(review_id: str, call_id: str, reviewed_at: datetime = NOON, note: str = "") -> Review:
    return Review(
        review_id=review_id,
        call_id=call_id,
        inspector_id="me",
        reviewed_at=reviewed_at,
        note=note,
    )


def a_case(case_id: str, call_id: str, score: float = 0.5) -> Case:
    return Case(
        case_id=case_id,
        call_id=call_id,
        subject="behaviour:arguing",
        kind=CaseKind.BAD,
        clip=Interval(1000, 9000),
        evidence=Interval(2000, 3000),
        situation="客户要求退货",
        quote="这不是我们的问题",
        why="坐席反驳客户两次",
        score=score,
    )


def any_value(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a domain type that its own checks allow, nested to the leaves."""
    if kind in _LEAVES:
        return _LEAVES[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of(*map(any_value, arguments))
    if origin is tuple and arguments[-1] is ...:
        return st.lists(any_value(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(any_value, arguments))
    if origin is Mapping:
        return st.dictionaries(any_value(arguments[0]), any_value(arguments[1]), max_size=3)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    return _any_dataclass(kind)


@lru_cache
def _any_dataclass(kind: Any) -> st.SearchStrategy[Any]:
    assert is_dataclass(kind), kind
    if kind is Interval:
        return st.lists(_MS, min_size=2, max_size=2).map(sorted).map(lambda ms: Interval(*ms))
    if kind is Embeddings:
        return _any_embeddings()
    hints = get_type_hints(kind)
    parts = st.fixed_dictionaries({f.name: any_value(hints[f.name]) for f in fields(kind)})
    if kind is Detection:
        parts = parts.map(_consistent)
    return parts.map(lambda values: kind(**values))


@st.composite
def _any_embeddings(draw: st.DrawFn) -> Embeddings:
    dimensions, rows = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    size = dimensions * rows
    return Embeddings(
        model_digest=draw(any_value(str)),
        dimensions=dimensions,
        spans=tuple(
            replace(span, row=span.row % rows) for span in draw(any_value(tuple[EmbeddedSpan, ...]))
        ),
        vectors=draw(st.binary(min_size=size, max_size=size)),
    )


def _consistent(values: dict[str, Any]) -> dict[str, Any]:
    if values["outcome"] is Outcome.FOUND and not values["evidence"]:
        values["outcome"] = Outcome.NOT_FOUND
    unsure = values["outcome"] is Outcome.CANNOT_TELL
    return {**values, "abstention": Abstention.DOUBTFUL if unsure else None}


_MS = st.integers(0, 36_000_000)
_LEAVES: Mapping[Any, st.SearchStrategy[Any]] = {
    str: st.text(
        st.one_of(st.sampled_from("您好幺\x00\n'\"\\𠮷👍"), st.characters(codec="utf-8")),
        max_size=5,
    ),
    int: _MS,
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    type(None): st.none(),
    date: st.dates(),
    datetime: st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC)),
}


@st.composite
def any_judged_call(draw: st.DrawFn) -> JudgedCall:
    """A judged call whose ids agree, with a rubric version as `a_rubric` gives it."""
    judged: JudgedCall = draw(any_value(JudgedCall))
    analyzed: AnalyzedCall = judged.analyzed
    evaluation: Evaluation = judged.evaluation
    card = replace(
        evaluation.scorecard,
        call_id=judged.call_id,
        rubric_id="inbound_service",
        rubric_version=1,
        rubric_digest="0" * 64,
        scores=_unique(evaluation.scorecard.scores, lambda score: score.criterion_id),
    )
    return replace(
        judged,
        analyzed=analyzed,
        evaluation=replace(
            evaluation,
            call_id=judged.call_id,
            scorecard=card,
            detections=_unique(evaluation.detections, lambda found: found.detector_id),
        ),
    )


def _unique(items: Sequence[Any], key: Any) -> tuple[Any, ...]:
    return tuple({key(item): item for item in items}.values())


def make_older(place: Path | str, older: str) -> None:
    """A database as an older version left it, with one row."""
    database = Database(place)
    with database.write("an older database") as connection:
        run_migrations(connection, older)
        row = {"path": "/r/1.wav", "name": "1.wav", "reason": "empty"}
        connection.execute(insert(quarantine).values(**row, first_seen_at=NOON, last_seen_at=NOON))
        assert revision_of(connection, database.name) == older
    database.close()


def check_upgraded(workspace: Path, older: str) -> None:
    """Open what `make_older` made: it has the newest schema, its row, and works."""
    with open_store(workspace, create=False) as store:
        assert (store.upgraded_from, store.schema_revision()) == (older, HEAD)
        assert [q.name for q in store.quarantined()] == ["1.wav"]
        save_calls(store, "call-1")
        assert store.check() == ()
