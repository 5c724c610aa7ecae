import logging
from pathlib import Path

import pytest

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.rubric import (
    AutoFail,
    Band,
    Condition,
    CriterionKind,
    Strictness,
    WhenProvoked,
    Window,
)
from qa_pipeline.errors import RubricError
from qa_pipeline.rubric_files import load_rubric, load_rubrics
from tests.rubric_files.writing import GREETING, HEAD, criterion, load, problem, problems, write

WHOLE = """\
rubric: whole
version: 4
title: 全部
applies_to: {direction: inbound, 产品: 酸奶, 会员: true}
pass_percent: 90
triggers:
  complains: {role: customer, any_of: ['我要投诉'], unless: ['不是要投诉你']}
sections:
  - section: one
    title: 第一项
    applies_when: {trigger: complains, business_type: 退款}
    criteria:
      - criterion: greeting
        points: 2.5
        kind: script
        role: agent
        where: {within_first_ms: 20000}
        strictness: lenient
        steps:
          - {any_of: ['您好{0-12}为您服务']}
          - {any_of: ['工号{digits:3-6}'], optional: true}
        unless: ['您好像没有']
        said: ['甲', '乙']
        not_said: ['丙']
      - {criterion: insult, points: 0, kind: forbidden, any_of: ['你听不懂'], auto_fail: call}
      - {criterion: arguing, points: 15, kind: behaviour, behaviour: arguing, when_provoked: half}
      - {criterion: talk, points: 5, kind: metric, metric: agent_talk_ratio, min: 0.2, max: 0.7}
      - criterion: monologue
        points: 5
        kind: metric
        metric: longest_monologue_ms
        bands: [{max: 60000, share: 1}, {max: 90000, share: 0.5}, {share: 0}]
      - {criterion: warmth, title: 热情, points: 2, kind: manual, guidance: 听语气, bonus: true}
      - criterion: thanks
        points: 1
        kind: manual
        applies_when: {unless_trigger: complains, metric: hold_ms, min: 20000}
      - criterion: apology
        points: 3
        kind: script
        critical: true
        applies_when: complains
        where: {after: complains, within_turns: 2}
        steps: [{any_of: ['非常抱歉给您']}]
"""


def test_everything_that_is_written_arrives(tmp_path: Path) -> None:
    rubric = load(tmp_path, WHOLE)
    assert (rubric.rubric_id, rubric.version, rubric.title) == ("whole", 4, "全部")
    assert rubric.applies_to == {"direction": "inbound", "产品": "酸奶", "会员": "true"}
    assert rubric.trigger("complains").unless == ("不是要投诉你",)
    assert rubric.trigger("complains").role is Role.CUSTOMER
    assert rubric.source_text == WHOLE
    section = rubric.sections[0]
    assert section.applies_when == Condition(
        trigger="complains", metadata={"business_type": "退款"}
    )
    greeting, insult, arguing, talk, monologue, warmth, thanks, apology = rubric.criteria
    assert (greeting.points, greeting.strictness) == (2.5, Strictness.LENIENT)
    assert greeting.where == Window(within_first_ms=20_000)
    assert [step.optional for step in greeting.steps] == [False, True]
    assert (greeting.said, greeting.not_said, greeting.unless) == (
        ("甲", "乙"),
        ("丙",),
        ("您好像没有",),
    )
    assert (insult.kind, insult.auto_fail) == (CriterionKind.FORBIDDEN, AutoFail.CALL)
    assert (arguing.when_provoked, arguing.title) == (WhenProvoked.HALF, "争辩")
    assert (talk.minimum, talk.maximum, talk.title) == (0.2, 0.7, "talk")
    assert monologue.bands[1:] == (Band(max=90_000, share=0.5), Band(max=None, share=0))
    assert (warmth.bonus, warmth.guidance, warmth.detector_id) == (True, "听语气", None)
    assert thanks.applies_when == Condition(
        unless_trigger="complains", metric="hold_ms", minimum=20_000
    )
    assert (apology.critical, apology.applies_when) == (True, Condition(trigger="complains"))


def test_the_digest_follows_the_meaning_not_the_layout(tmp_path: Path) -> None:
    digest = load(tmp_path, WHOLE).digest
    assert (
        load(tmp_path, "# 注释\n" + WHOLE.replace("points: 5,", "points:   5.0,")).digest == digest
    )
    assert load(tmp_path, WHOLE.replace("version: 4", "version: 5")).digest != digest
    assert load(tmp_path, WHOLE.replace("['丙']", "['丁']")).digest != digest
    assert len(digest) == 64


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    assert load(tmp_path, b"\xef\xbb\xbf" + WHOLE.encode()).digest == load(tmp_path, WHOLE).digest


def test_a_gbk_file_is_read_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        rubric = load(tmp_path, WHOLE.encode("gb18030"))
    assert rubric.title == "全部"
    assert "GB18030" in caplog.text
    assert "save it as UTF-8" in caplog.text


def test_bytes_in_no_encoding_are_refused(tmp_path: Path) -> None:
    assert "neither UTF-8 nor GB18030" in problem(tmp_path, b"rubric: \xff\xff\x00\xff")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "r.yaml: file: it is empty; write a rubric"),
        ("  \n\n", "it is empty"),
        ("# 注释\n", "it holds only comments"),
        ("- 1\n", "r.yaml:1: rubric: not a mapping"),
        ("rubric: a\nversion: 1\nsections:\n\t- section: a\n", "r.yaml:4: file: a tab indents"),
        ("rubric: [a\nversion: 1\n", "r.yaml:2: file: not YAML here"),
        ("a: \x07\n", "remove control characters"),
        ("---\na: 1\n---\nb: 1\n", "not YAML here (but found another document)"),
        ("a: &x [1]\nb: *x\n", "an alias (*name) is not allowed"),
        ("[" * 3000, "nested too deeply"),
        ("# " + "x" * 1_000_001, "are no rubric"),
    ],
)
def test_what_is_no_rubric_file_gets_one_line(tmp_path: Path, text: str, reason: str) -> None:
    assert reason in problem(tmp_path, text)


def test_every_tab_is_named(tmp_path: Path) -> None:
    found = problems(tmp_path, "rubric: a\n\tx: 1\n \ty: 2\n")
    assert [line.split(":")[1] for line in found] == ["2", "3"]


def test_odd_yaml_is_named(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "rubric: a\nversion: 1\nversion: 2\n? [x]\n: 1\ntitle: !!python/none 1\n"
        "deep: [[[[[[[[[[[[[1]]]]]]]]]]]]]\nsections: []\n",
    )
    text = "\n".join(found)
    assert "r.yaml:3: file: 'version' is given twice (first on line 2)" in text
    assert "r.yaml:4: file: a key must be a word" in text
    assert "is not allowed; write plain values" in text
    assert "nested too deeply" in text


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(RubricError, match="cannot be read"):
            load_rubric(path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEAD.replace("version: 1\n", "") + GREETING, "'version' is missing; write `version: 1`"),
        (HEAD.replace("version: 1", "version: '1'") + GREETING, "write a whole number"),
        (HEAD.replace("version: 1", "version: 0") + GREETING, "greater than or equal to 1"),
        (HEAD.replace("rubric: test", "rubric: 测试") + GREETING, "use small letters"),
        (HEAD.replace("pass_percent: 80", "pass_percent: 120") + GREETING, "less than or equal"),
        (HEAD.replace("pass_percent", "pass_procent") + GREETING, "did you mean 'pass_percent'?"),
        ("applies_to: {directon: inbound}\n" + HEAD + GREETING, "did you mean 'direction'?"),
        ("applies_to: {direction: in}\n" + HEAD + GREETING, "direction is never 'in'"),
        (HEAD.replace("role: customer", "role: client") + GREETING, "'agent' or 'customer'"),
        (HEAD.replace(", any_of: ['我要投诉你们']", "") + GREETING, "trigger complains: 'any_of'"),
        (HEAD.replace("我要投诉你们", "{digits:3-4}") + GREETING, "trigger complains: phrase"),
        (HEAD.replace("'我要投诉你们'", "123") + GREETING, "put it in quotes"),
        (HEAD.replace("    criteria:\n", "    criteria: []\n"), "write at least one entry"),
        (
            HEAD + GREETING.replace("points: 5", "points: 0\n        auto_fail: call"),
            "the points add up to nothing",
        ),
        (
            HEAD
            + GREETING
            + "  - section: opening\n    criteria:\n"
            + GREETING.replace("greeting", "hello"),
            "section opening: this id is taken on line 7",
        ),
        (
            HEAD.replace("opening\n", "opening\n    applies_when: complain\n") + GREETING,
            "unknown trigger 'complain'; did you mean 'complains'?",
        ),
        (HEAD + GREETING + "  - closing\n", "section 2: not a mapping"),
    ],
)
def test_a_wrong_head_gets_one_line_with_its_remedy(tmp_path: Path, text: str, reason: str) -> None:
    found = problem(tmp_path, text)
    assert reason in found
    assert found.startswith("r.yaml:")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("criterion: a, points: 5", "'kind' is missing; use one of: script, forbidden"),
        (
            "criterion: a, points: 5, kind: scripts",
            "unknown kind 'scripts'; did you mean 'script'?",
        ),
        ("criterion: a, kind: manual", "'points' is missing"),
        ("criterion: a, points: five, kind: manual", "write a number without quotes"),
        ("criterion: a, points: -1, kind: manual", "greater than or equal to 0"),
        ("criterion: a, points: 0, kind: manual", "0 points decide nothing"),
        ("criterion: greeting, points: 1, kind: manual", "this id is taken on line 9"),
        ("criterion: A1, points: 1, kind: manual", "use small letters"),
        ("criterion: a, points: 1, kind: manual, guidence: x", "did you mean 'guidance'?"),
        (
            "criterion: a, points: 1, kind: manual, bonus: true, critical: true",
            "a bonus can neither",
        ),
        ("criterion: a, points: 1, kind: manual, auto_fail: all", "'section' or 'call'"),
        ("criterion: a, points: 1, kind: manual, applies_when: nobody", "unknown trigger 'nobody'"),
        ("criterion: a, points: 1, kind: manual, applies_when: {}", "an empty condition"),
        (
            "criterion: a, points: 1, kind: manual, applies_when: {trigger: x}",
            "unknown trigger 'x'",
        ),
        (
            "criterion: a, points: 1, kind: behaviour, behaviour: argueing",
            "did you mean 'arguing'?",
        ),
        ("criterion: a, points: 1, kind: metric, metric: dead_air, max: 1", "unknown metric"),
        ("criterion: a, points: 1, kind: metric, metric: turns, max: 1", "unknown metric 'turns'"),
        ("criterion: a, points: 1, kind: metric, metric: ring_ms", "no limit is given"),
        (
            "criterion: a, points: 1, kind: metric, metric: ring_ms, max: 1, bands: [{share: 1}]",
            "limits and bands together",
        ),
        ("criterion: a, points: 1, kind: metric, metric: ring_ms, min: 9, max: 1", "no value is ≥"),
        (
            "criterion: a, points: 1, kind: metric, metric: ring_ms, "
            "bands: [{max: 9, share: 1}, {max: 5, share: 0.5}]",
            "not in rising order (5 after 9)",
        ),
        (
            "criterion: a, points: 1, kind: metric, metric: ring_ms, "
            "bands: [{share: 1}, {max: 5, share: 0.5}]",
            "band 1 has no max but is not the last",
        ),
        (
            "criterion: a, points: 1, kind: metric, metric: ring_ms, bands: [{max: 9, share: 0}]",
            "no band earns a point",
        ),
        (
            "criterion: a, points: 1, kind: metric, metric: ring_ms, bands: [{max: 9, shaer: 1}]",
            "",
        ),
        ("criterion: a, points: 1, kind: forbidden", "nothing is forbidden"),
        ("criterion: a, points: 1, kind: forbidden, phrases: nowhere", "no phrase list"),
        ("criterion: a, points: 1, kind: forbidden, any_of: ['{money}']", "no Han characters"),
        ("criterion: a, points: 1, kind: forbidden, any_of: [hello]", "no Han characters"),
        ("criterion: a, points: 1, kind: forbidden, any_of: ['你{slot}好']", "known slots"),
        ("criterion: a, points: 1, kind: forbidden, any_of: ['您好.*服务']", "regular expression"),
        ("criterion: a, points: 1, kind: forbidden, any_of: ['(您好|你好)']", "regular expression"),
        ("criterion: a, points: 1, kind: forbidden, any_of: ['您好.{0,9}服务']", "regular"),
        ("criterion: a, points: 1, kind: forbidden, any_of: ['您好\\d+号']", "regular expression"),
        ("criterion: a, points: 1, kind: script, steps: []", "write at least one entry"),
        ("criterion: a, points: 1, kind: script, any_of: ['再见再见']", ""),
        (
            "criterion: a, points: 1, kind: script, steps: [{any_of: [再见再见], optional: true}]",
            "every step is optional",
        ),
        (
            "criterion: a, points: 1, kind: script, steps: [{any_of: ['再见再见'], where: 1}]",
            "unknown key 'steps[1].where'; use one of: any_of, optional",
        ),
    ],
)
def test_a_wrong_criterion_is_named_with_line_and_remedy(
    tmp_path: Path, line: str, reason: str
) -> None:
    found = problems(tmp_path, criterion(line))
    assert reason in "\n".join(found)
    assert all(one.startswith("r.yaml:17: criterion ") and "; " in one for one in found)
    assert len(found) == 1 or not reason


@pytest.mark.parametrize(
    ("window", "reason"),
    [
        ("{}", "it has no bounds"),
        ("{within_turns: 2}", "count from a trigger, and none is named"),
        ("{within_ms: 2000}", "count from a trigger"),
        ("{after: complains, before: complains}", "it is both after and before"),
        ("{after: complain, within_turns: 1}", "unknown trigger 'complain'"),
        ("{after: complains, within_turns: 0}", "greater than 0"),
        ("{within_first_ms: -5}", "greater than 0"),
        ("{within_first_ms: 20}", "is shorter than the phrase (at least 240 ms)"),
        ("{within_last_ms: 0.5}", "whole number"),
    ],
)
def test_a_window_that_can_never_hold_is_an_error(tmp_path: Path, window: str, reason: str) -> None:
    line = "criterion: a, points: 1, kind: script, steps: [{any_of: ['再见再见']}], where: "
    assert reason in problem(tmp_path, criterion(line + window))


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = (
        HEAD.replace("version: 1\n", "").replace("我要投诉你们", "(投诉)")
        + GREETING.replace("points: 5", "poins: 5")
        + "      - {criterion: b, points: 1, kind: behaviour, behaviour: rude}\n"
        + "      - {criterion: b, points: 1, kind: metric, metric: ring_ms, maximum: 1}\n"
        + "      - {criterion: d, points: 1, kind: forbidden, any_of: [OK]}\n"
        + "      - just text\n"
    )
    found = "\n".join(problems(tmp_path, text))
    for piece in ("'version'", "(投诉)", "'poins'", "'points' is missing", "'rude'", "'maximum'"):
        assert piece in found
    assert "'OK'" in found
    assert "criterion 5: not a mapping" in found


def a_list(body: str = "any_of: ['你听不懂人话', '给我闭嘴吧']") -> str:
    return f"phrases: rude\n{body}\nsaid: ['你给我闭嘴吧']\nunless: ['我不是听不懂']\n"


FORBIDDEN = "criterion: a, points: 1, kind: forbidden, phrases: rude"


def test_a_phrase_list_beside_the_rubric_is_resolved(tmp_path: Path) -> None:
    write(tmp_path / "phrases", a_list(), "rude.yaml")
    rubric = load(tmp_path, criterion(FORBIDDEN + ", any_of: ['滚一边去'], said: ['你滚一边去']"))
    rude = rubric.criteria[-1]
    assert rude.any_of == ("你听不懂人话", "给我闭嘴吧", "滚一边去")
    assert rude.said == ("你给我闭嘴吧", "你滚一边去")
    assert rude.unless == ("我不是听不懂",)
    write(tmp_path / "phrases", a_list("any_of: ['你听不懂人话']"), "rude.yaml")
    assert load(tmp_path, criterion(FORBIDDEN)).digest != rubric.digest


def test_a_trigger_may_use_a_phrase_list(tmp_path: Path) -> None:
    write(tmp_path / "phrases", a_list(), "rude.yaml")
    head = HEAD.replace("any_of: ['我要投诉你们']", "phrases: rude")
    assert load(tmp_path, head + GREETING).trigger("complains").any_of[0] == "你听不懂人话"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (a_list("any_of: ['{money}']"), "rude.yaml:2: phrases rude: phrase '{money}' has no Han"),
        (a_list("entries: []"), "'any_of' is missing"),
        (a_list().replace("rude", "polite"), "'polite' is not the name of the file"),
        ("", "it is empty"),
    ],
)
def test_a_wrong_phrase_list_is_named_itself(tmp_path: Path, text: str, reason: str) -> None:
    write(tmp_path / "phrases", text, "rude.yaml")
    assert reason in "\n".join(problems(tmp_path, criterion(FORBIDDEN)))


def test_a_missing_phrase_list_names_those_there_are(tmp_path: Path) -> None:
    write(tmp_path / "phrases", a_list().replace("rude", "mine"), "mine.yaml")
    assert "mine" in problem(tmp_path, criterion(FORBIDDEN))


def test_a_folder_of_rubrics_is_loaded_by_name(tmp_path: Path) -> None:
    write(tmp_path, HEAD.replace("test", "b") + GREETING, "b.yaml")
    write(tmp_path, "applies_to: {queue: vip}\n" + HEAD.replace("test", "a") + GREETING, "a.yml")
    write(tmp_path, "not read", "README.md")
    assert [r.rubric_id for r in load_rubrics(tmp_path)] == ["a", "b"]


def test_a_folder_tells_the_problems_of_all_files(tmp_path: Path) -> None:
    write(tmp_path, "", "a.yaml")
    write(tmp_path, HEAD + GREETING, "b.yaml")
    write(tmp_path, HEAD + GREETING, "c.yaml")
    write(tmp_path, HEAD.replace("test", "other") + GREETING, "d.yaml")
    with pytest.raises(RubricError) as caught:
        load_rubrics(tmp_path)
    text = str(caught.value)
    assert "a.yaml: file: it is empty" in text
    assert "c.yaml: rubric test: b.yaml has the same id" in text
    assert "d.yaml: rubric other: b.yaml applies to exactly the same calls" in text


def test_a_folder_without_rubrics_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="no rubric"):
        load_rubrics(tmp_path)


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("{unless_trigger: x}", "unknown trigger 'x'"),
        ("{metric: x, min: 1}", "unknown metric 'x'"),
        ("{min: 1}", "min and max of what?"),
        ("{metric: ring_ms}", "no limit is given"),
        ("{metric: ring_ms, max: many}", "'max' is no number"),
        ("{metric: ring_ms, min: 2, max: 1}", "no value is ≥ 2 and ≤ 1"),
        ("{direction: outgoing}", "direction is never 'outgoing'"),
        ("[complains]", "'applies_when'"),
    ],
)
def test_a_condition_that_means_nothing_is_an_error(
    tmp_path: Path, condition: str, reason: str
) -> None:
    line = f"criterion: a, points: 1, kind: manual, applies_when: {condition}"
    assert reason in "\n".join(problems(tmp_path, criterion(line)))


def test_a_script_may_name_a_list_whose_phrases_are_its_first_step(tmp_path: Path) -> None:
    folder = tmp_path / "phrases"
    folder.mkdir()
    (folder / "wait.yaml").write_text(
        "phrases: wait\nany_of: ['请您稍等一下']\nunless: ['耐心']\nsaid: [请您稍等一下我去查]\n",
        encoding="utf-8",
    )
    line = "criterion: hold, points: 1, kind: script, phrases: wait, "
    own = "steps: [{any_of: ['马上回来'], optional: true}], said: [麻烦您稍等一下], "
    own += "not_said: [请耐心]"
    hold = load(tmp_path, criterion(line + own)).criteria[-1]
    assert [(s.any_of, s.optional) for s in hold.steps] == [
        (("请您稍等一下",), False),
        (("马上回来",), True),
    ]
    assert (hold.unless, hold.said) == (("耐心",), ("请您稍等一下我去查", "麻烦您稍等一下"))
    with pytest.raises(RubricError, match="nothing has to be said"):
        load(tmp_path, criterion("criterion: hold, points: 1, kind: script"))
