"""Digits that are dictated are told by the sound, on synthetic and on human voices."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qa_pipeline.domain.interval import Interval
from qa_pipeline.ingest import IngestOptions, SourceFile, read_channels, read_recording
from qa_pipeline.transcribe import AudioInput, GroupResult, Recognizer, load_recognizer
from qa_pipeline.transcribe.dictation import POOLS, dictated_in, fitted_ear, pooled
from qa_pipeline.transcribe.windows import Window

ROOT = Path(__file__).parents[2]
HUMAN = ROOT.parent / "shared/data/asr"
FRAMES = arrays(np.float32, st.tuples(st.integers(1, 60), st.just(2)),
                elements=st.floats(-8, 8, width=32))  # fmt: skip


def a_window(*regions: tuple[int, int]) -> Window:
    return Window(recording=0, audio_channel=0, regions=tuple(Interval(a, b) for a, b in regions))


@given(FRAMES)
def test_a_pool_is_the_mean_of_the_frames_that_there_are(frames: np.ndarray) -> None:
    seen = pooled(frames).reshape(len(frames), len(POOLS), 2)
    for at in (0, len(frames) // 2, len(frames) - 1):
        for pool, (first, last) in enumerate(POOLS):
            part = frames[max(0, at + first) : max(0, at + last + 1)]
            wanted = part.mean(axis=0) if len(part) else np.zeros(2)
            np.testing.assert_allclose(seen[at, pool], wanted, atol=1e-4)


def test_a_stretch_of_sure_frames_is_a_dictation_on_the_recordings_clock() -> None:
    shares = np.zeros(200, dtype=np.float32)
    shares[50:100] = 0.9
    (found,) = dictated_in(shares, a_window((1000, 5000)))
    assert abs(found.start_ms - 2000) <= 40
    assert abs(found.end_ms - 3000) <= 40


def test_a_short_doubt_is_bridged_and_a_click_is_none() -> None:
    shares = np.zeros(300, dtype=np.float32)
    shares[50:80] = shares[88:120] = 0.9
    shares[200:204] = 0.9
    (found,) = dictated_in(shares, a_window((0, 6000)))
    assert found.duration_ms >= 1300
    assert not list(dictated_in(np.zeros(300, dtype=np.float32), a_window((0, 6000))))


def test_a_dictation_over_a_shortened_pause_holds_all_of_it() -> None:
    shares = np.zeros(170, dtype=np.float32)
    shares[60:150] = 0.9
    (found,) = dictated_in(shares, a_window((0, 2000), (9000, 10_000)))
    assert found.start_ms < 1300
    assert found.end_ms > 9500


def test_the_fitted_ear_knows_the_embedded_models_width_and_is_sure_of_nothing_in_silence() -> None:
    shares = fitted_ear().shares(np.zeros((40, 512), dtype=np.float32))
    assert shares.shape == (40,)
    assert np.all((shares >= 0) & (shares <= 1))


def channels_of(path: Path) -> np.ndarray:
    source = SourceFile(location=str(path.resolve()), name=path.name, is_named=True)
    options = IngestOptions()
    return read_channels(read_recording(source, options).recording, options)


@pytest.fixture(scope="module")
def ear(models_dir: Path) -> Recognizer:
    return load_recognizer(None, models_dir, hears_digits=True)


def heard(ear: Recognizer, channels: np.ndarray) -> GroupResult:
    return ear.transcribe_group([AudioInput(recording_id="one", channels=channels)])


@pytest.mark.slow
def test_a_staff_number_in_a_call_is_heard_and_other_talk_is_not(ear: Recognizer) -> None:
    result = heard(ear, channels_of(ROOT / "data_samples/01_inbound_good.wav"))
    assert result.dictated is not None
    greeting = result.transcripts["one"].utterances[0]
    runs = [d.interval for d in result.dictated["one"]]
    long = [run for run in runs if run.duration_ms >= 560]
    assert long, "工号 of four digits"
    assert all(greeting.interval.overlap_ms(run) for run in long)
    talk_ms = sum(
        w.interval.duration_ms for u in result.transcripts["one"].utterances for w in u.words
    )
    assert sum(run.duration_ms for run in runs) < 0.1 * talk_ms


@pytest.mark.slow
def test_a_recognizer_that_was_not_asked_says_nothing_of_digits(recognizer: Recognizer) -> None:
    assert heard(recognizer, np.zeros((1, 16_000), dtype=np.int16)).dictated is None


@pytest.mark.slow
@pytest.mark.skipif(not HUMAN.exists(), reason="public data for measuring is not there")
@pytest.mark.parametrize(
    ("name", "is_number"),
    [("0082", True), ("0085", True), ("0099", True), ("0168", False), ("0164", False)],
)
def test_a_human_voice_dictates_too(ear: Recognizer, name: str, is_number: bool) -> None:
    channels = channels_of(HUMAN / f"BAC009S0150W{name}.flac")
    result = heard(ear, channels)
    assert result.dictated is not None
    dictated_ms = sum(d.interval.duration_ms for d in result.dictated["one"])
    share = dictated_ms / sum(i.duration_ms for i in result.speech["one"][0])
    assert share > 0.6 if is_number else share < 0.45
