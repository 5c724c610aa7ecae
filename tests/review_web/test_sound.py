import io
import wave
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa_pipeline.review_web.sound import PIECE_BYTES, make_room
from qa_pipeline.store import CallStore
from tests.review_web.desk import RUBRIC, a_task, an_arguing_call, fill, write_tone

SOUND = "/calls/call-1/sound.wav"


@pytest.fixture
def size(store: CallStore, web: TestClient, tmp_path: Path) -> int:
    """The size of the playback of a call of a minute."""
    fill(store, a_task("call-1"), path=write_tone(tmp_path / "tone.wav", 60))
    return len(web.get(SOUND).content)


def test_the_whole_call_is_a_wav_of_both_channels(web: TestClient, size: int) -> None:
    with wave.open(io.BytesIO(web.get(SOUND).content)) as sound:
        assert sound.getnchannels() == 2
        assert sound.getnframes() / sound.getframerate() == 60
    assert size == 44 + 60 * 8000 * 4


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [("100-199", 100, 199), ("1900000-", 1_900_000, 1_920_043), ("-44", 1_920_000, 1_920_043)],
)
def test_a_range_is_exactly_these_bytes(
    web: TestClient, size: int, wanted: str, first: int, last: int
) -> None:
    whole = web.get(SOUND).content
    answer = web.get(SOUND, headers={"Range": f"bytes={wanted}"})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{size}"
    assert answer.content == whole[first : last + 1]


def test_no_answer_is_long_enough_to_hold_up_the_end(
    store: CallStore, web: TestClient, tmp_path: Path
) -> None:
    path = write_tone(tmp_path / "long.wav", 70)
    store.save_judged(an_arguing_call("call-1", path=path, duration_ms=70_000), RUBRIC)
    assert len(web.get(SOUND, headers={"Range": "bytes=0-"}).content) == PIECE_BYTES


def test_a_range_behind_the_end_is_refused(web: TestClient, size: int) -> None:
    answer = web.get(SOUND, headers={"Range": f"bytes={size}-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{size}"


def test_a_recording_that_is_gone_says_so(store: CallStore, web: TestClient) -> None:
    fill(store, a_task("call-1"), path=Path("/recordings/gone.wav"))
    answer = web.get(SOUND)
    assert answer.status_code == 404
    assert "录音无法播放" in answer.text


def test_the_oldest_playbacks_make_room(tmp_path: Path) -> None:
    import os

    for age, name in enumerate(("new", "middle", "old")):
        path = tmp_path / f"{name}.wav"
        path.write_bytes(b"x" * 100)
        os.utime(path, ns=(10**18 - age, 10**18 - age))
    make_room(tmp_path, 150, kept=tmp_path / "old.wav")
    assert {p.name for p in tmp_path.iterdir()} == {"old.wav"}
