"""Clips that give nobody away: numbers beeped over, the customer's voice lower."""

from pathlib import Path

import numpy as np

from qa_pipeline.cases.clips import cut_clip
from qa_pipeline.cases.voices import LOWER_BY, Lowered, beeped, customers_voice, lowered_voice
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from tests.builders import A, C, a_transcript
from tests.cases.test_clips import RATE_HZ, a_ramp, a_wav, read


def pitch_hz(samples: np.ndarray) -> float:
    """The strongest frequency of a stretch."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(np.argmax(spectrum) * RATE_HZ / samples.size)


def test_a_beep_leaves_nothing_of_what_was_said_and_everything_around(tmp_path: Path) -> None:
    source, out = a_wav(tmp_path / "call.wav"), tmp_path / "k.wav"
    cut_clip(source, Interval(2000, 9000), out, beeps=(Interval(1000, 2500), Interval(4000, 5000)))
    _, samples = read(out)
    said = a_ramp(25)[2000 * 8 : 9000 * 8]
    assert np.array_equal(samples[500 * 8 : 2000 * 8], said[500 * 8 : 2000 * 8])
    assert np.array_equal(samples[3000 * 8 :], said[3000 * 8 :])
    for channel in (0, 1):
        tone = samples[2000 * 8 : 3000 * 8, channel]
        assert abs(pitch_hz(tone) - 1000) < 2
        assert abs(int(tone[0])) < 600  # it fades in
        assert pitch_hz(samples[: 500 * 8, channel]) == 1000


def test_a_beep_is_the_same_however_the_sound_is_cut_into_pieces() -> None:
    sound = np.random.default_rng(1).normal(size=(2, 8000)).astype(np.float32)
    beep = (Interval(5300, 5801),)
    whole = beeped(sound, RATE_HZ, 5000, 0, beep)
    pieces = [beeped(sound[:, i : i + 333], RATE_HZ, 5000, i, beep) for i in range(0, 8000, 333)]
    assert np.array_equal(np.concatenate(pieces, axis=1), whole)


def test_a_lowered_voice_is_lower_as_long_and_alone() -> None:
    at = np.arange(3 * RATE_HZ) / RATE_HZ
    tone = np.sin(2 * np.pi * 500 * at).astype(np.float32) / 4
    clip = np.stack([tone, tone])
    changed = lowered_voice(clip, RATE_HZ, 0, (Lowered(audio_channel=1),))
    assert changed.shape == clip.shape
    assert np.array_equal(changed[0], clip[0])
    assert abs(pitch_hz(changed[1][RATE_HZ : 2 * RATE_HZ]) - 500 * LOWER_BY) < 10
    loudness = np.sqrt(np.mean(changed[1][RATE_HZ : 2 * RATE_HZ] ** 2))
    assert 0.8 < loudness / np.sqrt(np.mean(tone**2)) < 1.2


def test_on_a_shared_channel_only_the_customers_utterances_are_lower() -> None:
    call = a_transcript([(C, 11_000, 12_000, "我要退货"), (A, 12_500, 13_500, "好的")])
    one_channel = tuple(
        Lowered(audio_channel=0, intervals=v.intervals or (Interval(11_000, 12_000),))
        for v in customers_voice(call)
    )
    at = np.arange(4 * RATE_HZ) / RATE_HZ
    clip = np.sin(2 * np.pi * 500 * at).astype(np.float32)[np.newaxis, :] / 4
    changed = lowered_voice(clip, RATE_HZ, 10_000, one_channel)
    assert np.array_equal(changed[0, 2100 * 8 :], clip[0, 2100 * 8 :])
    assert abs(pitch_hz(changed[0, 1100 * 8 : 1900 * 8]) - 500 * LOWER_BY) < 15


def test_the_customers_voice_is_a_channel_or_the_utterances_on_a_shared_one() -> None:
    call = a_transcript([(A, 0, 1000, "您好"), (C, 1200, 2000, "我要退货")])
    assert customers_voice(call) == (Lowered(audio_channel=1),)
    assert all(u.role is not Role.UNKNOWN for u in call.utterances)
