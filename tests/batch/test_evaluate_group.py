"""One recording costs neither its neighbours nor the night."""

import logging
import shutil
import wave
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from qa_pipeline.batch.evaluate_group import allowed_s, evaluate_group
from qa_pipeline.batch.outcomes import OutcomeKind
from qa_pipeline.batch.prepare import find_work
from qa_pipeline.batch.shift import Shift
from qa_pipeline.batch.stopping import Stopped, StopSignal
from qa_pipeline.domain.transcript import Engine, Transcript
from qa_pipeline.errors import ModelError, StoreError
from qa_pipeline.transcribe import AudioInput, GroupResult
from tests.batch.workplace import Workplace, settings_of_run, write_calls

ENGINE = Engine(name="silent", version="1", weights_hash="0" * 64, settings_digest="none")


class Listener:
    """A recognizer that hears nothing; `trouble` is asked before every group."""

    engine = ENGINE

    def __init__(self, trouble: Callable[[Sequence[AudioInput]], None]) -> None:
        self.trouble = trouble
        self.groups: list[int] = []

    def transcribe_group(
        self, recordings: Sequence[AudioInput], *, check: Callable[[], None] | None = None
    ) -> GroupResult:
        self.groups.append(len(recordings))
        self.trouble(recordings)
        if check is not None:
            check()
        return GroupResult(
            transcripts={
                r.recording_id: Transcript(
                    recording_id=r.recording_id, language="zh", utterances=(), engine=ENGINE
                )
                for r in recordings
            },
            speech={r.recording_id: ((),) * r.n_channels for r in recordings},
            stage_seconds={},
        )


def write_sounds(folder: Path, *seconds: float) -> None:
    """Silent mono recordings of different lengths, so of different content."""
    for number, length in enumerate(seconds):
        with wave.open(str(folder / f"s{number}.wav"), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(8000)
            out.writeframes(bytes(2 * round(8000 * length)))


def fine(_recordings: Sequence[AudioInput]) -> None:
    """No trouble."""


def with_listener(shift: Shift, trouble: Callable[[Sequence[AudioInput]], None]) -> Listener:
    listener = Listener(trouble)
    shift.recognizer._loaded = listener
    return listener


def test_a_bad_file_costs_nothing_else(place: Workplace) -> None:
    write_calls(place.recordings, "a", "c")
    (place.recordings / "b.wav").write_bytes(b"RIFF" + bytes(3000))
    night = place.run()
    assert [o.recording for o in night.evaluated] == ["a.transcript.json", "c.transcript.json"]
    (bad,) = night.not_readable
    assert bad.recording == "b.wav"
    assert "\n" not in (bad.reason or "\n")
    with place.store() as store:
        (entry,) = store.quarantined()
        assert (entry.name, entry.reason) == (bad.recording, bad.reason)


def test_a_recording_that_vanishes_after_it_was_found(place: Workplace) -> None:
    write_calls(place.recordings, "a", "b")
    with place.shift() as shift:
        (group,) = find_work(shift).groups
        (place.recordings / "a.transcript.json").unlink()
        done = evaluate_group(shift, group)
    assert [o.kind for o in done.outcomes] == [OutcomeKind.NOT_READABLE, OutcomeKind.EVALUATED]
    assert done.outcomes[0].reason == "the file is no longer there"


def test_a_group_that_fails_is_tried_one_at_a_time(
    place: Workplace, caplog: pytest.LogCaptureFixture
) -> None:
    write_sounds(place.recordings, 2, 3, 4)

    def dislikes_three_seconds(recordings: Sequence[AudioInput]) -> None:
        if any(r.channels.shape[1] == 3 * 16_000 for r in recordings):
            raise ValueError("three seconds")

    with place.shift() as shift, caplog.at_level(logging.ERROR):
        listener = with_listener(shift, dislikes_three_seconds)
        (group,) = find_work(shift).groups
        done = evaluate_group(shift, group)
    assert listener.groups == [3, 1, 1, 1]
    kinds = {o.recording: o.kind.value for o in done.outcomes}
    assert kinds == {"s0.wav": "evaluated", "s1.wav": "not_readable", "s2.wav": "evaluated"}
    assert done.outcomes[1].reason == "failed with ValueError: three seconds"
    assert "three seconds" in caplog.text


def test_a_recording_that_takes_too_long_is_given_up(place: Workplace) -> None:
    slow = Workplace(root=place.root, settings=settings_of_run(recording_timeout_s=-10))
    write_sounds(slow.recordings, 12, 3)
    with slow.shift() as shift:
        with_listener(shift, fine)
        (group,) = find_work(shift).groups
        done = evaluate_group(shift, group)
    assert {o.kind for o in done.outcomes} == {OutcomeKind.NOT_READABLE}
    assert done.outcomes[0].reason == "took longer than -10 s; given up"


def test_what_a_recording_may_take_grows_with_its_length() -> None:
    assert allowed_s(5, 1_500) == 6
    assert allowed_s(5, 3 * 3600 * 1000) == 10_805


@pytest.mark.parametrize("error", [ModelError("no model"), StoreError("disk full"), Stopped()])
def test_what_is_nobodys_fault_ends_the_group(place: Workplace, error: Exception) -> None:
    write_sounds(place.recordings, 2, 3)

    def fails(_recordings: Sequence[AudioInput]) -> None:
        raise error

    with place.shift() as shift:
        with_listener(shift, fails)
        (group,) = find_work(shift).groups
        with pytest.raises(type(error)):
            evaluate_group(shift, group)
        assert shift.store.call_ids() == ()
        assert shift.store.quarantined() == ()


def test_a_second_attempt_at_a_group_does_nothing_twice(place: Workplace) -> None:
    write_sounds(place.recordings, 2, 3)
    with place.shift() as shift:
        listener = with_listener(shift, fine)
        (group,) = find_work(shift).groups
        evaluate_group(shift, group[:1])
        again = evaluate_group(shift, group)
    assert listener.groups == [1, 1]
    assert [o.kind for o in again.outcomes] == [OutcomeKind.EVALUATED] * 2


def test_a_request_to_stop_ends_the_work_and_the_next_run_goes_on(place: Workplace) -> None:
    write_sounds(place.recordings, 2, 3)
    write_calls(place.recordings, "a")
    stop = StopSignal()

    def asks(_recordings: Sequence[AudioInput]) -> None:
        stop.request()

    with place.shift(stop) as shift:
        with_listener(shift, asks)
        first, *_ = find_work(shift).groups
        evaluate_group(shift, first[:1])
        with pytest.raises(Stopped):
            evaluate_group(shift, first[1:])
        assert shift.store.call_ids() == ("a",)
    with place.shift() as shift:
        assert len(find_work(shift).outcomes) == 1


def test_headerless_bytes_are_read_under_the_name_that_tells_what_they_are(
    place: Workplace, ring_back: Path
) -> None:
    raw = ring_back.read_bytes()[64:40_064]
    (place.recordings / "a.wav").write_bytes(raw)
    (place.recordings / "b.ulaw").write_bytes(raw)
    with place.shift() as shift:
        with_listener(shift, fine)
        work = find_work(shift)
        assert work.to_do == 2
        done = evaluate_group(shift, work.groups[0])
    assert [(o.recording, o.kind.value) for o in done.outcomes] == [
        ("a.wav", "not_readable"),
        ("b.ulaw", "evaluated"),
    ]


def test_a_recording_that_is_cut_off_is_judged_and_said(place: Workplace, ring_back: Path) -> None:
    raw = ring_back.read_bytes()
    (place.recordings / "cut.wav").write_bytes(raw[: len(raw) // 2])
    with place.shift() as shift:
        with_listener(shift, fine)
        (group,) = find_work(shift).groups
        done = evaluate_group(shift, group)
    assert done.outcomes[0].kind is OutcomeKind.EVALUATED
    assert done.warnings[0].startswith("cut.wav: is cut off: its header promises")


def test_a_missing_model_stops_the_night_instead_of_every_recording(place: Workplace) -> None:
    write_sounds(place.recordings, 2)
    empty = place.root / "no-model"
    empty.mkdir()
    with pytest.raises(ModelError):
        place.run(model=str(empty))
    with place.store() as store:
        assert store.quarantined() == ()
    shutil.rmtree(empty)
