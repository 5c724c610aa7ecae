"""The shipped recognizer on real sound; slow, because it loads the model."""

import json
from typing import Any

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from qa_pipeline.text.normalize import normalize
from qa_pipeline.transcribe import AudioInput, Recognizer
from tests.transcribe.contract import check_group
from tests.transcribe.sound import SAMPLES, SHARED, an_input, noise, quiet, sound_of, tones

pytestmark = pytest.mark.slow


def said(name: str, role: str, until_ms: int) -> str:
    truth: dict[str, Any] = json.loads((SAMPLES / "truth.json").read_text("utf-8"))
    lines = truth[name]["utterances"]
    return normalize(
        "".join(u["text"] for u in lines if u["role"] == role and u["end_ms"] <= until_ms)
    )


def heard(result: Any, recording_id: str, channel: int) -> str:
    return normalize(
        "".join(
            u.text
            for u in result.transcripts[recording_id].judged_utterances
            if u.audio_channel == channel
        )
    )


def test_a_group_of_two_calls_is_understood(recognizer: Recognizer) -> None:
    names = ["04_interrogating.wav", "10_interruptions.wav"]
    group = [
        AudioInput(recording_id=name, channels=sound_of(SAMPLES / name, 31.0)) for name in names
    ]
    result = check_group(recognizer, group)
    for name in names:
        assert result.transcripts[name].language == "zh"
        agent, wanted = heard(result, name, 0), said(name, "agent", 31_000)
        assert Levenshtein.distance(agent, wanted) / len(wanted) < 0.45, agent
    alone = recognizer.transcribe_group(group[:1]).transcripts[names[0]]
    together = result.transcripts[names[0]]
    assert len(alone.utterances) == pytest.approx(len(together.utterances), abs=1)


def test_the_same_group_gives_the_same_transcript(recognizer: Recognizer) -> None:
    audio = AudioInput(recording_id="a", channels=sound_of(SAMPLES / "06_coldness.wav", 12.0))
    first = recognizer.transcribe_group([audio]).transcripts["a"]
    assert first.utterances
    assert recognizer.transcribe_group([audio]).transcripts["a"] == first


def test_nothing_is_written_where_nobody_speaks(recognizer: Recognizer) -> None:
    ring = np.tile(np.concatenate([tones([450], 1.0, 0.2), quiet(4.0)]), 3)
    keys = np.tile(np.concatenate([tones([770, 1336], 0.2, 0.2), quiet(0.3)]), 30)
    fax = np.concatenate([tones([2100], 3.0, 0.2), quiet(1.0), tones([1100], 2.0, 0.2)])
    group = [
        an_input(quiet(15.0), quiet(15.0), recording_id="silence"),
        an_input(ring, recording_id="ring-back"),
        an_input(keys, recording_id="dtmf"),
        an_input(fax, recording_id="fax"),
        an_input(noise(15.0, 0.05), noise(15.0, 0.002), recording_id="white noise"),
    ]
    music = SHARED / "formats" / "hold_music_60s.wav"
    if music.exists():
        group.append(AudioInput(recording_id="music", channels=sound_of(music)))
    result = check_group(recognizer, group)
    texts = {
        name: [u.text for u in transcript.judged_utterances]
        for name, transcript in result.transcripts.items()
    }
    assert texts == {audio.recording_id: [] for audio in group}


def test_sound_too_short_to_hold_a_word_is_no_error(recognizer: Recognizer) -> None:
    group = [
        an_input(quiet(0.0), recording_id="empty"),
        an_input(noise(0.01, 0.1), recording_id="blink"),
    ]
    result = check_group(recognizer, group)
    assert all(t.utterances == () for t in result.transcripts.values())
    assert recognizer.transcribe_group([]).transcripts == {}


def test_an_english_call_is_noted_as_english(recognizer: Recognizer) -> None:
    path = SHARED / "calls" / "Auto_Repairs_40_agentL_callerR_ulaw.wav"
    if not path.exists():
        pytest.skip("the shared data is not here")
    audio = AudioInput(recording_id="en", channels=sound_of(path, 20.0))
    transcript = check_group(recognizer, [audio]).transcripts["en"]
    assert transcript.language == "en"
    assert "dealership" in " ".join(u.text for u in transcript.utterances).lower()


def test_a_channel_that_repeats_the_first_is_heard_once(recognizer: Recognizer) -> None:
    left = sound_of(SAMPLES / "06_coldness.wav", 8.0)[0]
    result = recognizer.transcribe_group([an_input(left, left)])
    assert {u.audio_channel for u in result.transcripts["r1"].utterances} == {0}
    assert result.speech["r1"][0] == result.speech["r1"][1] != ()


def test_leakage_into_the_other_channel_is_quarantined(recognizer: Recognizer) -> None:
    left = sound_of(SAMPLES / "07_stiffness.wav", 6.0)[0]
    late = np.concatenate([quiet(0.01), left[: -len(quiet(0.01))]])
    result = recognizer.transcribe_group([an_input(left, 0.1 * late + noise(6.0, 0.0005))])
    utterances = result.transcripts["r1"].utterances
    assert {u.audio_channel for u in utterances if u.quarantined_because is None} == {0}
    leaks = [u for u in utterances if u.audio_channel == 1]
    assert leaks
    assert all("串音" in (u.quarantined_because or "") for u in leaks)
    assert result.speech["r1"][1] == ()


def test_a_request_to_stop_ends_the_work(recognizer: Recognizer) -> None:
    class StopNow(Exception):
        pass

    def stop() -> None:
        raise StopNow

    with pytest.raises(StopNow):
        recognizer.transcribe_group([an_input(noise(2.0, 0.1))], check=stop)


def test_whole_numbers_are_heard_like_fractions(recognizer: Recognizer) -> None:
    fractions = sound_of(SAMPLES / "06_coldness.wav", 6.0)
    whole = np.round(fractions * 32767).astype(np.int16)
    by_fractions = recognizer.transcribe_group([AudioInput(recording_id="a", channels=fractions)])
    by_whole = recognizer.transcribe_group([AudioInput(recording_id="a", channels=whole)])
    assert by_whole.speech == by_fractions.speech
    assert by_whole.transcripts["a"].utterances
