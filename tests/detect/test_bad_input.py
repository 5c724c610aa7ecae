"""What the five behaviours make of calls and lists that are not as they should be."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from qa_pipeline.detect import BEHAVIOURS, Behaviour, run_detectors
from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.conversation import conversation_of
from qa_pipeline.domain.audio_quality import AudioQuality, QualityVerdict
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.prosody import Prosody
from qa_pipeline.measure import measure
from qa_pipeline.settings import MetricThresholds
from tests.detect.dialogues import read_dialogues, spoken

FOUND, CANNOT_TELL = Outcome.FOUND, Outcome.CANNOT_TELL
RUBRICS = Path(__file__).parents[2] / "rubrics"
QUARREL = next(d.lines for d in read_dialogues() if d.name == "arguing_refund_denied")
ORDERS = (
    "a: 请问订单号是多少呢",
    "c: 八零一六",
    "a: 好的，我帮您查一下，您稍等",
    "c: 好",
    "a: 查到了，明天下午送到，您看可以吗",
    "c: 可以的，谢谢",
)
MINUTES_40 = 40 * 60_000


def outcomes(context: DetectionContext) -> dict[str, Outcome]:
    return {b.name: b.detect(context).outcome for b in BEHAVIOURS}


def found_in(context: DetectionContext) -> set[str]:
    return {name for name, outcome in outcomes(context).items() if outcome is FOUND}


def swapped(lines: tuple[str, ...]) -> list[str]:
    other = {"a": "c", "c": "a"}
    return [other[line[0]] + line[1:] for line in lines]


def test_sides_that_may_be_swapped_are_not_judged() -> None:
    context = spoken(*swapped(QUARREL))
    doubtful = replace(context.call, split=replace(context.call.split, role_confidence=0.4))
    assert set(outcomes(replace(context, call=doubtful)).values()) == {CANNOT_TELL}


def test_forty_polite_minutes_stay_silent() -> None:
    context = spoken("a: 您好，请问有什么可以帮您？", *ORDERS * 200)
    assert context.call.call.recording.duration_ms >= MINUTES_40
    assert found_in(context) == set()


def test_a_quarrel_is_found_in_the_midst_of_forty_minutes_and_where_it_was() -> None:
    before = spoken(*ORDERS * 100).call.call.recording.duration_ms
    context = spoken(*ORDERS * 100, *QUARREL, *ORDERS * 100)
    assert context.call.call.recording.duration_ms >= MINUTES_40
    arguing = next(b for b in BEHAVIOURS if b.name == "arguing").detect(context)
    assert arguing.outcome is FOUND
    after = before + spoken(*QUARREL).call.call.recording.duration_ms
    assert all(before <= e.interval.start_ms <= after for e in arguing.evidence)


@pytest.mark.parametrize(
    "line", ["a: 这是您自己的问题，不怪我们，你为什么不早说", "c: 你们怎么这样"]
)
def test_one_turn_convicts_nobody(line: str) -> None:
    assert found_in(spoken(line)) == set()


def test_nobody_said_anything() -> None:
    silent = spoken("a: 您好")
    transcript = replace(silent.call.transcript, utterances=())
    metrics = replace(silent.call.metrics, turns=(), monologues=(), no_conversation=True)
    context = replace(silent, call=replace(silent.call, transcript=transcript, metrics=metrics))
    assert set(outcomes(context).values()) == {CANNOT_TELL}


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda b: b.name)
def test_without_times_no_time_is_invented(behaviour: Behaviour) -> None:
    for dialogue in read_dialogues():
        seen = behaviour.detect(spoken(*dialogue.lines, estimated=True))
        assert all(e.estimated for e in seen.evidence)
        assert "秒" not in (seen.note or "")


def test_an_empty_word_list_costs_what_needs_it_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = spoken(*QUARREL)
    shutil.copytree(RUBRICS / "lexicons", tmp_path / "rubrics/lexicons")
    emptied = tmp_path / "rubrics/lexicons/denial.yaml"
    emptied.write_text("lexicon: denial\nentries: []\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    seen = {d.detector_id: d for d in run_detectors(context)}
    arguing = seen["behaviour:arguing"]
    assert arguing.outcome is CANNOT_TELL
    assert "lexicons/denial.yaml" in (arguing.abstained_because or "")
    assert "`entries` is empty" in (arguing.abstained_because or "")
    assert seen["behaviour:interrogating"].outcome is not CANNOT_TELL


def test_an_agent_seen_for_the_first_time_is_compared_with_the_first_minute() -> None:
    quarrel_ms = spoken(*ORDERS * 5).call.call.recording.duration_ms
    context = spoken(*ORDERS * 5, *QUARREL)
    call = context.call
    agents = [u for u in call.transcript.utterances if u.role is Role.AGENT]
    prosody = tuple(
        Prosody(
            utterance_id=u.utterance_id,
            pitch_median_st=20.0,
            pitch_spread_st=4.0,
            loudness_db=-28.0 if u.interval.start_ms < quarrel_ms else -16.0,
            speech_rate_cpm=240.0,
        )
        for u in agents
    )
    quality = AudioQuality(channels=(), verdict=QualityVerdict.MEASURABLE)
    metrics = measure(
        call.call, call.transcript, call.split, prosody, quality, MetricThresholds(), None
    )
    voiced = replace(call, prosody=prosody, quality=quality, metrics=metrics)
    arguing = next(b for b in BEHAVIOURS if b.name == "arguing")
    assert arguing.signs is not None
    (louder,) = [
        sign
        for sign in arguing.signs(conversation_of(replace(context, call=voiced)))
        if sign.key == "voice_louder"
    ]
    assert louder.value == 1.0


def test_a_third_person_on_the_line_is_neither_agent_nor_customer() -> None:
    context = spoken(*ORDERS, *QUARREL)
    before = found_in(context)
    assert "arguing" in before
    first = len(ORDERS)
    heard = context.call.transcript.utterances
    third = tuple(
        replace(u, role=Role.UNKNOWN) if n >= first and u.role is Role.AGENT else u
        for n, u in enumerate(heard)
    )
    transcript = replace(context.call.transcript, utterances=third)
    metrics = measure(
        context.call.call, transcript, context.call.split, (), None, MetricThresholds(), None
    )
    call = replace(context.call, transcript=transcript, metrics=metrics)
    assert found_in(replace(context, call=call)) == set()
