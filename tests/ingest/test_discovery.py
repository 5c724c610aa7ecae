"""Which files are recordings."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fsspec  # type: ignore[import-untyped]
import pytest

from qa_pipeline.errors import UnreadableRecording, UsageError
from qa_pipeline.ingest import (
    IngestOptions,
    discover,
    parse_since,
    read_calls_csv,
    read_channels,
    read_recording,
)
from tests.ingest.files import OPTIONS, tone, write_wav


def touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def names(*paths: Path | str, **options: Any) -> list[str]:
    return [s.name for s in discover(paths, **options).found]


def test_a_folder_yields_known_extensions_in_a_stable_order(tmp_path: Path) -> None:
    touch(tmp_path, "b.wav", "a.MP3", "sub/c.ulaw", "sub/deep/d.transcript.json", "calls.csv")
    touch(tmp_path, "notes.txt", "truth.json", ".hidden.wav", ".cache/e.wav", "._a.wav")
    found = discover([tmp_path])
    assert [s.name for s in found.found] == ["a.MP3", "b.wav", "c.ulaw", "d.transcript.json"]
    assert found.skipped_count == 3
    assert discover([tmp_path]) == found


def test_a_named_file_is_always_tried(tmp_path: Path) -> None:
    touch(tmp_path, "recording.xyz", ".hidden.wav")
    assert names(tmp_path / "recording.xyz", tmp_path / ".hidden.wav") == [
        "recording.xyz",
        ".hidden.wav",
    ]
    assert names(tmp_path) == []


def test_a_file_found_twice_is_one(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "b.wav")
    assert names(tmp_path / "b.wav", tmp_path, tmp_path / "a.wav") == ["b.wav", "a.wav"]


def test_the_workspace_is_passed_over(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "workspace/clips/clip.wav")
    assert names(tmp_path, workspace=tmp_path / "workspace") == ["a.wav"]
    assert names(tmp_path) == ["a.wav", "clip.wav"]


def test_what_is_not_there_is_bad_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing\.wav: there is no such file"):
        discover([tmp_path / "missing.wav"])


def test_links_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    touch(tmp_path, "real/a.wav")
    (tmp_path / "linked").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "back").symlink_to(tmp_path)
    (tmp_path / "real" / "gone.wav").symlink_to(tmp_path / "nothing")
    (tmp_path / "real" / "self.wav").symlink_to(tmp_path / "real" / "self.wav")
    found = discover([tmp_path])
    assert [s.name for s in found.found] == ["a.wav"]
    assert found.skipped_count == 2


def test_a_transcript_beside_its_audio_is_one_recording(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "a.transcript.json", "b.transcript.json", "c.d.mp3")
    touch(tmp_path, "c.d.transcript.json")
    found = {s.name: s.transcript_location for s in discover([tmp_path]).found}
    assert found == {
        "a.wav": str(tmp_path / "a.transcript.json"),
        "b.transcript.json": None,
        "c.d.mp3": str(tmp_path / "c.d.transcript.json"),
    }


@pytest.mark.parametrize("named", ["a.wav", "a.transcript.json"])
def test_either_half_of_a_pair_names_the_same_recording(tmp_path: Path, named: str) -> None:
    touch(tmp_path, "a.wav", "a.transcript.json")
    (source,) = discover([tmp_path / named]).found
    assert source.name == "a.wav"
    assert source.transcript_location == str(tmp_path / "a.transcript.json")
    assert discover([tmp_path / "a.wav", tmp_path / "a.transcript.json"]).found == (source,)


def test_since_goes_by_metadata_then_by_file_time(tmp_path: Path) -> None:
    touch(tmp_path, "old.wav", "new.wav", "told_old.wav", "told_new.wav")
    old, new = (datetime(2026, 1, day, tzinfo=UTC).timestamp() for day in (1, 9))
    for name, at in (("old", old), ("new", new), ("told_old", new), ("told_new", old)):
        os.utime(tmp_path / f"{name}.wav", (at, at))
    table_path = tmp_path / "calls.csv"
    table_path.write_text(
        "recording,started_at\ntold_old.wav,2026-01-04T23:59:59\ntold_new.wav,2026-01-05\n"
    )
    found = discover([tmp_path], since=parse_since("2026-01-05"), table=read_calls_csv(table_path))
    assert [s.name for s in found.found] == ["new.wav", "told_new.wav"]
    assert found.older_count == 2
    named = discover([tmp_path / "old.wav"], since=parse_since("2026-01-05"))
    assert [s.name for s in named.found] == ["old.wav"]


def test_since_is_centre_time_and_must_be_a_date() -> None:
    assert parse_since("2026-01-05") == datetime(2026, 1, 4, 16, tzinfo=UTC)
    with pytest.raises(UsageError, match="--since 'yesterday' is not a date"):
        parse_since("yesterday")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list everything")
def test_a_folder_that_cannot_be_listed_costs_only_itself(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "secret/b.wav")
    (tmp_path / "secret").chmod(0)
    found = discover([tmp_path])
    (tmp_path / "secret").chmod(0o700)
    assert [s.name for s in found.found] == ["a.wav"]
    assert "cannot be listed" in found.warnings[0]


def test_a_url_is_read_like_a_folder(tmp_path: Path) -> None:
    storage = fsspec.filesystem("memory")
    content = write_wav(tmp_path / "a.wav", [tone(440, 2, 8000)]).read_bytes()
    storage.pipe("/ingest-test/day/a.wav", content)
    storage.pipe(
        "/ingest-test/day/a.transcript.json", b'{"utterances": [{"text": "\xe5\xa5\xbd"}]}'
    )
    storage.pipe("/ingest-test/day/.hidden.wav", content)
    storage.pipe("/ingest-test/notes.txt", b"x")
    try:
        found = discover(["memory://ingest-test"])
        (source,) = found.found
        assert (source.name, found.skipped_count) == ("a.wav", 1)
        assert source.modified_at is not None
        assert source.modified_at.tzinfo is not None
        read = read_recording(source, OPTIONS)
        assert read.transcript is not None
        assert read_channels(read.recording, OPTIONS).shape == (1, 32_000)
        (named,) = discover(["memory://ingest-test/day/a.wav"]).found
        assert named.is_named
        assert named.location == source.location
        assert named.transcript_location == source.transcript_location
        assert discover(["memory://ingest-test/day/a.transcript.json"]).found == (named,)
    finally:
        storage.rm("/ingest-test", recursive=True)
    with pytest.raises(UsageError, match="nothing is there"):
        discover(["memory://ingest-test"])
    with pytest.raises(UnreadableRecording, match="no longer there"):
        read_recording(source, IngestOptions())


def test_a_storage_without_its_package_names_the_remedy() -> None:
    if fsspec.utils.get_protocol("s3://x") and _has("s3fs"):
        pytest.skip("s3fs is installed here")
    with pytest.raises(UsageError, match="pip install s3fs"):
        discover(["s3://bucket/day"])


def _has(module: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(module) is not None
