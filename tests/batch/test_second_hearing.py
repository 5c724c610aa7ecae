"""A clip is heard a second time; where it cannot be, a person has to have listened."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from qa_pipeline.batch.case_export import export_cases
from qa_pipeline.batch.case_redaction import (
    LISTENED,
    NotListenedTo,
    approve_case,
    is_redacted,
    redact_case,
    redacted,
)
from qa_pipeline.batch.mining import hear_candidates, mine_cases
from qa_pipeline.batch.second_hearing import SecondHearing
from qa_pipeline.domain.call import Recording
from qa_pipeline.domain.case import Case, CaseKind, CaseStatus
from qa_pipeline.domain.case_card import CardText, HeardAgain, Redaction
from qa_pipeline.domain.interval import Interval
from qa_pipeline.ingest import IngestOptions, SourceFile, read_recording
from qa_pipeline.store import CallStore, open_store
from tests.builders import A, C
from tests.review_web.desk import RUBRIC, an_arguing_call, write_tone

SAMPLE = Path(__file__).parents[2] / "data_samples" / "01_inbound_good.wav"
LINES = (
    (A, 2500, 3000, "您说"),
    (C, 3000, 9000, "邮霸士不就灵散"),
    (C, 28_000, 29_500, "你讲不讲道理"),
    (A, 30_000, 34_000, "是您自己填错了"),
)
HEARD = (HeardAgain(audio_channel=1, interval=Interval(3200, 8000)),)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CallStore]:
    with open_store(tmp_path / "workspace") as opened:
        judged = an_arguing_call("call-1", path=write_tone(tmp_path / "call-1.wav"), lines=LINES)
        opened.save_judged(judged, RUBRIC)
        opened.save_candidates((a_case(),))
        yield opened


def a_case() -> Case:
    return Case(
        case_id="one",
        call_id="call-1",
        subject="behaviour:arguing",
        kind=CaseKind.BAD,
        clip=Interval(2000, 36_000),
        evidence=Interval(30_000, 34_000),
        situation="邮霸士不就灵散",
        quote="是您自己填错了",
        why="",
        score=0.9,
    )


def keep_heard(store: CallStore) -> None:
    made = redact_case(store, "one")
    store.save_redaction("one", replace(made, heard=HEARD))
    redact_case(store, "one")


def no_model(folder: Path) -> SecondHearing:
    return SecondHearing(str(folder / "no model here"), folder, allowed_seconds=60)


def test_an_unheard_clip_is_approved_only_by_who_listened(store: CallStore) -> None:
    assert redact_case(store, "one").heard is None
    with pytest.raises(NotListenedTo, match="case one was not heard a second time"):
        approve_case(store, "one", who="li")
    assert store.case("one").status is CaseStatus.CANDIDATE
    approve_case(store, "one", who="li", has_listened=True)
    assert [(v.who, v.note) for v in store.verdicts("one")] == [("li", LISTENED)]


def test_what_was_heard_is_hidden_in_words_and_sound_and_stays_so(store: CallStore) -> None:
    keep_heard(store)
    hidden = redacted(store, "one")
    assert [line.text for line in hidden.lines()][1] == "＊" * 7
    assert hidden.text("邮霸士不就灵散") == "＊" * 7
    assert any(beep.start_ms <= 3000 and beep.end_ms >= 8200 for beep in hidden.beeps())
    assert is_redacted(store, "one")
    store.edit_card("one", CardText(masks=("道理",)), who="li", seen_version=0)
    assert not is_redacted(store, "one")
    assert redact_case(store, "one").heard == HEARD, "an edit needs no new ears"
    approve_case(store, "one", who="li")


def test_only_an_approved_or_a_heard_clip_is_exported(store: CallStore, tmp_path: Path) -> None:
    redact_case(store, "one")
    (problem,) = export_cases(store, store.cases(), tmp_path / "first").problems
    assert problem.startswith("one: 片段没有第二次听写")
    assert not (tmp_path / "first" / "one.wav").exists()
    keep_heard(store)
    assert export_cases(store, store.cases(), tmp_path / "second").problems == ()
    assert (tmp_path / "second" / "one.wav").exists()


def test_without_a_model_or_a_recording_nothing_was_heard(store: CallStore, tmp_path: Path) -> None:
    ears = no_model(tmp_path)
    assert redact_case(store, "one", ears).heard is None
    assert "no model here" in ears.problem
    assert ears.is_done
    assert ears.told == (f"案例片段没有第二次听写：{ears.problem}",)
    judged = store.judged_call("call-1")
    (tmp_path / "call-1.wav").unlink()
    gone = no_model(tmp_path)
    assert gone.hear(judged, a_case().clip) is None
    assert gone.problem == "", "no model is loaded for a recording that is gone"


def test_a_short_run_leaves_the_clips_to_a_longer_one(store: CallStore, tmp_path: Path) -> None:
    ears = SecondHearing(str(tmp_path / "no model here"), tmp_path, allowed_seconds=9)
    assert redact_case(store, "one", ears).heard is None
    assert ears.problem == "", "the model is not loaded for so little"
    assert ears.told == (
        "案例片段 1 个还没有第二次听写，以后的夜间运行会做，也可现在运行 qa-pipeline cases hear",
    )


def test_a_redaction_of_before_was_never_heard(store: CallStore) -> None:
    store.save_redaction("one", Redaction(key="k", beeps=(Interval(0, 5),)))
    kept = store.redaction("one")
    assert kept is not None
    assert (kept.beeps, kept.heard) == ((Interval(0, 5),), None)


@pytest.fixture(scope="module")
def ears(tmp_path_factory: pytest.TempPathFactory) -> SecondHearing:
    return SecondHearing(None, tmp_path_factory.mktemp("models"), allowed_seconds=600)


def sample() -> Recording:
    source = SourceFile(location=str(SAMPLE), name=SAMPLE.name, is_named=True)
    return read_recording(source, IngestOptions()).recording


@pytest.mark.slow
def test_the_ears_find_a_dictated_number(ears: SecondHearing) -> None:
    judged = an_arguing_call("call-2", path=SAMPLE, lines=LINES)
    call = replace(judged.analyzed.call, recording=sample())
    judged = replace(judged, analyzed=replace(judged.analyzed, call=call))
    heard = ears.hear(judged, Interval(5000, 40_000))
    assert heard, "the customer says the last places of an identity card"
    assert all(0 <= one.interval.start_ms < 51_000 for one in heard)
    assert (ears.clips, ears.problem) == (1, "")
    assert 0 < ears.seconds < 60
    assert ears.told[0].startswith("案例片段第二次听写：1 个，平均每个 ")


@pytest.mark.slow
def test_the_next_night_hears_what_no_night_heard(ears: SecondHearing, store: CallStore) -> None:
    redact_case(store, "one")
    mine_cases(store, ("call-1",), ears)
    kept = store.redaction("one")
    assert kept is not None
    assert kept.heard == (), "a tone says nothing"
    assert hear_candidates(store, ears) == ()
    assert is_redacted(store, "one")
