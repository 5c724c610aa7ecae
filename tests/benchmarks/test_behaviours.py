"""The behaviours' benchmark: what it counts, how it plays spoken calls back, what it fits."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.accuracy_behaviours import _answers, judged, out_of_fold
from benchmarks.behaviour_data import (
    TRAINING,
    Dialogue,
    Said,
    analyzed,
    read_heard,
    read_pass,
)
from benchmarks.behaviour_figures import Answer, ece, figures, show, show_provoked
from benchmarks.fit_behaviours import Row
from benchmarks.fit_voice import fit_voice
from benchmarks.spoken_calls import as_known
from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.domain.audio_quality import AudioQuality, QualityVerdict
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.prosody import Prosody
from tests.detect.dialogues import a_rubric, read_dialogues, timed

LINES = next(d.lines for d in read_dialogues() if d.name == "arguing_refund_denied")
SAID = tuple(Said(role=r, text=t, start_ms=a, end_ms=b) for r, a, b, t in timed(LINES))
QUARREL = Dialogue(
    name="quarrel",
    scenario="refund",
    said=SAID,
    present=frozenset({"arguing"}),
    spans={"arguing": ((0, len(SAID) - 1),)},
    provoked={"arguing": True},
)


def an_answer(is_present: bool, is_found: bool, probability: float = 0.5) -> Answer:
    return Answer(
        is_present=is_present,
        is_clean=not is_present,
        is_found=is_found,
        probability=probability,
    )


def test_precision_recall_and_f1() -> None:
    said = [(True, True), (True, False), (False, True), (False, False), (True, True)]
    assert figures([an_answer(*each) for each in said]) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert figures([]) == (0, 0, 0)


def test_a_probability_that_keeps_its_word_is_calibrated() -> None:
    kept = [an_answer(i < 3, True, 0.3) for i in range(10)]
    assert ece(kept) == pytest.approx(0)
    assert ece([an_answer(False, True, 0.9)] * 4) == pytest.approx(0.9)


def test_abstentions_and_who_began_it_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    silent = Answer(
        is_present=True, is_clean=False, is_found=False, probability=0.0, is_abstained=True
    )
    began = replace(an_answer(True, True), was_provoked=True, is_called_provoked=True)
    macro = show("title", {"arguing": [silent, began]})
    show_provoked("title", {"arguing": [silent, began, replace(began, was_provoked=False)]})
    printed = capsys.readouterr().out
    assert macro == pytest.approx(2 / 3)
    assert "50.0%" in printed
    assert "precision 1/2, recall 1/1 of 2 found" in printed


def test_what_is_found_rightly_is_compared_with_its_labelled_stretch() -> None:
    answers = judged([QUARREL], is_timed=True, has_meaning=False)
    (seen,) = answers["arguing"]
    assert seen.is_found
    assert seen.was_provoked
    assert seen.overlap is not None
    assert 0.5 < seen.overlap <= 1
    assert answers["coldness"][0].was_provoked is None
    elsewhere = [Interval(900_000 + i, 900_001 + i) for i in range(len(SAID))]
    context = DetectionContext(
        call=analyzed(QUARREL, is_timed=True, with_meaning=False), rubric=a_rubric()
    )
    assert _answers(QUARREL, context, elsewhere)["arguing"].overlap == 0


def test_a_spoken_call_is_played_back_with_less_and_less_known() -> None:
    call = analyzed(QUARREL, is_timed=True, with_meaning=False)
    prosody = tuple(
        Prosody(
            utterance_id=u.utterance_id,
            pitch_median_st=20.0,
            pitch_spread_st=4.0,
            loudness_db=-20.0,
            speech_rate_cpm=240.0,
        )
        for u in call.transcript.utterances
    )
    quality = AudioQuality(channels=(), verdict=QualityVerdict.MEASURABLE)
    spoken = replace(call, prosody=prosody, quality=quality)
    voiced, timed_, read = (
        as_known(spoken, known) for known in ("text + timing + voice", "text + timing", "text")
    )
    assert voiced.metrics.pitch_spread_st == 4
    assert timed_.metrics.pitch_spread_st is None
    assert timed_.metrics.longest_monologue_ms is not None
    assert read.metrics.longest_monologue_ms is None
    assert [u.text for u in read.transcript.utterances] == [s.text for s in SAID]


def test_a_voice_that_tells_gets_weight_and_one_that_does_not_gets_none() -> None:
    draws = np.random.default_rng(1)
    present = draws.random(200) < 0.5
    tells = (present ^ (draws.random(200) < 0.1)).astype(float)
    idle = (draws.random(200) < 0.5).astype(float)
    fitted = fit_voice(
        np.stack([tells, idle], axis=1), ("tells", "idle"), np.full(200, -1.0), present
    )
    assert fitted["tells"] > 1
    assert fitted["idle"] < 0.5


def test_what_was_heard_teaches_under_the_labels_of_what_was_written() -> None:
    written = {d.name: d for name in TRAINING for d in read_pass(name)}
    heard = read_heard()
    assert len(heard) >= 30
    assert {d.scenario.partition(":")[0] for d in heard} == set(TRAINING)
    for dialogue in heard:
        assert dialogue.present == written[dialogue.name].present
        assert {s.role for s in dialogue.said} == {Role.AGENT, Role.CUSTOMER}
        assert dialogue.said != written[dialogue.name].said
        assert all(s.start_ms < s.end_ms for s in dialogue.said)


def test_answers_are_told_apart_by_how_they_were_heard() -> None:
    rows = [
        Row(
            name=f"{group}{present}",
            group=f"pass_{group}",
            is_present=present,
            is_polite=False,
            is_clean=not present,
            hearing=hearing,
            weight=1.0,
            values={"sign": float(present)},
        )
        for group in "abcdefghij"
        for hearing in ("written", "heard")
        for present in (True, False)
    ]
    found = out_of_fold(rows)
    assert {hearing: figures(answers) for hearing, answers in found.items()} == {
        "written": (1, 1, 1),
        "heard": (1, 1, 1),
    }
