import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.domain.interval import Interval
from qa_pipeline.transcribe.audio import AudioInput
from qa_pipeline.transcribe.windows import (
    BATCH_WINDOWS,
    MAX_PAUSE_MS,
    MAX_WINDOW_MS,
    Window,
    batches_of,
    windows_of,
)
from tests.transcribe.sound import RATE, an_input, noise

SILENCE = AudioInput(recording_id="r1", channels=np.zeros((1, 1), np.float32))


def windows(*regions: Interval) -> tuple[Window, ...]:
    return windows_of(SILENCE, 0, 0, regions)


def test_as_many_breaths_as_fit_are_packed_whatever_lies_between() -> None:
    breaths = (Interval(0, 6000), Interval(60_000, 67_000), Interval(67_200, 68_000))
    assert [w.regions for w in windows(*breaths)] == [breaths[:2], breaths[2:]]


def test_long_pauses_are_shortened_and_short_ones_kept() -> None:
    (window,) = windows(Interval(1000, 2000), Interval(2300, 3000), Interval(9000, 9500))
    assert window.starts_ms == (0, 1300, 1300 + 700 + MAX_PAUSE_MS)
    assert window.duration_ms == 1300 + 700 + MAX_PAUSE_MS + 500


def test_a_windows_clock_leads_back_to_the_recording() -> None:
    (window,) = windows(Interval(1000, 2000), Interval(9000, 9500))
    there = [0, 999, 1000, 1199, 1201, 1400, 1900]
    back = [1000, 1999, 2000, 2199, 8801, 9000, 9500]
    assert [window.recording_ms(t) for t in there] == back


def test_a_windows_sound_is_its_speech_with_shortened_pauses() -> None:
    sound = noise(10.0, 0.1)
    audio = an_input(sound)
    (window,) = windows_of(audio, 0, 0, [Interval(1000, 2000), Interval(9000, 9500)])
    heard = window.samples(audio)
    assert len(heard) == window.duration_ms * 16
    assert (heard[: 1200 * 16] == sound[1000 * 16 : 2200 * 16]).all()
    assert (heard[-700 * 16 :] == sound[8800 * 16 : 9500 * 16]).all()


def test_a_breathless_stretch_is_cut_where_it_is_quietest() -> None:
    sound = noise(20.0, 0.1)
    sound[int(9.5 * RATE) : int(9.7 * RATE)] = 0.0
    found = windows_of(an_input(sound), 0, 0, [Interval(0, 20_000)])
    assert len(found) == 2
    cut_ms = found[0].regions[-1].end_ms
    assert 9500 <= cut_ms <= 9700
    assert found[1].regions == (Interval(cut_ms, 20_000),)


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
    assert all(w.duration_ms <= MAX_WINDOW_MS for w in found)
    for window in found:
        clock = range(0, window.duration_ms + 1, 50)
        times = [window.recording_ms(at) for at in clock]
        assert times == sorted(times)
        assert all(
            window.recording_ms(start) == region.start_ms
            for start, region in zip(window.starts_ms, window.regions, strict=True)
        )


@given(st.lists(st.integers(100, 12_000), max_size=60))
def test_batches_hold_windows_of_like_length(lengths: list[int]) -> None:
    made = [
        Window(recording=i % 3, audio_channel=i % 2, regions=(Interval(0, length),))
        for i, length in enumerate(lengths)
    ]
    batches = batches_of(made)
    flat = [w for batch in batches for w in batch]
    assert all(len(batch) <= BATCH_WINDOWS for batch in batches)
    assert [w.duration_ms for w in flat] == sorted(lengths, reverse=True)
    assert batches == batches_of(list(reversed(made))) or len(set(made)) < len(made)
