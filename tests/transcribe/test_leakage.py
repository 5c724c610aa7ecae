from dataclasses import replace

import numpy as np

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.transcribe.leakage import speech_without_leakage, without_leakage
from tests.transcribe.sound import RATE, an_input, noise


def utterance(channel: int, start_ms: int, end_ms: int, text: str) -> Utterance:
    return Utterance(
        utterance_id=f"u{channel}{start_ms}",
        audio_channel=channel,
        role=Role.UNKNOWN,
        interval=Interval(start_ms, end_ms),
        text=text,
    )


def syllables(seconds: float, seed: int) -> np.ndarray:
    """Noise whose level rises and falls four times a second, as speech does."""
    rng = np.random.default_rng(seed)
    levels = np.repeat(rng.uniform(0.0, 0.3, int(seconds * 8)), RATE // 8)
    return (noise(len(levels) / RATE, 1.0, seed) * levels).astype(np.float32)


LOUD = utterance(0, 500, 3500, "请您提供一下订单号码")


def test_a_quieter_copy_is_quarantined() -> None:
    left = syllables(4.0, 1)
    audio = an_input(left, 0.1 * left)
    copy = utterance(1, 600, 3400, "请您提供下订单号")
    kept, leaked = without_leakage(audio, [LOUD, copy])
    assert kept == LOUD
    assert "串音" in (leaked.quarantined_because or "")
    speech = ((LOUD.interval,), (copy.interval, Interval(3600, 3900)))
    assert speech_without_leakage(speech, (kept, leaked)) == (
        (LOUD.interval,),
        (Interval(3600, 3900),),
    )


def test_a_garbled_copy_is_known_by_its_rise_and_fall() -> None:
    left = syllables(4.0, 1)
    audio = an_input(left, 0.1 * left)
    _, leaked = without_leakage(audio, [LOUD, utterance(1, 600, 3400, "天空海阔")])
    assert leaked.quarantined_because


def test_another_voice_at_the_same_time_is_kept() -> None:
    audio = an_input(syllables(4.0, 1), 0.1 * syllables(4.0, 2))
    both = [LOUD, utterance(1, 600, 3400, "我昨天就说过不要了")]
    assert list(without_leakage(audio, both)) == both


def test_the_same_words_as_loud_are_kept() -> None:
    left = syllables(4.0, 1)
    both = [LOUD, replace(LOUD, utterance_id="u2", audio_channel=1)]
    assert list(without_leakage(an_input(left, 0.8 * left), both)) == both


def test_an_echo_after_the_end_is_kept() -> None:
    left = syllables(8.0, 1)
    both = [LOUD, utterance(1, 3400, 6400, LOUD.text)]
    assert list(without_leakage(an_input(left, 0.1 * left), both)) == both


def test_one_channel_has_nothing_to_leak_from() -> None:
    assert without_leakage(an_input(syllables(4.0, 1)), [LOUD]) == (LOUD,)
