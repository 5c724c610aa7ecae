"""The rubrics: which versions there are, what one asks for, and what two differ in."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from qa_pipeline.batch.rubric_shelf import file_of, rubric_in, rubric_shelf, shelved_rubric
from qa_pipeline.batch.trust import read_trust
from qa_pipeline.calibrate import RuleTrust
from qa_pipeline.domain.rubric import AutoFail, CriterionKind, Rubric, WhenProvoked
from qa_pipeline.errors import NotFound, RubricError
from qa_pipeline.review_web.access import Permission
from qa_pipeline.review_web.error_pages import error_page
from qa_pipeline.review_web.row_ids import RowId
from qa_pipeline.review_web.visitor import visitor_of
from qa_pipeline.rubric_files.compare import ChangeKind, compare_criteria, differing_lines
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore
from qa_pipeline.text.labels import BEHAVIOUR_TITLES, in_words, metric_title
from qa_pipeline.text.lexicons import rubrics_dir

router = APIRouter()
KIND_TITLES = {
    CriterionKind.SCRIPT: "规定用语",
    CriterionKind.FORBIDDEN: "禁语",
    CriterionKind.BEHAVIOUR: "服务行为",
    CriterionKind.METRIC: "指标",
    CriterionKind.MANUAL: "人工评",
}
AUTO_FAIL_TITLES = {AutoFail.CALL: "致命：整通判零", AutoFail.SECTION: "致命：本分项判零"}
PROVOKED_TITLES = {WhenProvoked.HALF: "客户挑起时扣一半", WhenProvoked.EXCUSED: "客户挑起时不扣"}
CHANGE_TITLES = {
    ChangeKind.ADDED: "新增",
    ChangeKind.REMOVED: "删除",
    ChangeKind.CHANGED: "改动",
}
FACET_TITLES = {
    "title": "名称",
    "kind": "评法",
    "place": "位置",
    "phrases": "说法",
    "taught": "学到的说法",
    "examples": "例句",
    "limits": "限值",
    "weight": "轻重",
    "condition": "适用条件",
    "guidance": "说明",
    "section": "所属分项",
}
MOST_LINES = 2000
MOST_PROBLEMS = 5


@router.get("/rubrics", response_class=HTMLResponse)
def rubrics(request: Request) -> Response:
    """Every version, of the files and of stored scores."""
    entries, unread = rubric_shelf(_store(request))
    by_id: dict[str, list[object]] = {}
    for entry in entries:
        by_id.setdefault(entry.rubric_id, []).append(entry)
    context = {
        "by_id": by_id,
        "unread": unread,
        "may_try": visitor_of(request).may(Permission.TRY_RUBRICS),
    }
    return _page(request, "rubrics.html", context)


@router.get("/rubrics/{rubric_id}/{version:int}", response_class=HTMLResponse)
def rubric(request: Request, rubric_id: str, version: RowId) -> Response:
    """One version to read, with what reviewers' decisions say of each rule."""
    store = _store(request)
    try:
        found = shelved_rubric(store, rubric_id, version)
        file = file_of(rubric_id, version)
        is_edited = file is not None and rubric_in(file).digest != found.digest
    except NotFound:
        return _unknown(request)
    except RubricError as error:
        return _broken(request, error)
    versions = [e for e in rubric_shelf(store)[0] if e.rubric_id == rubric_id]
    context = reading_of(request, found) | {
        "versions": versions,
        "is_edited": is_edited,
        "file": file.name if file else None,
    }
    return _page(request, "rubric.html", context)


@router.get("/rubrics/{rubric_id}/differences", response_class=HTMLResponse)
def differences(
    request: Request,
    rubric_id: str,
    old: Annotated[int, Query(ge=0, le=10**9)],
    new: Annotated[int, Query(ge=0, le=10**9)],
) -> Response:
    """What two versions of one rubric differ in."""
    store = _store(request)
    try:
        before = shelved_rubric(store, rubric_id, old)
        after = shelved_rubric(store, rubric_id, new)
    except NotFound:
        return _unknown(request)
    except RubricError as error:
        return _broken(request, error)
    return _page(request, "rubric_differences.html", comparison_of(before, after))


def comparison_of(before: Rubric, after: Rubric) -> dict[str, object]:
    """What the page of differences shows of two rubrics."""
    lines = differing_lines(before, after)
    return {
        "before": before,
        "after": after,
        "changes": compare_criteria(before, after),
        "lines": lines[:MOST_LINES],
        "n_lines": len(lines),
        "change_titles": CHANGE_TITLES,
        "facet_titles": FACET_TITLES,
        "sums": tuple(sum(c.points for c in r.criteria if not c.bonus) for r in (before, after)),
    }


def reading_of(request: Request, found: Rubric) -> dict[str, object]:
    """What the page of one rubric shows of it."""
    trust = read_trust(_store(request), _settings(request))
    return {
        "rubric": found,
        "sum": sum(c.points for c in found.criteria if not c.bonus),
        "trust": _trust_of(found, trust.rules),
        "hints": trust.hints(found),
        "bar": trust.bar,
        "kind_titles": KIND_TITLES,
        "auto_fail_titles": AUTO_FAIL_TITLES,
        "provoked_titles": PROVOKED_TITLES,
        "behaviour_titles": BEHAVIOUR_TITLES,
        "metric_title": metric_title,
        "as_said": in_words,
    }


def _trust_of(found: Rubric, rules: tuple[RuleTrust, ...]) -> Mapping[str, RuleTrust]:
    return {
        c.criterion_id: rule
        for c in found.criteria
        for rule in rules
        if rule.detector_id == c.detector_id and rule.rubric_id in (None, found.rubric_id)
    }


def _unknown(request: Request) -> Response:
    return error_page(request, 404, "没有这一版评分表", "请回到评分表列表选择。")


def _broken(request: Request, error: RubricError) -> Response:
    advice = "请按下面的提示改好规则文件，再打开本页。"
    where = f"{rubrics_dir()}/"
    told = " | ".join(line.replace(where, "") for line in error.problems[:MOST_PROBLEMS])
    return error_page(request, 409, "评分表文件有错", advice, told)


def _page(request: Request, name: str, context: dict[str, object]) -> Response:
    response: Response = request.app.state.templates.TemplateResponse(request, name, context)
    return response


def _store(request: Request) -> CallStore:
    store: CallStore = request.app.state.store
    return store


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings
