"""What leaves of a case says neither who called nor which colleague answered."""

from dataclasses import replace

from qa_pipeline.batch.case_redaction import SOME_AGENT, RedactedCase, redaction_key
from qa_pipeline.domain.case import Case, CaseKind
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from tests.builders import A, C
from tests.review_web.desk import an_arguing_call

LINES = (
    (A, 500, 4500, "您好，我是客服李明，工号八零一六，很高兴为您服务"),
    (C, 5000, 9000, "我叫张建国，暗号月亮，李明你听我说"),
    (A, 30_000, 34_000, "是您自己填错了"),
)


def a_case(lines: tuple[tuple[object, int, int, str], ...] = LINES, **more: object) -> RedactedCase:
    judged = an_arguing_call("call-1", lines=lines)
    case = Case(
        case_id="one",
        call_id="call-1",
        subject="behaviour:arguing",
        kind=CaseKind.BAD,
        clip=Interval(0, 36_000),
        evidence=Interval(30_000, 34_000),
        situation="",
        quote="",
        why="",
        score=0.9,
    )
    return RedactedCase(case=case, judged=judged, **more)  # type: ignore[arg-type]


def named(judged: JudgedCall, name: str) -> JudgedCall:
    call = replace(judged.analyzed.call, agent_name=name)
    return replace(judged, analyzed=replace(judged.analyzed, call=call))


def test_the_agent_is_no_name_and_no_number_in_the_lines() -> None:
    said = [line.text for line in a_case().lines()]
    assert said[0] == f"您好，我是客服{SOME_AGENT}，工号＊＊＊＊，很高兴为您服务"
    assert said[1] == f"我叫某某某，暗号月亮，{SOME_AGENT}你听我说"


def test_the_agent_is_no_name_in_texts_about_the_call() -> None:
    hidden = a_case(masks=("月亮",))
    assert (
        hidden.text("李明（8016）没有听张建国说月亮") == f"{SOME_AGENT}（8016）没有听某某某说＊＊"
    )
    known = RedactedCase(case=hidden.case, judged=named(hidden.judged, "王晓芳"))
    assert known.text("王晓芳打断了客户") == f"{SOME_AGENT}打断了客户"


def test_the_greeting_is_beeped_where_it_names_the_agent() -> None:
    beeps = a_case().beeps()
    assert any(beep.overlap_ms(Interval(500, 4500)) > 0 for beep in beeps)
    assert not any(beep.overlap_ms(Interval(30_300, 33_700)) > 0 for beep in beeps)


def test_a_redaction_is_made_anew_when_what_it_was_made_of_changes() -> None:
    judged = a_case().judged
    key = redaction_key(judged, ())
    assert key == redaction_key(judged, ())
    others = [
        redaction_key(judged, ("月亮",)),
        redaction_key(named(judged, "王芳"), ()),
        redaction_key(a_case(LINES[:2]).judged, ()),
    ]
    assert len({key, *others}) == 4
