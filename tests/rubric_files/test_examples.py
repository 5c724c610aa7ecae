from pathlib import Path

from qa_pipeline.domain.detection import Outcome
from qa_pipeline.rubric_files import run_examples
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
