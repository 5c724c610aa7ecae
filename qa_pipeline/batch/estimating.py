"""What the reviewed calls of some days say of all their calls, read from the store."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import mean

from qa_pipeline.batch.stored_rubrics import stored_rubrics
from qa_pipeline.domain.estimate import ANY_BEHAVIOUR, ANY_VIOLATION, Estimates, Item
from qa_pipeline.domain.finding import LOST
from qa_pipeline.domain.review import Review
from qa_pipeline.domain.sampling import FrameCall
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.sample.human_word import words_of
from qa_pipeline.sample.survey import estimate_all
from qa_pipeline.store import CallStore
from qa_pipeline.text.labels import BEHAVIOUR_TITLES

Words = Mapping[str, Mapping[str, Mapping[Item, CriterionOutcome]]]
"""By call_id and inspector_id: the word on each item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardPeriod:
    """The frame of some days, what was drawn of it, and the answers by call_id and item."""

    calls: tuple[FrameCall, ...]
    drawn: frozenset[str]
    answers: Mapping[str, Mapping[Item, float]]


def estimate_period(store: CallStore, first: date, last: date) -> Estimates:
    """The estimates of the days `first` to `last` (both included): those that calls were
    drawn for.

    Every review of a drawn call counts, whoever gave it, but gold calls are outside;
    of two inspectors who heard the same call each has half a voice.
    """
    heard = heard_period(store, first, last)
    titles = item_titles(store, {c.rubric_id for c in heard.calls})
    return estimate_all(heard.calls, heard.drawn, heard.answers, titles)


def heard_period(store: CallStore, first: date, last: date) -> HeardPeriod:
    """The calls that could be drawn on the days (both included), and what reviewers said."""
    calls = tuple(store.frame_calls(first, last + timedelta(days=1)))
    drawn = frozenset(
        task.call_id
        for day in sorted({c.day for c in calls})
        for task in store.tasks(day)
        if task.inclusion_probability is not None
    )
    answers = {
        call_id: {item: mean(voices) for item, voices in _voices(each.values()).items()}
        for call_id, each in words_by_call(store, drawn).items()
    }
    return HeardPeriod(calls=calls, drawn=drawn, answers=answers)


def words_by_call(store: CallStore, call_ids: Iterable[str]) -> Words:
    """Every inspector's word on each item of each of the calls that was reviewed."""
    wanted = set(call_ids)
    given: dict[str, dict[str, list[Review]]] = defaultdict(lambda: defaultdict(list))
    for review in store.reviews():
        if review.call_id in wanted:
            given[review.call_id][review.inspector_id].append(review)
    if not given:
        return {}
    return {
        judged.call_id: {
            inspector_id: words_of(judged, reviews)
            for inspector_id, reviews in given[judged.call_id].items()
        }
        for judged in store.judged_calls(call_ids=tuple(given))
    }


def item_titles(store: CallStore, rubric_ids: Iterable[str]) -> Mapping[Item, str]:
    """What is estimated, in the order of the report: sums, behaviours, criteria by rubric."""
    wanted = set(rubric_ids)
    titles = {ANY_VIOLATION: "任一评分项失分或出现五忌", ANY_BEHAVIOUR: "出现五忌任一项"}
    titles |= {Item("", f"behaviour:{name}"): title for name, title in BEHAVIOUR_TITLES.items()}
    newest = sorted(stored_rubrics(store).values(), key=lambda r: (r.rubric_id, r.version))
    for rubric in newest:
        if rubric.rubric_id in wanted:
            for criterion in rubric.criteria:
                item = Item(rubric.rubric_id, criterion.criterion_id)
                titles[item] = f"{rubric.title}：{criterion.title}"
    return titles


def _voices(
    each: Iterable[Mapping[Item, CriterionOutcome]],
) -> Mapping[Item, Sequence[float]]:
    voices: dict[Item, list[float]] = defaultdict(list)
    for words in each:
        for item, outcome in words.items():
            voices[item].append(float(outcome in LOST))
    return voices
