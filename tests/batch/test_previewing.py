"""The time machine: a draft over stored calls."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from qa_pipeline.batch.preview_page import preview_page, write_preview
from qa_pipeline.batch.previewing import Change, Disagreement, Preview, preview_rubric
from qa_pipeline.batch.stored_rubrics import version_not_raised
from qa_pipeline.domain.review import CriterionAnswer, Review
from qa_pipeline.domain.scorecard import COUNTED, CriterionOutcome
from qa_pipeline.rubric_files import load_rubric
from tests.batch.workplace import Workplace, raised, write_calls

NAME = "inbound_service.yaml"


def milder(file: Path) -> Path:
    """The next version, whose line `arguing` asks for a behaviour that the call does not have."""
    text = raised(file.read_text("utf-8"))
    file.write_text(text.replace("behaviour: arguing", "behaviour: monologuing"), "utf-8")
    return file


def answered(call_id: str, *answers: tuple[str, CriterionOutcome], minute: int = 0) -> Review:
    return Review(
        review_id=f"r{call_id}{minute}",
        call_id=call_id,
        inspector_id="me",
        reviewed_at=datetime(2026, 3, 2, 9, minute, tzinfo=UTC),
        answers=tuple(CriterionAnswer(criterion_id=c, outcome=o) for c, o in answers),
    )


def test_it_says_which_reviews_a_draft_would_settle(place: Workplace) -> None:
    write_calls(place.recordings, "a")
    place.run()
    draft = load_rubric(milder(place.root / "rubrics" / NAME))
    with place.store() as store:
        before = {
            s.criterion_id: s.outcome for s in store.judged_call("a").evaluation.scorecard.scores
        }
        store.append_reviews(
            [
                answered("a", ("arguing", before["arguing"])),
                answered("a", ("arguing", CriterionOutcome.PASS), minute=5),
            ]
        )
        seen = preview_rubric(store, place.settings, draft)
        nothing = preview_rubric(store, place.settings, draft, (date(2020, 1, 1), date(2020, 1, 2)))
    assert before["arguing"] in COUNTED
    assert before["arguing"] is not CriterionOutcome.PASS
    assert [(d.criterion_id, d.before, d.after) for d in seen.settled] == [
        ("arguing", before["arguing"], CriterionOutcome.PASS)
    ]
    assert seen.unsettled == ()
    assert nothing.changes == ()


def test_an_edit_without_a_raised_version_is_told(place: Workplace) -> None:
    write_calls(place.recordings, "a")
    place.run()
    file = place.root / "rubrics" / NAME
    with place.store() as store:
        assert version_not_raised(store, load_rubric(file), file) == ()
        edited = replace(load_rubric(file), digest="other")
        now = edited.version
        (line,) = version_not_raised(store, edited, file)
        assert version_not_raised(store, replace(edited, version=now + 1), file) == ()
    assert line.startswith(f"{file}: rubric inbound_service: version {now} was edited")
    assert line.endswith(f"write `version: {now + 1}`")


def test_the_page_holds_what_was_seen_and_no_markup_from_outside(place: Workplace) -> None:
    draft = load_rubric(place.root / "rubrics" / NAME)
    seen = Preview(
        changes=(Change(call_id="<b>a</b>", before=80.0, after=90.0),),
        criteria=(("arguing", 2.5),),
        settled=(
            Disagreement(
                call_id="c9",
                criterion_id="arguing",
                human=CriterionOutcome.PASS,
                before=CriterionOutcome.FAIL,
                after=CriterionOutcome.PASS,
            ),
        ),
        not_measurable=(("interruptions", 3, "单声道"),),
    )
    page = preview_page(seen, draft)
    assert "&lt;b&gt;a&lt;/b&gt;" in page
    assert "<b>" not in page
    for shown in ("+10.0", "+2.5", "c9", "单声道", "1 通升分", "1 条由不符变相符"):
        assert shown in page
    write_preview(seen, draft, place.root / "out" / "preview.html")
    assert (place.root / "out" / "preview.html").read_text("utf-8") == page


def test_a_limited_preview_is_a_sample_of_the_whole(place: Workplace) -> None:
    write_calls(place.recordings, "a", "b", "c", "d")
    place.run()
    draft = load_rubric(milder(place.root / "rubrics" / NAME))
    told = []

    def goes_on(done: int, total: int) -> bool:
        told.append((done, total))
        return done < 3

    with place.store() as store:
        whole = preview_rubric(store, place.settings, draft)
        two = preview_rubric(store, place.settings, draft, at_most=2)
        three = preview_rubric(store, place.settings, draft, goes_on=goes_on)
    assert (whole.n_seen, whole.n_period, len(whole.changes)) == (4, 4, 4)
    assert (two.n_seen, two.n_period) == (2, 4)
    assert set(two.changes) < set(three.changes) < set(whole.changes)
    assert told == [(1, 4), (2, 4), (3, 4)]
