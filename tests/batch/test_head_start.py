"""What is done of a night before Prefect answers."""

from contextlib import closing

import pytest

from qa_pipeline.batch.evaluate_group import evaluate_group
from qa_pipeline.batch.head_start import HeadStart
from qa_pipeline.batch.outcomes import OutcomeKind
from qa_pipeline.batch.prepare import find_work
from qa_pipeline.batch.stopping import Stopped, StopSignal
from qa_pipeline.batch.stopwatch import Stopwatch
from qa_pipeline.errors import ModelError
from tests.batch.test_evaluate_group import fine, with_listener, write_sounds
from tests.batch.workplace import Workplace, write_calls


def test_the_work_that_is_found_ahead_is_the_work_there_is(place: Workplace) -> None:
    write_calls(place.recordings, "a", "b")
    (place.recordings / "notes.txt").touch()
    with place.shift() as shift, closing(HeadStart(shift)) as begun:
        assert begun.work() == find_work(shift)
        assert begun.work().to_do == 2


def test_what_was_read_ahead_is_judged_in_its_turn(place: Workplace) -> None:
    write_sounds(place.recordings, 2, 3)
    with place.shift() as shift:
        listener = with_listener(shift, fine)
        with closing(HeadStart(shift)) as begun:
            (group,) = begun.work().groups
        done = evaluate_group(shift, group)
    assert [o.kind for o in done.outcomes] == [OutcomeKind.EVALUATED] * 2
    assert listener.groups == [2]
    assert done.stage_seconds["decode"] > 0


def test_a_stop_is_raised_to_who_asks_for_the_work(place: Workplace) -> None:
    write_calls(place.recordings, "a")
    stop = StopSignal()
    with place.shift(stop) as shift:
        stop.request()
        with closing(HeadStart(shift)) as begun, pytest.raises(Stopped):
            begun.work()


def test_a_model_that_does_not_load_is_told_only_where_it_is_needed(place: Workplace) -> None:
    write_calls(place.recordings, "a")
    with place.shift(model="nowhere/at all") as shift:
        with closing(HeadStart(shift)) as begun:
            (group,) = begun.work().groups
        assert evaluate_group(shift, group).outcomes[0].kind is OutcomeKind.EVALUATED
    write_sounds(place.recordings, 2)
    with place.shift(model="nowhere/at all") as shift:
        with closing(HeadStart(shift)) as begun:
            assert len(begun.work().groups) == 1
        with pytest.raises(ModelError, match="nowhere"):
            shift.recognizer.get(Stopwatch())


def test_what_loading_took_is_told_once_to_the_first_who_gets_the_model(place: Workplace) -> None:
    first, second = Stopwatch(), Stopwatch()
    with place.shift() as shift:
        shift.recognizer.load()
        shift.recognizer.get(first)
        shift.recognizer.get(second)
    assert first.seconds["model_load"] > 0
    assert second.seconds == {}
