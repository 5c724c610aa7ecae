"""Who started it: insults, raised voices and things said again, before the behaviour began."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.conversation import conversation_of, who_started_it
from qa_pipeline.domain.audio_quality import AudioQuality, QualityVerdict
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.prosody import Prosody
from tests.detect.dialogues import spoken

LATER = Interval(600_000, 601_000)
CALM = (
    "c: 我想问一下我的快递",
    "a: 请问单号是多少",
    "c: 尾号是三三二一的那个",
    "a: 好的",
    "c: 昨天就应该送到了",
    "a: 我看一下",
    "c: 到现在也没有人联系我",
    "a: 稍等",
    "c: 这件事你们怎么处理",
)


def started(*lines: str, first: Interval = LATER) -> list[str]:
    return [e.quote for e in who_started_it(conversation_of(spoken(*lines)), first)]


@pytest.mark.parametrize(
    "said",
    ["这是我第三次打电话了", "我都说了八遍了", "我跟你们反映第五次了", "我再跟你讲一遍，我没签过"],
)
def test_a_customer_who_has_to_say_it_again_began_it(said: str) -> None:
    assert started(*CALM, f"c: {said}") == [said]


@pytest.mark.parametrize("said", ["你们是不是猪啊", "你们这是抢钱", "真是没有良心", "你这个骗子"])
def test_who_attacks_began_it(said: str) -> None:
    assert started(*CALM, f"c: {said}") == [said]
    assert started(*CALM, f"a: {said}") == []


@pytest.mark.parametrize("said", ["我要第三次分期的那个", "我想再问一下", "一共扣了三次费用"])
def test_other_counts_provoke_nobody(said: str) -> None:
    assert started(*CALM, f"c: {said}") == []


def test_what_the_agent_says_again_or_what_comes_after_is_no_provocation() -> None:
    assert started(*CALM, "a: 我再跟您说一遍") == []
    assert started(*CALM, "c: 我都说了八遍了", first=Interval(0, 100)) == []


def sounding(levels: Mapping[int, tuple[float, float]], verdict: QualityVerdict) -> list[str]:
    """The customer at −25 dB and 20 st but where `levels` says otherwise, by utterance."""
    context = spoken(*CALM)
    mine = [u for u in context.call.transcript.utterances if u.role is Role.CUSTOMER]
    prosody = []
    for number, utterance in enumerate(mine):
        loudness_db, pitch_st = levels.get(number, (-25.0, 20.0))
        prosody.append(
            Prosody(
                utterance_id=utterance.utterance_id,
                pitch_median_st=pitch_st,
                pitch_spread_st=None,
                loudness_db=loudness_db,
                speech_rate_cpm=None,
            )
        )
    quality = AudioQuality(channels=(), verdict=verdict)
    call = replace(context.call, prosody=tuple(prosody), quality=quality)
    heard = DetectionContext(call=call, rubric=context.rubric)
    return [e.quote for e in who_started_it(conversation_of(heard), LATER)]


FIT, UNFIT = QualityVerdict.MEASURABLE, QualityVerdict.DEGRADED


def test_a_shout_is_much_louder_or_louder_and_higher_than_the_calm_voice() -> None:
    assert sounding({}, FIT) == []
    assert sounding({2: (-16.0, 20.0)}, FIT) == ["昨天就应该送到了"]
    assert sounding({2: (-19.0, 23.0)}, FIT) == ["昨天就应该送到了"]
    assert sounding({2: (-19.0, 20.0)}, FIT) == []
    assert sounding({2: (-25.0, 26.0)}, FIT) == []


def test_most_of_the_call_may_be_shouted() -> None:
    raised = dict.fromkeys(range(3), (-19.0, 23.5))
    assert len(sounding(raised, FIT)) == 3


def test_unfit_sound_shouts_at_nobody() -> None:
    assert sounding({2: (-10.0, 30.0)}, UNFIT) == []
