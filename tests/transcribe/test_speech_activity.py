import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.domain.interval import Interval, total_ms, union
from qa_pipeline.transcribe.speech_activity import FRAME_MS, regions_of, speech_of
from tests.transcribe.sound import SAMPLES, SHARED, an_input, noise, quiet, sound_of


def probabilities(*runs: tuple[float, int]) -> np.ndarray:
    return np.concatenate([np.full(n, p, np.float32) for p, n in runs])


def test_speech_is_padded_on_both_sides() -> None:
    heard = regions_of(probabilities((0.0, 20), (0.9, 10), (0.0, 20)), 50 * FRAME_MS)
    assert heard == (Interval(20 * 32 - 96, 30 * 32 + 96),)


def test_a_short_dip_does_not_cut() -> None:
    heard = regions_of(probabilities((0.9, 10), (0.0, 4), (0.9, 10)), 24 * FRAME_MS)
    assert heard == (Interval(0, 24 * FRAME_MS),)


def test_a_region_must_be_sure_somewhere_and_reaches_out_from_there() -> None:
    assert regions_of(probabilities((0.0, 9), (0.45, 50), (0.0, 9)), 68 * FRAME_MS) == ()
    grown = regions_of(
        probabilities((0.0, 9), (0.3, 9), (0.9, 1), (0.15, 9), (0.0, 9)), 37 * FRAME_MS
    )
    assert grown == (Interval(9 * FRAME_MS - 96, 28 * FRAME_MS + 96),)


def test_one_region_does_not_lend_its_certainty_to_the_next() -> None:
    heard = regions_of(probabilities((0.9, 10), (0.0, 20), (0.4, 10)), 40 * FRAME_MS)
    assert heard == (Interval(0, 10 * FRAME_MS + 96),)


def test_a_click_is_not_speech() -> None:
    assert regions_of(probabilities((0.0, 9), (0.9, 2), (0.0, 9)), 20 * FRAME_MS) == ()


@given(st.lists(st.floats(0, 1, width=32), max_size=200), st.integers(0, 40))
def test_regions_are_sorted_disjoint_and_within_the_recording(
    values: list[float], missing_ms: int
) -> None:
    duration_ms = max(0, len(values) * FRAME_MS - missing_ms)
    regions = regions_of(np.array(values, np.float32), duration_ms)
    assert regions == union(regions)
    assert all(r.end_ms <= duration_ms for r in regions)


def test_a_call_longer_than_a_block_is_heard_to_its_end() -> None:
    left = sound_of(SAMPLES / "06_coldness.wav")[:1]
    alone = speech_of(an_input(left[0]), 0)
    shift = 55.0
    later = speech_of(an_input(np.concatenate([quiet(shift), left[0]])), 0)
    moved = [Interval(i.start_ms + int(shift * 1000), i.end_ms + int(shift * 1000)) for i in alone]
    assert total_ms(alone) > 5000
    assert total_ms([*moved, *later]) - total_ms(later) < 600


@pytest.mark.parametrize("level", [0.0, 0.001, 0.05, 0.2])
def test_noise_is_not_speech(level: float) -> None:
    assert speech_of(an_input(noise(10.0, level)), 0) == ()


def test_hold_music_is_not_speech() -> None:
    path = SHARED / "formats" / "hold_music_60s.wav"
    if not path.exists():
        pytest.skip("the shared data is not here")
    assert speech_of(an_input(sound_of(path)[0]), 0) == ()
