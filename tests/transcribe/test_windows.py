import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.domain.interval import Interval
from qa_pipeline.transcribe.audio import AudioInput
from qa_pipeline.transcribe.windows import (
    BATCH_WINDOWS,
    JOIN_GAP_MS,
    MAX_WINDOW_MS,
    Window,
    batches_of,
    windows_of,
)
from tests.transcribe.sound import RATE, an_input, noise

SILENCE = AudioInput(recording_id="r1", channels=np.zeros((1, 1), np.float32))


def windows(*regions: Interval) -> tuple[Window, ...]:
    return windows_of(SILENCE, 0, 0, regions)


def test_neighbours_are_joined_and_strangers_are_not() -> None:
    near, far = JOIN_GAP_MS - 1, JOIN_GAP_MS
    first = Interval(0, 1000)
    second = Interval(1000 + near, 2000 + near)
    third = Interval(second.end_ms + far, second.end_ms + far + 500)
    assert [w.regions for w in windows(first, second, third)] == [(first, second), (third,)]


def test_a_long_chain_is_cut_at_its_longest_pause() -> None:
    regions = (Interval(0, 6000), Interval(6200, 9000), Interval(9500, 14_000))
    assert [w.regions for w in windows(*regions)] == [regions[:2], regions[2:]]


def test_a_breathless_stretch_is_cut_where_it_is_quietest() -> None:
    sound = noise(20.0, 0.1)
    sound[int(9.5 * RATE) : int(9.7 * RATE)] = 0.0
    found = windows_of(an_input(sound), 0, 0, [Interval(0, 20_000)])
    assert len(found) == 2
    assert 9500 <= found[0].interval.end_ms <= 9700
    assert found[1].interval == Interval(found[0].interval.end_ms, 20_000)


@given(st.lists(st.tuples(st.integers(1, 2000), st.integers(96, 11_000)), max_size=40))
def test_windows_hold_all_speech_once_and_are_never_too_long(
    steps: list[tuple[int, int]],
) -> None:
    regions: list[Interval] = []
    at = 0
    for gap, length in steps:
        regions.append(Interval(at + gap, at + gap + length))
        at += gap + length
    found = windows(*regions)
    assert [r for w in found for r in w.regions] == regions
    assert all(w.interval.duration_ms <= MAX_WINDOW_MS for w in found)


@given(st.lists(st.integers(100, 12_000), max_size=60))
def test_batches_hold_windows_of_like_length(lengths: list[int]) -> None:
    made = [
        Window(recording=i % 3, audio_channel=i % 2, regions=(Interval(0, length),))
        for i, length in enumerate(lengths)
    ]
    batches = batches_of(made)
    flat = [w for batch in batches for w in batch]
    assert all(len(batch) <= BATCH_WINDOWS for batch in batches)
    assert [w.interval.duration_ms for w in flat] == sorted(lengths, reverse=True)
    assert batches == batches_of(list(reversed(made))) or len(set(made)) < len(made)
