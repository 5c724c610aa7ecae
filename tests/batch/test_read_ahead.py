"""What comes next is read while this group is being listened to."""

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import pytest

from qa_pipeline.batch.evaluate_group import evaluate_group
from qa_pipeline.batch.outcomes import OutcomeKind
from qa_pipeline.batch.prepare import find_work
from qa_pipeline.batch.read_ahead import ReadAhead
from tests.batch.test_evaluate_group import fine, with_listener, write_sounds
from tests.batch.workplace import Workplace, settings_of_run


@dataclass(frozen=True)
class Loaf:
    size_bytes: int


class Oven:
    """Bakes loaves and says when; `baked` are their sizes."""

    def __init__(self) -> None:
        self.baked: list[int] = []
        self._news = threading.Condition()

    def bakes(self, size: int) -> Callable[[], Loaf]:
        def bake() -> Loaf:
            with self._news:
                self.baked.append(size)
                self._news.notify_all()
            return Loaf(size)

        return bake

    def wait_for(self, size: int) -> None:
        with self._news:
            assert self._news.wait_for(lambda: size in self.baked, 60)


def test_a_result_is_given_once() -> None:
    oven = Oven()
    with closing(ReadAhead[Loaf](100)) as ahead:
        ahead.begin({"a": oven.bakes(1), "b": oven.bakes(2)})
        oven.wait_for(2)
        assert ahead.take("never promised") is None
        assert (ahead.take("a"), ahead.take("a")) == (Loaf(1), None)


def test_nothing_more_is_begun_beyond_the_room_until_something_is_taken() -> None:
    oven = Oven()
    with closing(ReadAhead[Loaf](10)) as ahead:
        ahead.begin({"a": oven.bakes(6), "b": oven.bakes(7), "c": oven.bakes(8)})
        oven.wait_for(7)
        assert ahead.take("c") is None
        assert ahead.take("a") == Loaf(6)
        ahead.begin({"d": oven.bakes(9)})
        oven.wait_for(9)
        assert oven.baked == [6, 7, 9]


def test_what_the_work_raised_is_raised_to_who_takes_it() -> None:
    started = threading.Event()

    def fails() -> Loaf:
        started.set()
        raise OSError("no such share")

    with closing(ReadAhead[Loaf](10)) as ahead:
        ahead.begin({"a": fails})
        started.wait(10)
        with pytest.raises(OSError, match="no such share"):
            ahead.take("a")


@pytest.mark.slow
def test_the_next_group_is_read_ahead_and_judged_the_same(place: Workplace) -> None:
    write_sounds(place.recordings, 2, 3, 4, 5)
    pairs = Workplace(root=place.root, settings=settings_of_run(group_size=2))
    with pairs.shift() as shift:
        with_listener(shift, fine)
        work = find_work(shift)
        (first, second), (last, nothing) = work.with_following(1)
        assert (second, nothing) == (last, ())
        results = evaluate_group(shift, first, second) + evaluate_group(shift, last)
        assert all(shift.ahead.take(item.recording_id) is None for item in last)
    assert [o.kind for o in results.outcomes] == [OutcomeKind.EVALUATED] * 4
    assert results.stage_seconds["decode"] > 0


@pytest.mark.slow
def test_a_file_that_cannot_be_read_is_named_in_its_own_group(place: Workplace) -> None:
    write_sounds(place.recordings, 2)
    (place.recordings / "t.wav").write_bytes(b"RIFF" + bytes(3000))
    singles = Workplace(root=place.root, settings=settings_of_run(group_size=1))
    with singles.shift() as shift:
        with_listener(shift, fine)
        (first, second), (last, _) = find_work(shift).with_following(1)
        good = evaluate_group(shift, first, second)
        bad = evaluate_group(shift, last)
    assert [o.kind for o in good.outcomes] == [OutcomeKind.EVALUATED]
    assert [(o.recording, o.kind) for o in bad.outcomes] == [("t.wav", OutcomeKind.NOT_READABLE)]
