"""After the recordings: queue, cases, and everything that looks at them later."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from qa_pipeline.batch.case_redaction import is_redacted
from qa_pipeline.batch.doctor import examine
from qa_pipeline.batch.evaluate_group import evaluate_group
from qa_pipeline.batch.exporting import export_rows
from qa_pipeline.batch.mining import mine_cases
from qa_pipeline.batch.one_at_a_time import turn
from qa_pipeline.batch.options import RunOptions
from qa_pipeline.batch.prepare import find_work
from qa_pipeline.batch.preview_run import what_would_be_done
from qa_pipeline.batch.previewing import preview_rubric
from qa_pipeline.batch.purging import purge_before
from qa_pipeline.batch.queueing import plan_queue
from qa_pipeline.batch.rejudging import rejudge_calls
from qa_pipeline.batch.shelving import is_outdated
from qa_pipeline.batch.stopping import Stopped, StopSignal
from qa_pipeline.batch.verifying import verify_calls
from qa_pipeline.domain.case import CaseKind, CaseStatus
from qa_pipeline.domain.case_card import CardText, Redaction
from qa_pipeline.domain.review import Decision, EvidenceDecision, Inspector, Review
from qa_pipeline.errors import NotFound
from qa_pipeline.report import ExportKind
from qa_pipeline.rubric_files import load_rubric
from tests.batch.workplace import LINES, Workplace, raised, write_calls, write_transcript

DAY = date(2026, 3, 2)
NAMES = ("a", "b", "c", "d", "e", "f")


def milder(rubric: Path, later: int = 1) -> Path:
    """The rubric with arguing at no cost, under a new version."""
    text = raised(rubric.read_text(encoding="utf-8"), later)
    before, after = text.split("behaviour: arguing", 1)
    head, points = before.rpartition("points: ")[0], before.rpartition("points: ")[2]
    rest = points.split(maxsplit=1) if not points[0].isdigit() else [points, ""]
    digits = "".join(c for c in rest[0] if c.isdigit())
    assert digits
    changed = f"{head}points: 1{points[len(digits) :]}behaviour: arguing{after}"
    rubric.write_text(changed, encoding="utf-8")
    return rubric


def test_a_day_is_planned_once_from_a_frame_that_stays(place: Workplace) -> None:
    write_calls(place.recordings, "a", "b")
    first = place.run()
    assert {t.call_id for t in first.tasks} == {"a", "b"}
    write_calls(place.recordings, "c")
    second = place.run()
    assert second.tasks == first.tasks
    with place.store() as store:
        assert store.frame_of(DAY) == ("a", "b")
        later = plan_queue(store, place.settings, date(2026, 3, 3))
        assert [t.call_id for t in later.tasks] == ["c"]


def test_planning_again_keeps_what_was_started(place: Workplace) -> None:
    write_calls(place.recordings, *NAMES)
    with place.shift() as shift:
        shift.store.save_inspectors([Inspector(inspector_id="wang", name="王", capacity_calls=2)])
    place.run()
    with place.store() as store:
        first = store.tasks(DAY)
        started = first[0]
        store.start_task(DAY, started.inspector_id, started.call_id)
        seen = set()
        for seed in range(8):
            again = plan_queue(store, place.settings, DAY, again=True, seed=seed)
            assert started.call_id in {t.call_id for t in again.tasks}
            assert again.tasks == store.tasks(DAY)
            seen.add(frozenset(t.call_id for t in again.tasks))
        assert len(seen) > 1
        assert store.frame_of(DAY) == NAMES


def test_a_run_that_was_stopped_leaves_its_calls_to_the_next_ones_cases(place: Workplace) -> None:
    write_calls(place.recordings, "a", "b")
    with place.shift() as shift:
        work = find_work(shift)
        evaluate_group(shift, work.groups[0])
    with place.store() as store:
        assert store.cases() == ()
    night = place.run()
    assert len(night.already_done) == 2
    assert night.new_cases
    assert {case.call_id for case in night.new_cases} <= {"a", "b"}
    assert place.run().new_cases == ()


def test_mining_twice_adds_nothing(place: Workplace) -> None:
    write_calls(place.recordings, "a")
    found = place.run().new_cases
    assert found
    with place.store() as store:
        assert mine_cases(store, ("a",)) == ()
        assert mine_cases(store, ()) == ()
        assert len(store.cases()) == len(found)


def test_a_candidate_of_a_new_transcript_is_redacted_again_by_the_next_night(
    place: Workplace,
) -> None:
    write_calls(place.recordings, "a")
    case_id = place.run().new_cases[0].case_id
    with place.store() as store:
        store.save_redaction(case_id, Redaction(key="of an older transcript", beeps=()))
        store.edit_card(case_id, CardText(), who="li", seen_version=0)
        assert not is_redacted(store, case_id)
        mine_cases(store, ("a",))
        assert is_redacted(store, case_id)
        assert not any(map(is_outdated, store.case_origins()))


def test_the_night_after_a_review_drops_what_it_contradicted(place: Workplace) -> None:
    write_calls(place.recordings, "a")
    bad = [case for case in place.run().new_cases if case.kind is CaseKind.BAD]
    kept, dropped = bad[:2]
    rejected = [
        EvidenceDecision(detector_id=c.subject, decision=Decision.REJECTED, interval=c.evidence)
        for c in (kept, dropped)
    ]
    with place.store() as store:
        store.set_case_status(kept.case_id, CaseStatus.APPROVED, who="trainer")
        review = Review(
            review_id="r",
            call_id="a",
            inspector_id="me",
            reviewed_at=datetime.now(UTC),
            decisions=tuple(rejected),
        )
        store.append_reviews([review])
    assert dropped.case_id not in {case.case_id for case in place.run().new_cases}
    with place.store() as store:
        assert store.case(dropped.case_id).status is CaseStatus.RETIRED
        (verdict,) = store.verdicts(dropped.case_id)
        assert (verdict.who, verdict.note) == ("mining", "质检员复核后不认可")
        assert store.case(kept.case_id).status is CaseStatus.APPROVED, "a trainer's word stands"
        assert not any(map(is_outdated, store.case_origins()))


def test_a_new_rubric_version_judges_again_without_listening(place: Workplace) -> None:
    write_calls(place.recordings, "a", "b")
    place.run()
    rubric = place.root / "rubrics" / "inbound_service.yaml"
    old = load_rubric(rubric).version
    new = load_rubric(milder(rubric)).version
    with place.store() as store:
        counts = rejudge_calls(store, place.settings, (DAY, None), None)
        assert counts == {"rejudged": 0, "unchanged": 0}
        both = rejudge_calls(store, place.settings, (date(2026, 3, 1), date(2026, 3, 1)), None)
        assert both == {"rejudged": 2, "unchanged": 0}
        again = rejudge_calls(store, place.settings, (None, None), None)
        assert again == {"rejudged": 0, "unchanged": 2}
        assert store.judged_call("a").evaluation.scorecard.rubric_version == new
        versions = store.judged_calls(all_versions=True)
        assert [j.evaluation.scorecard.rubric_version for j in versions] == [old, new, old, new]
    assert len(place.run().already_done) == 2


def test_a_draft_is_previewed_and_nothing_is_kept(place: Workplace) -> None:
    write_calls(place.recordings, "a")
    place.run()
    draft = load_rubric(milder(place.root / "rubrics" / "inbound_service.yaml"))
    with place.store() as store:
        before = store.judged_call("a")
        preview = preview_rubric(store, place.settings, draft)
        assert store.judged_call("a") == before
    (change,) = preview.changes
    assert change.before is not None
    assert change.after is not None
    assert change.after > change.before
    assert preview.gain == 1
    assert preview.criteria[0][0] == "arguing"


def test_stored_judgements_are_what_their_inputs_give(place: Workplace) -> None:
    write_calls(place.recordings, "a", "b")
    place.run()
    with place.store() as store:
        assert verify_calls(store, place.settings, None).differ == ()
        with pytest.raises(NotFound):
            verify_calls(store, place.settings, ("nobody",))
    with closing(sqlite3.connect(place.workspace / "qa.db")) as raw, raw:
        changed = raw.execute(
            "UPDATE detections SET outcome = 'NOT_FOUND', abstention = NULL "
            "WHERE detector_id = 'behaviour:arguing' AND judgement_id = "
            "(SELECT judgement_id FROM judgements WHERE call_id = 'a')"
        )
        assert changed.rowcount == 1
    with place.store() as store:
        result = verify_calls(store, place.settings, None)
        assert result.verified == 2
        (difference,) = result.differ
        assert difference.startswith("a: behaviour:arguing was NOT_FOUND")


@pytest.mark.parametrize("what", list(ExportKind))
def test_every_export_yields_rows_of_json(place: Workplace, what: ExportKind) -> None:
    write_calls(place.recordings, "a")
    place.run()
    with place.store() as store:
        store.append_reviews(
            [Review(review_id="r", call_id="a", inspector_id="me", reviewed_at=datetime.now(UTC))]
        )
        rows = list(export_rows(store, what))
        masked = list(export_rows(store, what, redact=True))
    assert rows
    assert len(masked) == len(rows)
    assert all(json.loads(json.dumps(row, default=str)) for row in rows)


def test_purging_forgets_what_is_old_and_leaves_the_recordings(place: Workplace) -> None:
    write_calls(place.recordings, "old", started_at="2026-01-01T09:00:00+08:00")
    write_calls(place.recordings, "new")
    place.run()
    with place.store() as store:
        counts = purge_before(store, place.workspace, datetime(2026, 2, 1, tzinfo=UTC))
        assert (counts["calls"], store.call_ids()) == (1, ("new",))
        assert store.check() == ()
    assert (place.recordings / "old.transcript.json").is_file()


def test_a_dry_run_leaves_nothing_behind(place: Workplace) -> None:
    write_calls(place.recordings, "a")
    (place.recordings / "b.wav").touch()
    (place.recordings / "notes.txt").touch()
    options = RunOptions(paths=(str(place.recordings),), workspace=place.workspace)
    plan = what_would_be_done(options, place.settings)
    assert plan["to_evaluate"] == ["a.transcript.json", "b.wav"]
    assert plan["skipped_files"] == 1
    assert not place.workspace.exists()
    place.run()
    before = (place.workspace / "qa.db").read_bytes()
    plan = what_would_be_done(options, place.settings)
    assert plan["to_evaluate"] == ["b.wav"]
    assert plan["already_done"] == 1
    assert (place.workspace / "qa.db").read_bytes() == before


def test_doctor_finds_nothing_wrong_here(place: Workplace) -> None:
    assert {c.what for c in examine(place.settings) if not c.ok} <= {"disk"}
    assert not place.settings.workspace.exists()


def test_doctor_names_what_is_wrong(place: Workplace) -> None:
    lexicon = place.root / "rubrics" / "lexicons" / "denial.yaml"
    lexicon.write_text("entries: [", encoding="utf-8")
    place.workspace.mkdir()
    (place.workspace / "qa.db").write_bytes(b"nothing like a database, nothing at all")
    with_place = place.settings.model_copy(update={"workspace": place.workspace})
    bad = {c.what: c.found for c in examine(with_place) if not c.ok}
    assert {"lexicons", "database"} <= set(bad)
    assert "denial.yaml" in bad["lexicons"]
    assert "is not a database" in bad["database"]


def test_two_runs_take_turns(tmp_path: Path) -> None:
    said: list[str] = []
    stop = StopSignal()

    def say(line: str) -> None:
        said.append(line)
        stop.request()

    with turn(tmp_path, stop.check, say):
        with pytest.raises(Stopped), turn(tmp_path, stop.check, say):
            pytest.fail("both had a turn")
        assert len(said) == 1
    with turn(tmp_path, lambda: None, pytest.fail):
        pass


def test_another_channel_for_the_agent_judges_stored_words_again(place: Workplace) -> None:
    write_transcript(place.recordings / "a.transcript.json", LINES)
    place.run()
    night = place.run(agent_channel=1)
    assert len(night.evaluated) == 1
    assert len(place.run(agent_channel=1).already_done) == 1
