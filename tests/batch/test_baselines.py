"""A night compares agents with what was usual for them before that night, and says with what."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from qa_pipeline.batch.baselines import Baselines
from qa_pipeline.batch.rejudging import judge_stored
from qa_pipeline.batch.verifying import verify_calls
from qa_pipeline.domain.audio_quality import AudioQuality, QualityVerdict
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.prosody import AgentBaseline, Prosody
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore, open_store
from tests.batch.workplace import Workplace
from tests.store.samples import a_rubric, an_arguing_call

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = date(2026, 3, 2)


def save(store: CallStore, call_id: str, at: datetime, loudness_db: float) -> JudgedCall:
    judged = an_arguing_call(call_id, agent_id="A1", started_at=at)
    first = judged.analyzed.transcript.utterances[0]
    utterances = tuple(
        replace(first, utterance_id=f"u{i}", interval=Interval(2000 * i, 2000 * i + 1500))
        for i in range(4)
    )
    prosody = tuple(
        Prosody(
            utterance_id=u.utterance_id,
            pitch_median_st=None,
            pitch_spread_st=None,
            loudness_db=loudness_db,
            speech_rate_cpm=None,
        )
        for u in utterances
    )
    heard = replace(
        judged.analyzed,
        transcript=replace(judged.analyzed.transcript, utterances=utterances),
        quality=AudioQuality(channels=(), verdict=QualityVerdict.MEASURABLE),
        prosody=prosody,
    )
    stored = replace(judged, analyzed=heard)
    store.save_judged(stored, a_rubric())
    return stored


def night(store: CallStore, day: date = DAY) -> Baselines:
    return Baselines(store=store, day=day, time_zone="Asia/Shanghai")


def test_it_is_made_of_earlier_days_and_frozen_for_the_day(place: Workplace) -> None:
    with open_store(place.workspace) as store:
        for i in range(5):
            save(store, f"call-{i}", NOON + timedelta(minutes=i), -20)
        # 00:30 at the centre is the night's own day.
        save(store, "today", datetime(2026, 3, 1, 16, 30, tzinfo=UTC), -5)
        made = night(store).of("A1")
        assert made is not None
        assert (made.n_calls, made.as_of_day, made.medians) == (5, DAY, {"loudness_db": -20})
        for i in range(5, 12):
            save(store, f"call-{i}", NOON + timedelta(minutes=i), -10)
        assert night(store).of("A1") == made
        assert store.baseline(made.baseline_id) == made
        tomorrow = night(store, date(2026, 3, 3)).of("A1")
        assert tomorrow is not None
        assert tomorrow.medians == {"loudness_db": -10}
        assert night(store).of("A2") is None
        assert night(store).of(None) is None


def test_a_judgement_cites_it_and_judging_again_compares_with_the_same(place: Workplace) -> None:
    usual = AgentBaseline(
        baseline_id="b1", agent_id="A1", as_of_day=DAY, n_calls=5,
        medians={"loudness_db": -20.0}, spreads={"loudness_db": 1.0},
    )  # fmt: skip
    with open_store(place.workspace) as store:
        assert store.save_baseline(usual) == usual
        assert store.save_baseline(replace(usual, baseline_id="b2")) == usual
        judged = save(store, "call-1", NOON, -12)
        rises, keys = [], []
        for baseline in (None, usual):
            cited = replace(judged, baseline_id=baseline.baseline_id if baseline else None)
            again = judge_stored(cited, a_rubric(), Settings(), by_default=False, baseline=baseline)
            rises.append(again.analyzed.metrics.loudness_rise_db)
            keys.append(again.judgement_key)
            store.save_judged(again, a_rubric())
            assert store.judged_call("call-1").baseline_id == cited.baseline_id
        assert rises == [0, 8]
        assert keys[0] != keys[1]
        recording_id = judged.analyzed.call.recording.recording_id
        assert store.baseline_id_of(recording_id) == "b1"
        assert night(store).cited("b1", "A1") == usual
        assert night(store).cited("b1", "another agent") is None
        assert verify_calls(store, Settings(), None).differ == ()
