import numpy as np

from qa_pipeline.transcribe.audio import AudioInput
from tests.transcribe.sound import an_input, noise, quiet


def test_a_copy_of_the_first_channel_is_not_distinct() -> None:
    left = noise(1.0, 0.1)
    assert an_input(left, left).distinct_channels == (0,)
    assert an_input(left, 0.9 * left).distinct_channels == (0, 1)
    assert an_input(left, quiet(1.0), left).distinct_channels == (0, 1)


def test_whole_numbers_become_fractions_of_full_scale() -> None:
    audio = AudioInput(recording_id="r1", channels=np.array([[0, 16384, -32768]], np.int16))
    assert audio.samples(0, 0, 3).tolist() == [0.0, 0.5, -1.0]
    assert audio.samples(0, 0, 3).dtype == np.float32


def test_a_stretch_past_the_end_is_cut() -> None:
    audio = an_input(noise(0.5, 0.1))
    assert (audio.n_channels, audio.duration_ms) == (1, 500)
    assert len(audio.samples(0, 7000, 9000)) == 1000
