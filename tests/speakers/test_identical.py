import numpy as np
import pytest

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
