"""The rubrics' pages: what there is, one to read, two to compare."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa_pipeline.domain.review import Decision, EvidenceDecision, Review
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.review_web import rubrics_view, texts
from qa_pipeline.rubric_files import load_rubric
from qa_pipeline.store import CallStore
from tests.review_web.desk import RUBRIC, an_arguing_call, browse
from tests.rubric_files.writing import GREETING, HEAD

LEXICONS = Path(__file__).parents[2] / "rubrics" / "lexicons"


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A centre with one small rubric file of its own."""
    folder = tmp_path / "rubrics"
    folder.mkdir()
    shutil.copytree(LEXICONS, folder / "lexicons")
    (folder / "small.yaml").write_text(HEAD + GREETING, "utf-8")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def web(store: CallStore, tmp_path: Path, rules: Path) -> TestClient:
    assert rules.is_dir()
    return browse(store, tmp_path / "workspace", AccountRole.SUPERVISOR, None)


def test_files_and_stored_versions_stand_side_by_side(
    store: CallStore, web: TestClient, rules: Path
) -> None:
    store.save_judged(an_arguing_call("call-1"), RUBRIC)
    (rules / "wrong.yaml").write_text("what: ever", "utf-8")
    page = web.get("/rubrics").text
    assert 'href="/rubrics/test/1"' in page
    assert 'href="/rubrics/inbound_service/1"' in page
    assert "small.yaml" in page
    assert "wrong.yaml" in page
    assert "1 通" in page


def test_a_version_is_read_from_its_file(web: TestClient) -> None:
    page = web.get("/rubrics/test/1").text
    for words in ("规范问候", "您好…为您服务", "喂什么事", "80 % 合格", "还没有质检员的判定"):
        assert words in page, words
    english = web.get("/rubrics/test/1?lang=en").text
    assert "Must be said" in english


def test_what_reviewers_said_of_a_rule_stands_beside_it(store: CallStore, web: TestClient) -> None:
    for n in range(60):
        store.save_judged(an_arguing_call(f"call-{n}"), RUBRIC)
        store.append_reviews([_rejecting(f"call-{n}")])
    page = web.get("/rubrics/inbound_service/1").text
    assert "准确率 0 %，95 % 区间 0–6 %，60 条判定" in page
    assert page.count("只提示，不扣分") == 1
    assert 'class="rule hint" id="criterion-no_arguing"' in page


def _rejecting(call_id: str) -> Review:
    decision = EvidenceDecision(detector_id="behaviour:arguing", decision=Decision.REJECTED)
    return Review(
        review_id=call_id,
        call_id=call_id,
        inspector_id="me",
        reviewed_at=datetime(2026, 3, 2, tzinfo=UTC),
        decisions=(decision,),
    )


def test_a_stored_version_keeps_its_text_when_its_file_is_edited(
    store: CallStore, web: TestClient, rules: Path
) -> None:
    rubric = load_rubric(rules / "small.yaml")
    call = an_arguing_call("call-1")
    card = replace(
        call.evaluation.scorecard, rubric_id="test", rubric_digest=rubric.digest, scores=()
    )
    store.save_judged(replace(call, evaluation=replace(call.evaluation, scorecard=card)), rubric)
    (rules / "small.yaml").write_text((HEAD + GREETING).replace("规范问候", "改过的"), "utf-8")
    page = web.get("/rubrics/test/1").text
    assert "规范问候" in page
    assert "改过而没有升版本" in page


def test_two_versions_are_compared_by_criterion_and_line(web: TestClient, rules: Path) -> None:
    (rules / "next.yaml").write_text(
        (HEAD + GREETING)
        .replace("version: 1", "version: 2")
        .replace("points: 5", "points: 7")
        .replace("为您服务']}", "为您服务', '很高兴为您服务']}"),
        "utf-8",
    )
    page = web.get("/rubrics/test/differences?old=1&new=2").text
    assert "5 → 7" in page
    assert "满分 5 → 7" in page
    assert "说法" in page
    assert "+    - 很高兴为您服务" in page.replace("      ", "    ")
    assert "评分项没有变化" in web.get("/rubrics/test/differences?old=1&new=1").text


def test_what_is_not_there_or_broken_is_said(web: TestClient, rules: Path) -> None:
    assert web.get("/rubrics/test/9").status_code == 404
    assert web.get("/rubrics/..%2f..%2fetc/1").status_code == 404
    assert web.get("/rubrics/test/differences?old=1&new=9").status_code == 404
    assert web.get("/rubrics/test/differences?old=x&new=1").status_code == 400
    (rules / "small.yaml").write_text(HEAD + GREETING.replace("kind:", "kin:"), "utf-8")
    broken = web.get("/rubrics/test/1")
    assert broken.status_code == 409
    assert "small.yaml:" in broken.text
    assert str(rules) not in broken.text


def test_every_word_of_the_rubric_pages_has_its_english() -> None:
    titles = (
        rubrics_view.KIND_TITLES,
        rubrics_view.AUTO_FAIL_TITLES,
        rubrics_view.PROVOKED_TITLES,
        rubrics_view.CHANGE_TITLES,
        rubrics_view.FACET_TITLES,
    )
    wanted = {title for each in titles for title in each.values()}
    assert wanted <= set(texts.catalogue("en"))
