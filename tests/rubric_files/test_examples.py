import sys
from pathlib import Path

import pytest

from qa_pipeline.cli import _run
from qa_pipeline.cli.common import run_guarded
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.rubric_files import NoisedRate, run_examples, run_noised_examples
from tests.rubric_files.writing import GREETING, HEAD, criterion, load


def test_every_example_is_judged_by_the_detectors(tmp_path: Path) -> None:
    line = "criterion: rude, points: 1, kind: forbidden, any_of: ['你听不懂人话'], "
    text = criterion(line + "said: ['你听不懂人话吗'], not_said: ['您听得清楚吗', '您听懂了吗']")
    results = run_examples(load(tmp_path, text))
    assert [r.criterion_id for r in results] == ["greeting"] * 4 + ["rude"] * 3
    assert [r.should_be_found for r in results] == [True, True, False, False, True, False, False]
    assert all(r.right for r in results)
    assert all(0 <= r.probability <= 1 for r in results)


def test_a_window_does_not_hinder_an_example(tmp_path: Path) -> None:
    where = "        where: {after: complains, within_turns: 2}\n"
    results = run_examples(load(tmp_path, HEAD + GREETING + where))
    assert [r.outcome for r in results[:2]] == [Outcome.FOUND, Outcome.FOUND]


def test_a_wrong_example_is_not_right(tmp_path: Path) -> None:
    text = HEAD + GREETING.replace("喂什么事", "您好小李为您服务")
    assert [r.right for r in run_examples(load(tmp_path, text))] == [True, True, False, True]


def test_misheard_examples_are_counted_and_always_the_same(tmp_path: Path) -> None:
    rubric = load(tmp_path, HEAD + GREETING)
    (rate,) = run_noised_examples(rubric)
    assert (rate.criterion_id, rate.said, rate.not_said) == ("greeting", 6, 6)
    assert (rate,) == run_noised_examples(rubric)
    assert 0 <= rate.said_right <= rate.said


def test_a_criterion_that_a_mishearing_breaks_is_weak() -> None:
    def rate(said_right: int, not_said_right: int) -> NoisedRate:
        return NoisedRate(
            criterion_id="a",
            said=10,
            said_right=said_right,
            not_said=10,
            not_said_right=not_said_right,
        )

    assert not rate(8, 10).is_weak
    assert rate(7, 10).is_weak
    assert rate(10, 7).is_weak


def test_only_plain_examples_fail_the_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["qa-pipeline", "rubric", "test", str(tmp_path / "r.yaml")])
    codes = []
    for text in (HEAD + GREETING, HEAD + GREETING.replace("喂什么事", "您好小李为您服务")):
        (tmp_path / "r.yaml").write_text(text, encoding="utf-8")
        codes.append(run_guarded(_run))
    assert codes == [0, 3]
    assert "greeting: misheard said " in capsys.readouterr().out
