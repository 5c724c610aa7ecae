import wave
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.domain.call import Role
from qa_pipeline.review_web.waveform import MAX_POINTS, kept_outline, lanes_of, outline_of
from tests.builders import A, C, a_judged_call


def write_wav(path: Path, frames: list[tuple[int, ...]], rate_hz: int = 8000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(frames[0]) if frames else 2)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(array("h", [value for frame in frames for value in frame]).tobytes())
    return path


@given(frames=st.lists(st.tuples(*[st.integers(-32768, 32767)] * 2), min_size=1, max_size=50))
def test_each_channel_reaches_its_own_loudest_sample(
    frames: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = write_wav(tmp_path_factory.mktemp("wav") / "a.wav", list(frames))
    outline = outline_of(path)
    for channel in (0, 1):
        loudest = max(min(abs(frame[channel]), 32767) for frame in frames)
        assert max(outline[channel]) == loudest * 100 // 32767


def test_a_call_of_forty_minutes_stays_small(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "long.wav", [(100, -200)] * 240_000, rate_hz=100)
    outline = outline_of(path)
    assert 20_000 < len(outline[0]) <= MAX_POINTS
    assert set(outline[1]) == {0}


def test_a_loud_moment_stands_at_its_time(tmp_path: Path) -> None:
    frames = [(0, 0)] * 8000 + [(30_000, 0)] * 800 + [(0, 0)] * 7200
    agent, customer = outline_of(write_wav(tmp_path / "a.wav", frames))
    loud = [i / len(agent) for i, peak in enumerate(agent) if peak > 50]
    assert 0.49 <= loud[0] < 0.51
    assert 0.54 <= loud[-1] < 0.56
    assert set(customer) == {0}


def test_a_file_without_sound_has_empty_lanes(tmp_path: Path) -> None:
    assert outline_of(write_wav(tmp_path / "a.wav", [])) == ((), ())


def test_a_damaged_kept_outline_is_made_again(tmp_path: Path) -> None:
    sound = write_wav(tmp_path / "a.wav", [(1000, 2000)] * 100)
    kept = tmp_path / "a.peaks.json"
    kept.write_text("[[1,", "utf-8")
    assert kept_outline(sound, kept) == outline_of(sound)
    assert kept_outline(tmp_path / "gone.wav", kept) == outline_of(sound)


def test_lanes_are_agent_customer_and_then_the_rest() -> None:
    lines = ((C, 0, 1000, "喂"), (A, 1000, 2000, "您好"))
    transcript = a_judged_call("call-1", lines=lines).analyzed.transcript
    roles = {u.role: u.audio_channel for u in transcript.utterances}
    assert lanes_of(transcript, 3) == (
        (roles[A], Role.AGENT),
        (roles[C], Role.CUSTOMER),
        (2, Role.UNKNOWN),
    )
