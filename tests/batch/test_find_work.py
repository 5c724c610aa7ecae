"""What a run finds to do, and what it leaves alone."""

import shutil
from pathlib import Path

import pytest

from qa_pipeline.batch.work import WorkList
from qa_pipeline.errors import MetadataError, RubricError, UsageError
from tests.batch.workplace import LINES, Workplace, raised, write_calls, write_transcript


def to_do(work: WorkList) -> list[str]:
    return [item.source.name for group in work.groups for item in group]


def kinds(work: WorkList) -> list[str]:
    return [outcome.kind.value for outcome in work.outcomes]


def test_a_new_recording_is_work_and_a_known_one_is_none(place: Workplace) -> None:
    write_calls(place.recordings, "a", "b")
    assert to_do(place.find()) == ["a.transcript.json", "b.transcript.json"]
    first = place.run()
    assert (len(first.evaluated), len(first.already_done)) == (2, 0)
    second = place.run()
    assert second.last_line == "0 recordings evaluated, 2 already done, 0 not readable"


def test_facts_that_changed_judge_a_known_call_again_and_only_once(place: Workplace) -> None:
    write_calls(place.recordings, "a", "b", agent_id="A1")
    place.run()
    table = place.root / "calls.csv"
    table.write_text("recording,agent_id,team\na.transcript.json,A9,夜班\n", encoding="utf-8")
    work = place.find(metadata=table)
    (item,) = (item for group in work.groups for item in group)
    assert item.source.name == "a.transcript.json"
    assert item.known is not None
    assert item.known.agent_id == "A9"
    assert len(place.run(metadata=table).evaluated) == 1
    assert len(place.run(metadata=table).already_done) == 2
    with place.store() as store:
        call = store.judged_call("a").analyzed.call
        assert (call.agent_id, call.team, call.agent_name) == ("A9", "夜班", "a")


def test_facts_of_a_sidecar_that_changed_are_taken_over_once(
    place: Workplace, ring_back: Path
) -> None:
    sidecar = place.recordings / f"{ring_back.stem}.transcript.json"
    write_transcript(sidecar, agent_id="A1")
    shutil.copy(ring_back, place.recordings)
    place.run()
    write_transcript(sidecar, agent_id="A2")
    assert len(place.run().evaluated) == 1
    assert len(place.run().already_done) == 1
    with place.store() as store:
        assert store.judged_call(ring_back.stem).analyzed.call.agent_id == "A2"


def test_words_of_a_sidecar_that_changed_are_read_again(place: Workplace, ring_back: Path) -> None:
    sidecar = place.recordings / f"{ring_back.stem}.transcript.json"
    write_transcript(sidecar)
    shutil.copy(ring_back, place.recordings)
    place.run()
    write_transcript(sidecar, (*LINES, ("customer", "等一下，我还没说完。")))
    work = place.find()
    assert [item.known for group in work.groups for item in group] == [None]
    place.run()
    with place.store() as store:
        words = store.judged_call(ring_back.stem).analyzed.transcript.utterances
        assert words[-1].text == "等一下，我还没说完。"


def test_the_same_content_delivered_twice_is_done_once(place: Workplace) -> None:
    write_calls(place.recordings, "a")
    shutil.copy(place.recordings / "a.transcript.json", place.recordings / "copy.transcript.json")
    night = place.run()
    assert [o.recording for o in night.evaluated] == ["a.transcript.json"]
    assert [o.recording for o in night.already_done] == ["copy.transcript.json"]


def test_every_copy_of_what_cannot_be_read_is_named(place: Workplace) -> None:
    for name in ("one.wav", "two.wav", "three.wav"):
        (place.recordings / name).touch()
    night = place.run()
    assert sorted(o.recording for o in night.not_readable) == ["one.wav", "three.wav", "two.wav"]
    with place.store() as store:
        assert len(store.quarantined()) == 3


def test_another_content_under_a_taken_name_gets_eight_digits_of_its_hash(
    place: Workplace,
) -> None:
    write_calls(place.recordings / "monday", "a", agent_id="A1")
    write_calls(place.recordings / "tuesday", "a", agent_id="A2")
    first, second = (o.call_id for o in place.run().evaluated)
    assert first == "a"
    assert second is not None
    with place.store() as store:
        recording_id = store.judged_call(second).analyzed.call.recording.recording_id
    assert second == f"a-{recording_id[:8]}"


def test_a_recording_that_moved_keeps_its_call_and_gets_its_new_place(place: Workplace) -> None:
    write_calls(place.recordings, "a")
    place.run()
    archive = place.recordings / "archive"
    archive.mkdir()
    (place.recordings / "a.transcript.json").rename(archive / "a-old.transcript.json")
    night = place.run()
    assert (len(night.evaluated), len(night.already_done)) == (0, 1)
    with place.store() as store:
        recording = store.judged_call("a").analyzed.call.recording
        assert recording.path == str(archive / "a-old.transcript.json")
        assert recording.name == "a-old.transcript.json"


def test_a_readable_recording_leaves_the_quarantine(place: Workplace) -> None:
    path = place.recordings / "a.transcript.json"
    path.write_text("{", encoding="utf-8")
    assert [o.recording for o in place.run().not_readable] == [path.name]
    write_transcript(path)
    assert len(place.run().evaluated) == 1
    with place.store() as store:
        assert store.quarantined() == ()


def test_a_path_that_does_not_exist_stops_before_a_workspace_is_made(place: Workplace) -> None:
    with pytest.raises(UsageError, match="no such file"):
        place.find(paths=(str(place.root / "nowhere"),))
    assert not place.workspace.exists()


@pytest.mark.parametrize("broken", ["entries: []\n", "lexicon: [", "entries: ['abc']\n"])
def test_a_broken_lexicon_stops_the_start(place: Workplace, broken: str) -> None:
    (place.root / "rubrics" / "lexicons" / "late.yaml").write_text(broken, encoding="utf-8")
    with pytest.raises(RubricError, match="late"):
        place.find()
    assert not place.workspace.exists()


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("version: ", "verzion: "),
        ("behaviour: arguing", "behaviour: shouting"),
        ("{digits:3-6}", "{digitz:3-6}"),
    ],
)
def test_a_wrong_rubric_stops_the_start(place: Workplace, wrong: str, right: str) -> None:
    path = place.root / "rubrics" / "inbound_service.yaml"
    text = path.read_text(encoding="utf-8")
    assert wrong in text
    path.write_text(text.replace(wrong, right, 1), encoding="utf-8")
    with pytest.raises(RubricError, match="inbound_service"):
        place.find()
    assert not place.workspace.exists()


def test_a_rubric_that_changed_under_its_version_stops_the_start(place: Workplace) -> None:
    write_calls(place.recordings, "a")
    place.run()
    path = place.root / "rubrics" / "inbound_service.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("pass_percent: 85", "pass_percent: 80"), encoding="utf-8")
    with pytest.raises(RubricError, match="raise the version"):
        place.run()
    changed = raised(text.replace("pass_percent: 85", "pass_percent: 80"))
    path.write_text(changed, encoding="utf-8")
    night = place.run()
    assert len(night.evaluated) == 1
    assert "transcribe" not in {k for k, seconds in night.stage_seconds.items() if seconds}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_calls_csv_in_every_usual_encoding(place: Workplace, encoding: str) -> None:
    write_calls(place.recordings, "录音 一")
    table = place.root / "calls.csv"
    table.write_bytes("recording,team\n录音 一.transcript.json,果素客诉组\n".encode(encoding))
    night = place.run(metadata=table)
    assert night.warnings == ()
    with place.store() as store:
        assert store.judged_call("录音 一").analyzed.call.team == "果素客诉组"


def test_bad_cells_and_duplicate_rows_cost_only_themselves(place: Workplace) -> None:
    write_calls(place.recordings, "a")
    table = place.root / "calls.csv"
    rows = "recording,team,started_at\na.transcript.json,甲,gestern\na.transcript.json,乙,\n"
    table.write_text(rows, encoding="utf-8")
    night = place.run(metadata=table)
    assert len(night.evaluated) == 1
    assert [w.split(" ")[0] for w in night.warnings] == ["calls.csv:2", "calls.csv:3"]


def test_calls_csv_without_its_column_stops_the_start(place: Workplace) -> None:
    table = place.root / "calls.csv"
    table.write_text("file,team\na.wav,甲\n", encoding="utf-8")
    with pytest.raises(MetadataError, match="recording"):
        place.find(metadata=table)
    assert not place.workspace.exists()


def test_long_recordings_come_in_smaller_groups(place: Workplace) -> None:
    place.recordings.mkdir(parents=True, exist_ok=True)
    for name in ("a", "b", "c"):
        with (place.recordings / f"{name}.wav").open("wb") as file:
            file.write(name.encode())
            file.truncate(40 * 1024**2)
    write_calls(place.recordings, "d")
    groups = place.find().groups
    assert [len(group) for group in groups] == [2, 2]
