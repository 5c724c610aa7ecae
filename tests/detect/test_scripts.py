from dataclasses import replace

import pytest

from qa_pipeline.detect.scripts import detect_script
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.audio_quality import AudioQuality, QualityVerdict
from qa_pipeline.domain.detection import Abstention, Outcome
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.rubric import Strictness, Window
from qa_pipeline.domain.speakers import SplitMethod
from qa_pipeline.domain.transcript import Word
from tests.builders import A, C, Line, an_analyzed_call
from tests.detect.phrase_rubrics import a_context, a_script

CALL: list[Line] = [
    (A, 4000, 6000, "您好欢迎致电草源果素"),
    (A, 6300, 8000, "公号8016很高为您服务"),
    (C, 8500, 11_000, "我想问一下我的订单"),
    (A, 11_500, 14_000, "好的请您消等我帮您查一下"),
    (A, 40_000, 42_000, "让您久等了已经发货了"),
    (C, 43_000, 44_000, "好的谢谢"),
    (A, 45_000, 48_000, "感谢您的来电祝您生活愉快再见"),
]


def test_a_script_is_found_with_what_was_heard() -> None:
    detection = detect_script(a_script("请您稍等"), a_context(CALL))
    assert detection.detector_id == "script:script"
    assert detection.outcome is Outcome.FOUND
    (evidence,) = detection.evidence
    assert evidence.quote == "请您消等"
    assert "请您稍等" in evidence.reason
    assert 11_500 <= evidence.interval.start_ms < evidence.interval.end_ms <= 14_000
    assert evidence.role is A
    assert not evidence.estimated


def test_every_step_has_its_own_evidence() -> None:
    script = a_script(("您好{0-12}致电", "您好{0-12}为您服务"), optional=["工号{digits:3-6}"])
    detection = detect_script(script, a_context(CALL))
    assert detection.outcome is Outcome.FOUND
    assert [e.quote for e in detection.evidence] == ["您好欢迎致电", "公号8016"]
    assert sum(e.weight for e in detection.evidence) == pytest.approx(1)


def test_an_optional_step_never_fails_a_script() -> None:
    script = a_script("欢迎致电", optional=["本次通话将被录音"])
    assert detect_script(script, a_context(CALL)).outcome is Outcome.FOUND


def test_steps_stand_in_order() -> None:
    in_order = a_script("感谢您的来电", "祝您生活愉快")
    reordered = a_script("祝您生活愉快", "感谢您的来电")
    assert detect_script(in_order, a_context(CALL)).outcome is Outcome.FOUND
    detection = detect_script(reordered, a_context(CALL))
    assert detection.outcome is Outcome.NOT_FOUND
    assert detection.note == "各步骤均听到，但顺序不符"


def test_the_weakest_step_decides() -> None:
    detection = detect_script(a_script("让您久等了", "本次通话将被录音"), a_context(CALL))
    assert detection.outcome is Outcome.NOT_FOUND
    (missing,) = detection.evidence
    assert "本次通话将被录音" in missing.reason


def test_a_missing_script_cites_where_it_should_have_been() -> None:
    script = a_script("请问您贵姓", where=Window(within_first_ms=10_000))
    detection = detect_script(script, a_context(CALL))
    assert detection.outcome is Outcome.NOT_FOUND
    (evidence,) = detection.evidence
    assert evidence.interval == Interval(4000, 14_000)
    assert evidence.quote == ""
    assert evidence.reason


def test_a_near_miss_is_shown_and_doubtful() -> None:
    call: list[Line] = [(A, 0, 3000, "您好后台为您服务"), (C, 3000, 9000, "你好")]
    detection = detect_script(a_script("很高兴为您服务"), a_context(call))
    assert detection.outcome is Outcome.CANNOT_TELL
    assert detection.abstention is Abstention.DOUBTFUL
    assert detection.note is not None
    assert detection.note.startswith("听到“")
    assert "要求“很高兴为您服务”，p=0." in detection.note


def test_strictness_moves_the_cut_points() -> None:
    call: list[Line] = [(A, 0, 3000, "您好后台为您服务"), (C, 3000, 9000, "你好")]
    outcomes = [
        detect_script(a_script("很高兴为您服务", strictness=s), a_context(call)).outcome
        for s in (Strictness.STANDARD, Strictness.LENIENT)
    ]
    assert outcomes == [Outcome.CANNOT_TELL, Outcome.FOUND]


def test_only_the_criterions_role_is_heard() -> None:
    assert detect_script(a_script("好的谢谢"), a_context(CALL)).outcome is Outcome.NOT_FOUND
    assert detect_script(a_script("好的谢谢", role=C), a_context(CALL)).outcome is Outcome.FOUND


def test_unless_takes_a_match_away() -> None:
    script = a_script("抱歉", unless=("抱歉打断",))
    interrupted: list[Line] = [(A, 0, 3000, "抱歉打断一下"), (C, 3000, 9000, "你说")]
    sorry: list[Line] = [(A, 0, 3000, "抱歉打断一下真的很抱歉"), (C, 3000, 9000, "你说")]
    assert detect_script(script, a_context(interrupted)).outcome is Outcome.NOT_FOUND
    assert detect_script(script, a_context(sorry)).outcome is Outcome.FOUND


def test_a_denied_script_was_not_said() -> None:
    call: list[Line] = [(A, 0, 3000, "我不会给您道歉的"), (C, 3000, 9000, "什么")]
    detection = detect_script(a_script("给您道歉"), a_context(call))
    assert detection.outcome is Outcome.NOT_FOUND


def test_estimated_times_are_said_to_be_so() -> None:
    call = an_analyzed_call(CALL)
    estimated = replace(call, transcript=replace(call.transcript, times_are_estimated=True))
    found = detect_script(a_script("欢迎致电"), a_context(estimated))
    missing = detect_script(a_script("请问您贵姓"), a_context(estimated))
    assert all(e.estimated for e in (*found.evidence, *missing.evidence))


def test_unreliable_roles_are_not_judged() -> None:
    call = an_analyzed_call(CALL)
    mono = replace(
        call,
        split=replace(
            call.split, role_confidence=0.0, undivided_because="单声道录音，无法区分坐席与客户"
        ),
    )
    detection = detect_script(a_script("欢迎致电"), a_context(mono))
    assert detection.outcome is Outcome.CANNOT_TELL
    assert detection.abstention is Abstention.UNMEASURABLE
    assert detection.abstained_because == "单声道录音，无法区分坐席与客户"


def test_another_language_is_not_judged() -> None:
    call = an_analyzed_call(CALL)
    english = replace(call, transcript=replace(call.transcript, language="en"))
    detection = detect_script(a_script("欢迎致电"), a_context(english))
    assert detection.abstention is Abstention.UNMEASURABLE
    assert detection.abstained_because == "通话语言为 en，普通话短语不可判"


def test_unfit_audio_is_not_judged() -> None:
    call = an_analyzed_call(CALL)
    unfit = AudioQuality(channels=(), verdict=QualityVerdict.UNFIT, because="信噪比 2 dB")
    detection = detect_script(a_script("欢迎致电"), a_context(replace(call, quality=unfit)))
    assert detection.abstention is Abstention.UNMEASURABLE
    assert "信噪比 2 dB" in (detection.abstained_because or "")


def _with_duration(lines: list[Line], duration_ms: int) -> AnalyzedCall:
    call = an_analyzed_call(lines)
    recording = replace(call.call.recording, duration_ms=duration_ms)
    return replace(call, call=replace(call.call, recording=recording))


def test_a_recording_cut_in_mid_sentence_has_no_closing_to_judge() -> None:
    closing = a_script("祝您生活愉快", where=Window(within_last_ms=20_000))
    lines = [*CALL[:-1], (A, 45_000, 48_000, "那我这边帮您看一下这个")]
    cut = detect_script(closing, a_context(_with_duration(lines, 48_100)))
    whole = detect_script(closing, a_context(_with_duration(lines, 50_000)))
    assert (cut.outcome, cut.abstention) == (Outcome.CANNOT_TELL, Abstention.DOUBTFUL)
    assert whole.outcome is Outcome.NOT_FOUND


def test_a_closing_said_before_the_cut_counts() -> None:
    closing = a_script("祝您生活愉快", where=Window(within_last_ms=20_000))
    call = _with_duration(CALL, 48_000)
    assert detect_script(closing, a_context(call)).outcome is Outcome.FOUND


def test_what_was_hardly_understood_is_doubtful() -> None:
    call = an_analyzed_call(CALL)
    murmured = replace(
        call,
        transcript=replace(
            call.transcript,
            utterances=tuple(
                replace(
                    u,
                    confidence=0.2,
                    words=(Word(text=u.text, interval=u.interval, probability=0.2),),
                )
                for u in call.transcript.utterances
            ),
        ),
    )
    detection = detect_script(a_script("本次通话将被录音"), a_context(murmured))
    assert detection.abstention is Abstention.DOUBTFUL


def test_a_script_of_optional_steps_needs_one_of_them() -> None:
    said = detect_script(a_script(optional=["欢迎致电", "请问您贵姓"]), a_context(CALL))
    unsaid = detect_script(a_script(optional=["请问您贵姓"]), a_context(CALL))
    assert said.outcome is Outcome.FOUND
    assert unsaid.outcome is Outcome.NOT_FOUND


def test_a_script_heard_on_the_other_side_of_a_mono_call_is_doubtful() -> None:
    said_by_customer = [
        (C, 0, 4000, "您好草源果素客服很高兴为您服务"),
        (A, 4500, 6000, "我的苹果一直没有收到"),
    ]
    for method, wanted in (
        (SplitMethod.CHANNELS, Outcome.NOT_FOUND),
        (SplitMethod.DIARIZED, Outcome.CANNOT_TELL),
    ):
        context = a_context(said_by_customer)
        split = replace(context.call.split, method=method)
        again = replace(context, call=replace(context.call, split=split))
        greeting = a_script("很高兴为您服务")
        assert detect_script(greeting, again).outcome is wanted, method


def test_a_script_is_not_missed_where_much_of_what_was_said_is_unreadable() -> None:
    said = [
        (A, 0, 4000, "我帮您查一下物流"),
        (C, 4500, 6000, "好"),
        (A, 7000, 10_000, "来吧我来吧"),
    ]
    context = a_context(said)
    transcript = context.call.transcript
    *clear, last = transcript.utterances
    outcomes = []
    for end_ms in (7_900, 10_000):
        span = replace(last.interval, end_ms=end_ms)
        dark = replace(last, interval=span, quarantined_because="识别置信度极低")
        unclear = replace(transcript, utterances=(*clear, dark))
        again = replace(context, call=replace(context.call, transcript=unclear))
        outcomes.append(detect_script(a_script("感谢您的来电"), again).outcome)
    assert outcomes == [Outcome.NOT_FOUND, Outcome.CANNOT_TELL]
