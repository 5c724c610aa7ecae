"""What is asked about doubtful places, and what the answers prove."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.detect import run_detectors
from qa_pipeline.detect.answers import (
    MAX_QUERIES,
    answer_evidence,
    answer_for,
    match_evidence,
    place_of,
    queries_for,
    query_of,
    spoken,
)
from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.decoys import DECOYS, decoys_of
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.phrase_query import PhraseAnswer, query_id_of
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric, Section, Step
from qa_pipeline.domain.transcript import Utterance, Word
from qa_pipeline.text.normalize import han_count
from qa_pipeline.text.phrases import PhraseMatch
from tests.builders import A, C, an_analyzed_call

HEARD = "令到补财，您请您消等片课"
LINES = ((A, 0, 1500, "您好云杉宽带"), (A, 1700, 5000, HEARD), (C, 7200, 8000, "嗯好的"))


def with_words(utterance: Utterance) -> Utterance:
    """The utterance with one word a character, as a recognizer writes it."""
    step = utterance.interval.duration_ms // len(utterance.text)
    start = utterance.interval.start_ms
    words = tuple(
        Word(text=c, interval=Interval(start + i * step, start + (i + 1) * step), probability=0.5)
        for i, c in enumerate(utterance.text)
    )
    return replace(utterance, words=words)


def a_context(*wanted: str, words: bool = True, duration_ms: int = 300_000) -> DetectionContext:
    call: AnalyzedCall = an_analyzed_call(LINES)
    if words:
        transcript = call.transcript
        said = tuple(with_words(u) for u in transcript.utterances)
        call = replace(call, transcript=replace(transcript, utterances=said))
    recording = replace(call.call.recording, duration_ms=duration_ms)
    call = replace(call, call=replace(call.call, recording=recording))
    criteria = tuple(
        Criterion(
            criterion_id=f"c{i}", title=w, points=1, kind=CriterionKind.SCRIPT,
            steps=(Step(any_of=(w,)),),
        )
        for i, w in enumerate(wanted)
    )  # fmt: skip
    section = Section(section_id="s", title="s", criteria=criteria)
    rubric = Rubric(rubric_id="r", version=1, title="r", pass_percent=80, sections=(section,))
    return DetectionContext(call=call, rubric=rubric)


def only_match(context: DetectionContext, phrase: str) -> PhraseMatch:
    (match,) = context.find((phrase,), Role.AGENT, 0.05)
    return match


def an_answer(margin: float, weakest: float) -> PhraseAnswer:
    return PhraseAnswer(
        query_id="q", forced_log_probability=-1.0 + margin, free_log_probability=-1.0,
        weakest_log_probability=weakest, decoy_log_probability=-6.0,
    )  # fmt: skip


def test_what_was_heard_fills_the_gaps_of_the_wanted_phrase() -> None:
    context = a_context("请{0-3}稍等片刻")
    match = only_match(context, "请{0-3}稍等片刻")
    assert spoken(match, context.stream(Role.AGENT)) == "请您稍等片刻"


def test_a_question_carries_all_that_the_recognizer_needs() -> None:
    context = a_context("请您稍等片刻")
    match = only_match(context, "请您稍等片刻")
    place = place_of(match, Role.AGENT, context)
    assert place is not None
    query = query_of(place, context)
    assert query is not None
    assert (query.phrase, query.heard) == ("请您稍等片刻", "请您消等片课")
    assert query.before == "您好云杉宽带令到补财，您"
    assert query.audio_channel == 0
    assert query.regions == (Interval(0, 1500), Interval(1700, 5000))
    assert query.regions[1].contains(query.interval)
    assert query.query_id == query_id_of(
        query.recording_id, 0, match.interval, "请您稍等片刻", context.call.transcript.engine.digest
    )


def test_what_was_heard_to_the_letter_is_not_asked() -> None:
    context = a_context("云杉宽带")
    assert place_of(only_match(context, "云杉宽带"), Role.AGENT, context) is None


def test_a_ready_transcript_has_no_sound_to_ask() -> None:
    context = a_context("请您稍等片刻", words=False)
    place = place_of(only_match(context, "请您稍等片刻"), Role.AGENT, context)
    assert place is not None
    assert query_of(place, context) is None


def test_doubtful_scripts_are_asked_and_answered_once() -> None:
    context = a_context("请您稍等片刻", "领导不在", "祝您生活愉快")
    detections = run_detectors(context)
    doubtful = {d.detector_id for d in detections if 0.15 <= d.probability <= 0.7}
    queries = queries_for(context, detections)
    wanted = {f"script:{c.criterion_id}": c.title for c in context.rubric.criteria}
    assert {q.phrase for q in queries} == {wanted[d] for d in doubtful if d in wanted}
    assert queries
    answers = {q.query_id: replace(an_answer(-0.2, -1.0), query_id=q.query_id) for q in queries}
    again = replace(context, answers=answers)
    assert queries_for(again, detections) == ()
    match = only_match(again, queries[0].phrase)
    place = place_of(match, Role.AGENT, again)
    assert place is not None
    assert answer_for(place, again) == answers[queries[0].query_id]
    evidence = match_evidence(match, Role.AGENT, again)
    assert evidence is not None
    assert evidence > 0
    assert match_evidence(match, Role.AGENT, context) is None


def test_a_short_recording_pays_for_few_questions() -> None:
    wanted = ("请您稍等片刻", "请您稍等一刻", "您请稍等片刻", "领导不在")
    assert queries_for(a_context(*wanted), run_detectors(a_context(*wanted)))
    short = a_context(*wanted, duration_ms=19_000)
    assert queries_for(short, run_detectors(short)) == ()
    assert MAX_QUERIES == 6


@given(st.floats(-12, 0), st.floats(-12, 0), st.floats(-15, 0), st.floats(-15, 0))
def test_more_willing_is_more_evidence(m1: float, m2: float, w1: float, w2: float) -> None:
    low = answer_evidence(an_answer(min(m1, m2), min(w1, w2)))
    high = answer_evidence(an_answer(max(m1, m2), max(w1, w2)))
    assert low is not None
    assert high is not None
    assert -4 <= low <= high <= 4


def test_an_answer_that_prefers_nonsense_to_its_own_words_proves_nothing() -> None:
    lost = replace(an_answer(-1.0, -2.0), decoy_log_probability=-0.5)
    assert answer_evidence(lost) is None


@pytest.mark.parametrize(
    "phrase", ["请您稍等片刻", "领导", "为了保障您的权益本次通话将会被录音请您知悉"]
)
def test_decoys_are_as_long_as_the_phrase_and_always_the_same(phrase: str) -> None:
    decoys = decoys_of(phrase, "消等")
    assert len(set(decoys)) == DECOYS
    assert {han_count(d) for d in decoys} == {han_count(phrase)}
    assert decoys == decoys_of(phrase, "消等")
