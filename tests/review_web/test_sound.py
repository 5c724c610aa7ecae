import io
import wave
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa_pipeline.domain.user import AccountRole
from qa_pipeline.review_web.playback import make_room
from qa_pipeline.review_web.sound import PIECE_BYTES
from qa_pipeline.store import CallStore
from tests.builders import A, C
from tests.review_web.desk import (
    RUBRIC,
    a_task,
    an_arguing_call,
    browse,
    fill,
    write_mp3,
    write_tone,
)

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


NUMBER_LINES = (
    (A, 500, 2500, "您好请问您的手机号是多少"),
    (C, 3000, 6000, "我的手机号是13800138000"),
)


def seconds_that_differ(one: bytes, other: bytes) -> set[int]:
    """Which seconds of two recordings of equal length do not sound alike."""
    with wave.open(io.BytesIO(one)) as a, wave.open(io.BytesIO(other)) as b:
        assert a.getparams() == b.getparams()
        rate = a.getframerate()
        seconds = range(a.getnframes() // rate)
        return {n for n in seconds if a.readframes(rate) != b.readframes(rate)}


@pytest.mark.parametrize(
    ("role", "person_id", "is_covered"),
    [
        (AccountRole.INSPECTOR, "me", False),
        (AccountRole.SUPERVISOR, None, False),
        (AccountRole.TRAINER, None, True),
        (AccountRole.AGENT, "A7", True),
    ],
)
def test_only_who_judges_hears_a_customers_number(
    store: CallStore, tmp_path: Path, role: AccountRole, person_id: str | None, is_covered: bool
) -> None:
    path = write_tone(tmp_path / "tone.wav", 10)
    call = an_arguing_call("call-1", path=path, lines=NUMBER_LINES, duration_ms=10_000)
    facts = replace(call.analyzed.call, agent_id="A7")
    store.save_judged(replace(call, analyzed=replace(call.analyzed, call=facts)), RUBRIC)
    web = browse(store, tmp_path / "workspace", role, person_id)
    differing = seconds_that_differ(web.get(SOUND).content, path.read_bytes())
    assert differing == ({2, 3, 4, 5, 6} if is_covered else set()), "with 0.2 s on both sides"
    piece = web.get(SOUND, headers={"Range": "bytes=100000-100099"}).content
    assert (piece == path.read_bytes()[100_000:100_100]) == (not is_covered), "in pieces, too"
    if role is AccountRole.TRAINER:
        store.show_personal("trainer", shown=True)
        assert seconds_that_differ(web.get(SOUND).content, path.read_bytes()) == set()


def test_a_call_without_personal_data_is_played_as_it_lies(
    store: CallStore, tmp_path: Path
) -> None:
    fill(store, a_task("call-1"), path=write_tone(tmp_path / "tone.wav", 60))
    web = browse(store, tmp_path / "workspace", AccountRole.TRAINER, None)
    assert web.get(SOUND).content == (tmp_path / "tone.wav").read_bytes()
    assert not (tmp_path / "workspace" / "clips").exists()


def test_without_times_nobody_can_say_where_the_tone_belongs(
    store: CallStore, tmp_path: Path
) -> None:
    path = write_tone(tmp_path / "tone.wav", 10)
    call = an_arguing_call("call-1", path=path)
    guessed = replace(call.analyzed.transcript, times_are_estimated=True)
    store.save_judged(replace(call, analyzed=replace(call.analyzed, transcript=guessed)), RUBRIC)
    trainer = browse(store, tmp_path / "workspace", AccountRole.TRAINER, None)
    answer = trainer.get(SOUND)
    assert (answer.status_code, "不能确定在哪里消音" in answer.text) == (404, True)
    assert browse(store, tmp_path / "workspace").get(SOUND).status_code == 200


def test_a_range_of_endless_digits_is_refused(web: TestClient, size: int) -> None:
    assert size > 0
    assert web.get(SOUND, headers={"Range": f"bytes={'9' * 5000}-"}).status_code == 400


def test_today_decodes_what_will_be_heard_first(store: CallStore, tmp_path: Path) -> None:
    coded = write_mp3(tmp_path / "tone.mp3", 2)
    fill(store, a_task("call-1"), path=coded)
    web = browse(store, tmp_path / "workspace")
    assert web.get("/").status_code == 200
    (kept,) = (tmp_path / "workspace" / "clips" / "playback").glob("*.wav")
    made = kept.stat().st_mtime_ns
    with wave.open(io.BytesIO(web.get(SOUND).content)) as sound:
        assert 1.9 < sound.getnframes() / sound.getframerate() < 2.3
    assert kept.stat().st_mtime_ns == made, "decoded once"
    coded.unlink()
    kept.unlink()
    assert web.get("/").status_code == 200, "a recording that is gone stops nobody"


def test_the_oldest_playbacks_make_room(tmp_path: Path) -> None:
    import os

    for age, name in enumerate(("new", "middle", "old")):
        path = tmp_path / f"{name}.wav"
        path.write_bytes(b"x" * 100)
        os.utime(path, ns=(10**18 - age, 10**18 - age))
    make_room(tmp_path, 150, kept=tmp_path / "old.wav")
    assert {p.name for p in tmp_path.iterdir()} == {"old.wav"}
