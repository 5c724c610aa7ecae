"""The estimates of some days: every rate with its interval, for the centre and its parts."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.domain.estimate import (
    ANY_BEHAVIOUR,
    ANY_VIOLATION,
    EstimateLine,
    Estimates,
    Item,
    Level,
)
from qa_pipeline.domain.sampling import FrameCall
from qa_pipeline.sample.estimates import Flags, Floats, Weights, estimate_share, weigh_answers

KINDS = ("script", "forbidden", "metric", "behaviour")
_GROUPED: Mapping[Level, Callable[[FrameCall], str | None]] = {
    Level.QUEUE: lambda call: call.queue,
    Level.TEAM: lambda call: call.team,
    Level.AGENT: lambda call: call.agent_id,
}

Answers = Mapping[str, Mapping[Item, float]]
"""By call_id and item: the share of its reviewers who found a violation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Survey:
    calls: Sequence[FrameCall]
    days: NDArray[np.int64]
    probability: Floats
    drawn: Flags
    answers: Answers

    def column(self, item: Item) -> tuple[Floats, Floats, Weights]:
        """Predictions, answers (0 where there is none) and weights of one item."""
        mine = np.array([item.rubric_id in ("", c.rubric_id) for c in self.calls])
        given = [self.answers.get(c.call_id, {}).get(item) for c in self.calls]
        answered = mine & np.array([g is not None for g in given])
        # Weights are made among the item's own calls, so that they sum to these.
        weights = _weights_among(mine, self, answered)
        answers = np.array([0.0 if g is None else g for g in given])
        return predictions(item, self.calls, mine), answers, weights


def estimate_all(
    calls: Iterable[FrameCall],
    drawn: Collection[str],
    answers: Answers,
    titles: Mapping[Item, str],
) -> Estimates:
    """Every item for the whole centre; any violation and any behaviour for its parts too.

    `drawn` are the call_ids that were planned under the design (gold calls are not);
    of a double, `answers` hold one figure like of any call. `titles` say which items
    are estimated, and what people call them.
    """
    every = tuple(calls)
    unknown = tuple(sorted({c.day for c in every if c.inclusion_probability is None}))
    known = [c for c in every if c.day not in unknown]
    if not known:
        return Estimates(unknown_days=unknown)
    survey, day_names = _survey(known, drawn, answers)
    lines: list[EstimateLine] = []
    for item in titles:
        lines += _lines_of(survey, item, titles[item])
    heard = {c.day for c in known if c.call_id in drawn and answers.get(c.call_id)}
    reviewed = np.array([bool(answers.get(c.call_id)) for c in known])
    weights = weigh_answers(survey.days, survey.probability, survey.drawn, reviewed)
    return Estimates(
        lines=tuple(lines),
        planned=int(survey.drawn.sum()),
        reviewed=int((survey.drawn & reviewed).sum()),
        silent_days=tuple(d for d in day_names if d not in heard),
        unknown_days=unknown,
        gaps=weights.gaps,
    )


def predictions(item: Item, calls: Sequence[FrameCall], mine: Flags) -> Floats:
    """How likely a violation was said to be; where nothing was said, the mean of the others."""
    said = np.array([_predicted(item, call) for call in calls], dtype=np.float64)
    known = mine & ~np.isnan(said)
    return np.where(np.isnan(said), said[known].mean() if known.any() else 0.0, said)


def with_tiers(lines: Sequence[EstimateLine]) -> tuple[EstimateLine, ...]:
    """The lines by tier, within a tier by name: an order only between what can be told apart.

    A tier ends where the next interval begins above every interval so far.
    """
    estimated = sorted(
        (line for line in lines if line.estimate.low is not None),
        key=lambda line: (line.estimate.low or 0.0, line.estimate.high or 0.0, line.name),
    )
    tier, top = 0, -1.0
    marked: list[EstimateLine] = []
    for line in estimated:
        if (line.estimate.low or 0.0) > top:
            tier += 1
        top = max(top, line.estimate.high or 0.0)
        marked.append(replace(line, tier=tier))
    rest = [line for line in lines if line.estimate.low is None]
    return (
        *sorted(marked, key=lambda line: (line.tier or 0, line.name)),
        *sorted(rest, key=lambda line: line.name),
    )


def _survey(
    calls: Sequence[FrameCall], drawn: Collection[str], answers: Answers
) -> tuple[_Survey, tuple[date, ...]]:
    day_names = tuple(sorted({c.day for c in calls}))
    place = {day: i for i, day in enumerate(day_names)}
    survey = _Survey(
        calls=calls,
        days=np.array([place[c.day] for c in calls]),
        probability=np.array([c.inclusion_probability or 0.0 for c in calls]),
        drawn=np.array([c.call_id in drawn for c in calls]),
        answers=answers,
    )
    return survey, day_names


def _weights_among(mine: Flags, survey: _Survey, answered: Flags) -> Weights:
    if not mine.any():
        return Weights(of_call=np.zeros(len(mine)), covered=np.zeros(len(mine), bool), gaps=0)
    found = weigh_answers(
        survey.days[mine], survey.probability[mine], survey.drawn[mine], answered[mine]
    )
    of_call, covered = np.zeros(len(mine)), np.zeros(len(mine), dtype=bool)
    of_call[mine], covered[mine] = found.of_call, found.covered
    return Weights(of_call=of_call, covered=covered, gaps=found.gaps)


def _lines_of(survey: _Survey, item: Item, title: str) -> list[EstimateLine]:
    predicted, answers, weights = survey.column(item)
    whole = estimate_share(weights, predicted, answers)
    lines = [EstimateLine(level=Level.CENTRE, name="", item=item, title=title, estimate=whole)]
    if item not in (ANY_BEHAVIOUR, ANY_VIOLATION):
        return lines
    for level, group_of in _GROUPED.items():
        members: dict[str, list[int]] = defaultdict(list)
        for i, call in enumerate(survey.calls):
            members[group_of(call) or ""].append(i)
        members.pop("", None)
        found = []
        for name, places in members.items():
            inside = np.zeros(len(survey.calls), dtype=bool)
            inside[places] = True
            estimate = estimate_share(
                weights, predicted, answers, inside=inside, tuning=whole.tuning
            )
            found.append(
                EstimateLine(level=level, name=name, item=item, title=title, estimate=estimate)
            )
        lines += with_tiers(found)
    return lines


def _predicted(item: Item, call: FrameCall) -> float | None:
    said = call.predicted
    if item == ANY_BEHAVIOUR:
        return _any(p for name, p in said.items() if name.startswith("behaviour:"))
    if item == ANY_VIOLATION:
        return _any(p for name, p in said.items() if not name.startswith("builtin:"))
    if not item.rubric_id:
        return said.get(item.name)
    return next((said[key] for kind in KINDS if (key := f"{kind}:{item.name}") in said), None)


def _any(chances: Iterable[float]) -> float | None:
    """One of them at least, as if they were independent; the tuning takes care of the scale."""
    clear = [1.0 - p for p in chances]
    return 1.0 - float(np.prod(clear)) if clear else None
