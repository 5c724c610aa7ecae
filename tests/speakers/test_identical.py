import numpy as np
import pytest
from scipy.signal import resample

from qa_pipeline.speakers.identical import are_identical

RNG = np.random.default_rng(0)
LEFT = RNG.normal(0, 0.1, 50_000).astype(np.float32)
OTHER = RNG.normal(0, 0.1, 50_000).astype(np.float32)


@pytest.mark.parametrize("right", [LEFT, 0.3 * LEFT, -LEFT, LEFT + 0.2, LEFT + 0.1 * OTHER])
def test_the_same_sound_at_any_gain_is_identical(right: np.ndarray) -> None:
    assert are_identical(np.stack([LEFT, right.astype(np.float32)]))


@pytest.mark.parametrize("right", [OTHER, np.zeros_like(LEFT), LEFT + 0.5 * OTHER])
def test_another_sound_is_not(right: np.ndarray) -> None:
    assert not are_identical(np.stack([LEFT, right]))


def test_one_channel_has_no_copy() -> None:
    assert not are_identical(LEFT[None])
    assert not are_identical(np.zeros((2, 0), np.float32))


def test_whole_numbers_do_not_overflow() -> None:
    whole = (LEFT * 100_000).clip(-32768, 32767).astype(np.int16)
    assert are_identical(np.stack([whole, whole]))


def in_syllables(seed: int, seconds: int = 40) -> np.ndarray:
    """Noise whose level wanders as speech does."""
    rng = np.random.default_rng(seed)
    level = np.interp(
        np.arange(seconds * 16_000), np.arange(seconds * 8) * 2000, rng.random(seconds * 8) ** 3
    )
    return (0.1 * level * rng.normal(0, 1, seconds * 16_000)).astype(np.float32)


@pytest.mark.parametrize("drift", [0.999, 1.001, 1.0])
def test_a_copy_by_another_clock_is_still_a_copy(drift: float) -> None:
    once = in_syllables(1)
    late = np.concatenate([np.zeros(3200, np.float32), once])
    again = resample(late, round(len(late) * drift))[: len(once)]
    length = min(len(once), len(again))
    assert are_identical(np.stack([once[:length], 0.5 * again[:length]]))


def test_two_people_are_no_copy_even_where_they_leak() -> None:
    left, right = in_syllables(1, 80), in_syllables(2, 80)
    assert not are_identical(np.stack([left, right]))
    assert not are_identical(np.stack([left + 0.1 * right, right + 0.1 * left]))
