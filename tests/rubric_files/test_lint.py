import json
from pathlib import Path

from qa_pipeline.rubric_files import check, lint
from tests.rubric_files.writing import GREETING, HEAD, criterion, load, write

MANUAL = "      - {criterion: tone, points: 1, kind: manual, applies_when: complains}\n"
CLEAN = HEAD + GREETING + MANUAL


def warnings(folder: Path, text: str) -> list[str]:
    return [str(problem) for problem in lint(load(folder, text))]


def warning(folder: Path, text: str) -> str:
    found = warnings(folder, text)
    assert len(found) == 1, found
    return found[0]


def test_a_clean_rubric_has_no_warnings(tmp_path: Path) -> None:
    assert warnings(tmp_path, CLEAN) == []


def test_missing_examples_are_named_with_their_line(tmp_path: Path) -> None:
    found = warning(tmp_path, CLEAN.replace(", '喂你说吧我听着'", ""))
    assert found == (
        "rubric test:9: criterion greeting: 1 example(s) in `not_said`; "
        "write at least 2: they are its tests"
    )


def test_short_phrases_are_named(tmp_path: Path) -> None:
    found = warning(tmp_path, CLEAN.replace("'您好{0-12}为您服务'", "'服务', '您好{0-12}为您'"))
    assert "phrase '服务' has only 2 syllable(s)" in found


def test_examples_that_sound_alike_are_named(tmp_path: Path) -> None:
    found = warnings(tmp_path, CLEAN.replace("喂什么事", "您好很高兴为您服雾"))
    assert any("sound alike" in line for line in found)


def test_shadowed_phrases_are_named(tmp_path: Path) -> None:
    found = warning(tmp_path, CLEAN.replace("服务']}", "服务', '您好小李为您服务']}"))
    assert "phrase '您好小李为您服务' adds nothing to '您好{0-12}为您服务'" in found


def test_failing_examples_are_named(tmp_path: Path) -> None:
    found = warnings(tmp_path, CLEAN.replace("'喂什么事'", "'您好小李为您服务'"))
    assert "its not_said example '您好小李为您服务' is judged FOUND" in found[0]
    found = warnings(tmp_path, CLEAN.replace("'您好很高兴为您服务'", "'今天天气真不错呀'"))
    assert "its said example '今天天气真不错呀' is judged NOT_FOUND" in found[0]


def test_a_criterion_that_never_applies_is_named(tmp_path: Path) -> None:
    head = "applies_to: {direction: inbound}\n" + HEAD
    text = head + GREETING + MANUAL.replace("complains", "{direction: outbound}")
    found = "\n".join(warnings(tmp_path, text))
    assert "criterion tone: never applies: direction would have to be 'inbound' and" in found


def test_an_unused_trigger_is_named(tmp_path: Path) -> None:
    assert "r" in warning(tmp_path, HEAD + GREETING)
    found = warning(tmp_path, HEAD + GREETING)
    assert found.startswith("rubric test:5: trigger complains: nothing uses it")


def test_a_window_uses_its_trigger(tmp_path: Path) -> None:
    where = "        where: {after: complains, within_turns: 2}\n"
    assert warnings(tmp_path, HEAD + GREETING + where) == []


def test_a_window_for_short_calls_only_is_named(tmp_path: Path) -> None:
    where = "        where: {within_first_ms: 9000, within_last_ms: 9000}\n"
    text = CLEAN.replace("        said:", where + "        said:")
    assert "longer than 18 s" in warning(tmp_path, text)


def test_an_unreachable_pass_mark_is_named(tmp_path: Path) -> None:
    bands = "criterion: a, points: 20, kind: metric, metric: ring_ms, applies_when: complains"
    text = criterion(bands + ", bands: [{max: 9000, share: 0.5}]")
    found = warning(tmp_path, text)
    assert "the best possible call earns 60.0 % and 80 % pass" in found


def test_check_reads_the_file_and_names_it(tmp_path: Path) -> None:
    path = write(tmp_path, (HEAD + GREETING).encode("gb18030"))
    found = [str(problem) for problem in check(path)]
    assert found[0].startswith(f"{path}: file: not UTF-8, was read as GB18030")
    assert found[1].startswith(f"{path}:5: trigger complains")


def a_taught_wording(folder: Path, grams: dict[str, float], intercept: float) -> None:
    weights = {"intercept": intercept, "grams": grams}
    document = {"taught": "own", "about": "by hand", "embedder": "none"}
    document |= {"with_meaning": weights, "without_meaning": weights}
    (folder / "taught").mkdir()
    (folder / "taught" / "own.json").write_text(json.dumps(document), encoding="utf-8")


def test_a_phrase_that_a_taught_wording_has_never_heard_still_counts(tmp_path: Path) -> None:
    a_taught_wording(tmp_path, {"shao deng": 20.0}, -6.0)
    taught = GREETING.replace("        steps:", "        taught: own\n        steps:")
    added = taught.replace("服务']}", "服务', '欢迎来到本店']}")
    text = HEAD + added.replace("said: ['", "said: ['您好欢迎来到本店', ", 1) + MANUAL
    assert warnings(tmp_path, text.replace("本店', ", "本店', '")) == []


FORBIDDEN = """\
      - criterion: taboo
        title: 忌语
        points: 5
        kind: forbidden
        strictness: strict
        taught: own
        any_of: ['怕你投诉去']
        unless: ['您投诉']
        said: ['我还真就稍等', '你就稍等着吧']
        not_said: ['请您说一下情况', '好的我知道了']
"""


def test_a_phrase_that_what_was_taught_outweighs_is_named(tmp_path: Path) -> None:
    a_taught_wording(tmp_path, {"shao deng": 30.0, "tou su": 30.0}, -4.0)
    found = warning(tmp_path, HEAD + FORBIDDEN + MANUAL)
    assert "criterion taboo: its phrase '怕你投诉去', said alone, is not found" in found
    assert warnings(tmp_path, HEAD + FORBIDDEN.replace("您投诉", "谢谢您") + MANUAL) == []
