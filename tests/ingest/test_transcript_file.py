"""Ready transcripts: read leniently where it is safe, refused with a reason where not."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.domain.call import Direction, Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.errors import UnreadableRecording
from qa_pipeline.ingest import call_for, open_audio, read_transcript_file
from qa_pipeline.ingest.call_facts import clean_text
from qa_pipeline.ingest.transcript_file import TranscriptFile
from tests.ingest.files import OPTIONS, read_one, tone, why_unreadable, write_wav

GREETING = {"role": "agent", "text": "您好，请问有什么可以帮您？", "start_ms": 500, "end_ms": 2500}
REPLY = {"role": "customer", "text": "我要退货。", "start_ms": 3000, "end_ms": 4000}


def write(tmp_path: Path, content: object, name: str = "a.transcript.json") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def read(tmp_path: Path, utterances: list[object], **facts: Any) -> TranscriptFile:
    found = read_one(write(tmp_path, {"utterances": utterances, **facts})).transcript
    assert found is not None
    return found


def test_a_transcript_alone_is_a_recording_without_audio(tmp_path: Path) -> None:
    found = read_one(write(tmp_path, {"utterances": [REPLY, GREETING]}))
    assert found.recording.audio_channels == 0
    assert found.recording.duration_ms == 4000
    assert found.recording.name == "a.transcript.json"
    assert call_for(found.recording).call_id == "a"
    assert found.transcript is not None
    transcript = found.transcript.transcript_for(found.recording)
    assert [u.utterance_id for u in transcript.utterances] == ["u0001", "u0002"]
    assert [u.role for u in transcript.utterances] == [Role.AGENT, Role.CUSTOMER]
    assert transcript.utterances[0].interval == Interval(500, 2500)
    assert transcript.engine.name == "transcript_file"
    assert transcript.engine.weights_hash == found.recording.recording_id
    assert not transcript.times_are_estimated
    with pytest.raises(UnreadableRecording, match="holds no sound"):
        next(open_audio(found.recording, OPTIONS))


def test_beside_audio_it_replaces_recognition(tmp_path: Path) -> None:
    audio = write_wav(tmp_path / "a.wav", [tone(440, 5, 8000)] * 2)
    write(tmp_path, {"utterances": [GREETING, REPLY]})
    found = read_one(audio)
    assert found.recording.audio_channels == 2
    assert found.transcript is not None
    given_left = found.transcript.transcript_for(found.recording)
    given_right = found.transcript.transcript_for(found.recording, agent_channel=1)
    assert [u.audio_channel for u in given_left.utterances] == [0, 1]
    assert [u.audio_channel for u in given_right.utterances] == [1, 0]
    assert given_left.recording_id == found.recording.recording_id != found.transcript.digest


def test_a_transcript_of_another_call_is_noticed(tmp_path: Path) -> None:
    audio = write_wav(tmp_path / "a.wav", [tone(440, 2, 8000)])
    write(tmp_path, {"utterances": [GREETING, REPLY]})
    assert "ends 2.0 s after its audio" in read_one(audio).warnings[0]


def test_a_broken_transcript_is_not_replaced_by_recognition(tmp_path: Path) -> None:
    audio = write_wav(tmp_path / "a.wav", [tone(440, 5, 8000)])
    (tmp_path / "a.transcript.json").write_text("{")
    assert "its ready transcript a.transcript.json: is no JSON" in why_unreadable(audio)


def test_without_times_they_are_estimated_from_the_text(tmp_path: Path) -> None:
    found = read(tmp_path, [{"role": "坐席", "text": "您好！"}, {"role": "客户", "text": "喂"}])
    assert found.times_are_estimated
    assert [u.interval for u in found.utterances] == [Interval(0, 440), Interval(440, 660)]
    assert found.warnings == ()


def test_partly_missing_times_are_estimated_for_all(tmp_path: Path) -> None:
    found = read(tmp_path, [GREETING, {"role": "customer", "text": "退货", "start_ms": 3000}])
    assert found.times_are_estimated
    assert found.utterances[0].interval.start_ms == 0
    assert found.warnings == (
        "a.transcript.json: some utterances have no times; all times are estimated",
    )


@pytest.mark.parametrize(
    ("word", "role"),
    [("agent", Role.AGENT), ("Agent", Role.AGENT), ("客服", Role.AGENT), ("客户", Role.CUSTOMER)],
)
def test_roles_in_two_languages(tmp_path: Path, word: str, role: Role) -> None:
    assert read(tmp_path, [{"role": word, "text": "好"}]).utterances[0].role is role
    assert read(tmp_path, [{"text": "好"}]).utterances[0].role is Role.UNKNOWN


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.transcript.json"
    path.write_bytes(json.dumps({"utterances": [GREETING]}, ensure_ascii=False).encode(encoding))
    found = read_transcript_file(str(path), path.name, OPTIONS)
    assert found.utterances[0].text == GREETING["text"]


def test_any_column_of_calls_csv_may_be_a_key(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        [GREETING],
        call_id="c-7",
        agent_id=8016,
        direction="outbound",
        started_at="2026-01-05T10:00:00",
        hold="1000-2000;3000-4000",
        agent_channel=1,
        rating=None,
        campaign={"id": 3},
    ).facts
    assert (found.call_id, found.agent_id, found.direction) == ("c-7", "8016", Direction.OUTBOUND)
    assert found.started_at is not None
    assert found.started_at.isoformat() == "2026-01-05T02:00:00+00:00"
    assert found.holds == (Interval(1000, 2000), Interval(3000, 4000))
    assert (found.agent_channel, found.rating) == (1, None)
    assert found.extra == {"campaign": '{"id": 3}'}


def test_a_bad_fact_costs_only_itself(tmp_path: Path) -> None:
    found = read(tmp_path, [GREETING], started_at="next week", agent_id="8016")
    assert found.facts.started_at is None
    assert found.facts.agent_id == "8016"
    assert "started_at 'next week' is not a date" in found.warnings[0]


def test_text_that_no_store_takes_is_cleaned(tmp_path: Path) -> None:
    path = tmp_path / "a.transcript.json"
    path.write_text(json.dumps({"utterances": [{"text": "好\x00的\ud800"}, {"text": " \n"}]}))
    found = read_transcript_file(str(path), path.name, OPTIONS)
    assert len(found.utterances) == 1
    found.utterances[0].text.encode("utf-8")
    assert found.utterances[0].text.startswith("好 的")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "is no JSON: line 1, column 2"),
        ("[]", "is no transcript: the file"),
        ("{}", "is no transcript: utterances: Field required"),
        ('{"utterances": []}', "is no transcript: utterances"),
        ('{"utterances": [{"role": "agent"}]}', "utterances[0].text: Field required"),
        ('{"utterances": [{"text": 5}]}', "utterances[0].text"),
        ('{"utterances": [{"text": "  "}]}', "has no utterance with text"),
        ('{"utterances": [{"text": "好", "role": "boss"}]}', "utterances[0]: role 'boss'"),
        ('{"utterances": [{"text": "好", "start_ms": -1, "end_ms": 5}]}', "a time is negative"),
        ('{"utterances": [{"text": "好", "start_ms": 9, "end_ms": 5}]}', "before it starts"),
        ('{"utterances": [{"text": "好", "start_ms": "1", "end_ms": 5}]}', "[0].start_ms"),
        ('{"utterances": [{"text": "好", "start_ms": NaN, "end_ms": 5}]}', "[0].start_ms"),
        ('{"utterances": [{"text": "好", "start_ms": 0, "end_ms": 9e10}]}', "in milliseconds?"),
        ("[" * 100_000, "is no JSON"),
        ('{"utterances": [{"text": "好", "start_ms": ' + "9" * 5000 + "}]}", "is no JSON"),
        ("", "the file is empty"),
    ],
)
def test_what_is_no_transcript_says_why(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "a.transcript.json"
    path.write_text(content, encoding="utf-8")
    assert reason in why_unreadable(path)


def test_other_bytes_are_no_transcript(tmp_path: Path) -> None:
    path = tmp_path / "a.transcript.json"
    path.write_bytes(b"\xff\xfe\xfa\x00\x81")
    assert "neither UTF-8 nor GB18030" in why_unreadable(path)


texts = st.text(min_size=1).filter(str.strip)
timed = st.tuples(texts, st.integers(0, 10**6), st.integers(0, 10**5)).map(
    lambda t: {"text": t[0], "start_ms": t[1], "end_ms": t[1] + t[2]}
)


@given(st.lists(timed, min_size=1, max_size=8))
def test_utterances_come_out_in_time_order(
    tmp_path_factory: pytest.TempPathFactory, given_utterances: list[dict[str, object]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "h.transcript.json"
    path.write_text(json.dumps({"utterances": given_utterances}))
    if not any(clean_text(str(u["text"])).strip() for u in given_utterances):
        with pytest.raises(UnreadableRecording, match="has no utterance with text"):
            read_transcript_file(str(path), path.name, OPTIONS)
        return
    found = read_transcript_file(str(path), path.name, OPTIONS)
    starts = [u.interval.start_ms for u in found.utterances]
    assert starts == sorted(starts)
    assert len({u.utterance_id for u in found.utterances}) == len(starts)
