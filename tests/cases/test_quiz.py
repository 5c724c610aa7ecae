"""Quiz items, their marks, and the two formats that learning platforms read."""

import base64
import io
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.cases.gift import escaped, gift_text
from qa_pipeline.cases.moodle import write_moodle
from qa_pipeline.cases.pack import PackCase, topics_of
from qa_pipeline.cases.quiz import NOTHING_WRONG, quiz_items
from qa_pipeline.domain.case import CaseKind
from qa_pipeline.domain.quiz import ItemAnswer, ItemMark, QuizItem, mark

BAD = PackCase(
    case_id="b1",
    topic="争辩",
    kind=CaseKind.BAD,
    situation="你讲不讲道理",
    why="归咎客户：p=0.93 {重}",
    quote="是您自己填错了",
    clip="clips/b1.wav",
    duration_ms=20_000,
    faults=("争辩",),
    fault_starts_ms=(12_500,),
    pair_id="g1",
)
GOOD = PackCase(
    case_id="g1",
    topic="争辩",
    kind=CaseKind.GOOD,
    situation="你讲不讲道理",
    why="没有争辩",
    quote="我理解您，我来帮您查",
    clip="clips/g1.wav",
    duration_ms=18_000,
    pair_id="b1",
)
MISSING = PackCase(
    case_id="m1",
    topic="规范结束语",
    kind=CaseKind.BAD,
    situation="好的",
    why="未说规范结束语",
    quote="",
    clip="clips/m1.wav",
    duration_ms=15_000,
    faults=("规范结束语",),
)


def item_of(case: PackCase, *others: PackCase) -> QuizItem:
    return next(i for i in quiz_items((case, *others)) if i.item_id == case.case_id)


def test_an_item_asks_for_the_fault_and_its_start_and_borrows_the_good_answer() -> None:
    item = item_of(BAD, GOOD, MISSING)
    assert item.choices == (
        "争辩", "责问", "自说自话", "冷淡", "生硬", "规范结束语", NOTHING_WRONG,
    )  # fmt: skip
    assert item.right == ("争辩",)
    assert item.starts_ms == (12_500,)
    assert item.model_answer == "我理解您，我来帮您查"
    assert item_of(GOOD, BAD).right == (NOTHING_WRONG,)
    assert item_of(GOOD, BAD).starts_ms == ()
    assert item_of(MISSING).right == ("规范结束语",)


def test_what_cannot_be_heard_or_is_not_clear_is_no_item() -> None:
    silent = replace(BAD, case_id="s", clip=None)
    spoiled = replace(GOOD, case_id="x", faults=("冷淡",))
    assert [i.item_id for i in quiz_items((silent, spoiled, BAD))] == ["b1"]


def test_the_order_does_not_follow_the_cases() -> None:
    cases = tuple(replace(BAD, case_id=f"c{n}") for n in range(12))
    ids = [item.item_id for item in quiz_items(cases)]
    assert ids != sorted(ids, key=lambda i: int(i[1:]))
    assert ids == [item.item_id for item in quiz_items(reversed(cases))]


@pytest.mark.parametrize(
    ("choice", "start_ms", "expected", "score"),
    [
        ("争辩", 9_500, (True, True), 1.0),
        ("争辩", 15_501, (True, False), 0.5),
        ("冷淡", 12_500, (False, True), 0.5),
        (None, None, (False, False), 0.0),
    ],
)
def test_marks(
    choice: str | None, start_ms: int | None, expected: tuple[bool, bool], score: float
) -> None:
    found = mark(item_of(BAD), ItemAnswer(choice=choice, start_ms=start_ms, text="我来帮您查"))
    assert (found.choice_is_right, found.start_is_right) == expected
    assert found.score == score


def test_where_no_start_is_asked_the_choice_alone_counts() -> None:
    given_up = mark(item_of(GOOD), ItemAnswer(choice=NOTHING_WRONG, start_ms=400))
    assert given_up == ItemMark(choice_is_right=True, start_is_right=None)
    assert given_up.score == 1.0


def test_two_faults_in_one_clip_are_both_right() -> None:
    both = item_of(replace(BAD, faults=("争辩", "责问"), fault_starts_ms=(12_500, 2_000)))
    assert mark(both, ItemAnswer(choice="责问", start_ms=3_000)).start_is_right
    assert mark(both, ItemAnswer(choice="责问")).choice_is_right
    assert not mark(both, ItemAnswer(choice="冷淡")).choice_is_right


def test_topics_put_a_pair_side_by_side_and_the_bad_one_first() -> None:
    first, second = topics_of((GOOD, MISSING, BAD))
    assert (first.title, [[c.case_id for c in row] for row in first.rows]) == (
        "争辩",
        [["b1", "g1"]],
    )
    assert [[c.case_id for c in row] for row in second.rows] == [["m1"]]
    lonely = topics_of((BAD,))
    assert [[c.case_id for c in row] for row in lonely[0].rows] == [["b1"]]


GIFT_SPECIAL = re.compile(r"(?<!\\)(?:\\\\)*[~=#{}:]")


@settings(deadline=None)
@given(st.text())
def test_gift_text_holds_no_special_character_bare_and_reads_back(text: str) -> None:
    made = escaped(text)
    assert not GIFT_SPECIAL.search(made)
    assert "\n" not in made
    read = re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], made, flags=re.DOTALL)
    assert read == text.replace("\r\n", "\n").replace("\r", "\n")


def test_gift_has_three_questions_an_item_with_one_key_each() -> None:
    text = gift_text(quiz_items((BAD, GOOD, MISSING)), "争辩: 第1期/上")
    blocks = text.strip().split("\n\n")
    assert "GIFT holds no sound" in blocks[0]
    assert blocks[1] == "$CATEGORY: $course$/争辩: 第1期／上"
    questions = blocks[2:]
    assert len(questions) == 9
    for question in questions:
        assert re.match(r"::听力题\d\d [^:]+::\[html\]", question)
        bare = re.sub(r"\\.", "", question.split("::", 2)[2])
        assert (bare.count("{"), bare.count("}")) == (1, 1)
    which = next(q for q in questions if "有什么问题::" in q and "b1.wav" in q)
    bare = re.sub(r"\\.", "", which)
    assert (len(re.findall(r"^  =", bare, re.M)), len(re.findall(r"^  ~", bare, re.M))) == (1, 6)
    assert "####归咎客户：p\\=0.93 \\{重\\}" in which
    assert any(q.endswith("{#=12.5:3}") for q in questions)
    assert sum(q.endswith("{#=0:0}") for q in questions) == 2


def moodle(cases: tuple[PackCase, ...]) -> ET.Element:
    stream = io.BytesIO()
    write_moodle(quiz_items(cases), "争辩 & <第1期>", lambda item: item.item_id.encode(), stream)
    return ET.fromstring(stream.getvalue())


def test_moodle_xml_has_the_parts_that_its_importer_reads() -> None:
    quiz = moodle((BAD, GOOD))
    assert quiz.tag == "quiz"
    kinds = [q.get("type") for q in quiz]
    assert kinds == ["category", *["multichoice", "numerical", "essay"] * 2]
    assert quiz.findtext("question/category/text") == "$course$/top/争辩 & <第1期>"
    for question in list(quiz)[1:]:
        for needed in ("name/text", "questiontext/text", "generalfeedback/text", "defaultgrade"):
            assert question.find(needed) is not None, needed
        file = question.find("questiontext/file")
        assert file is not None
        assert file.attrib.keys() == {"name", "path", "encoding"}
        name = file.get("name")
        assert f"@@PLUGINFILE@@/{name}" in (question.findtext("questiontext/text") or "")
        assert base64.b64decode(file.text or "").decode() == (name or "").removesuffix(".wav")
    b1 = [q for q in quiz if "b1.wav" in (q.findtext("questiontext/text") or "")]
    right = [a.findtext("text") for a in b1[0].iter("answer") if a.get("fraction") == "100"]
    assert right == ["争辩"]
    assert b1[0].findtext("single") == "true"
    assert (b1[1].findtext("answer/text"), b1[1].findtext("answer/tolerance")) == ("12.5", "3")
    assert b1[2].findtext("graderinfo/text") == "我理解您，我来帮您查"


@settings(deadline=None)
@given(st.text())
def test_moodle_xml_stays_well_formed_whatever_was_said(said: str) -> None:
    quiz = moodle((replace(BAD, why=said, situation=said),))
    assert len(quiz) == 4
