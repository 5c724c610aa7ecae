"""The reviewed calls of some days as arrays, one clause at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qa_pipeline.domain.estimate import Item
from qa_pipeline.domain.sampling import FrameCall
from qa_pipeline.domain.training import Clause
from qa_pipeline.sample.estimates import Flags, Floats, Weights, tune, weigh_answers
from qa_pipeline.sample.survey import predictions

Answers = Mapping[str, Mapping[Item, float]]
"""By call_id and item: the share of its reviewers who found a violation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseData:
    """One clause: an entry for each call of its rubrics whose day was planned with probabilities.

    `agents` holds agent_ids, "" where nobody knows; `answers` is 0 where there is none;
    `predicted` 0..1 is what the machine said.
    """

    call_ids: tuple[str, ...]
    agents: tuple[str, ...]
    weights: Weights
    predicted: Floats
    answers: Floats

    @property
    def answered(self) -> Flags:
        return self.weights.of_call > 0

    def tuning(self) -> float:
        """λ of least variance over all of these calls, which every group takes."""
        use = self.answered
        return tune(self.weights.of_call[use], self.predicted[use], self.answers[use])


def clause_data(
    clause: Clause, calls: Sequence[FrameCall], drawn: Collection[str], answers: Answers
) -> ClauseData:
    """Predictions, answers and weights of the clause's calls.

    A day is left out whole where one of its calls has no known probability.
    """
    unknown = {c.day for c in calls if c.inclusion_probability is None}
    mine = [
        c
        for c in calls
        if c.day not in unknown and (not clause.rubric_ids or c.rubric_id in clause.rubric_ids)
    ]
    place = {day: i for i, day in enumerate(sorted({c.day for c in mine}))}
    given = [answers.get(c.call_id, {}).get(item_of(clause, c)) for c in mine]
    every = np.ones(len(mine), dtype=bool)
    return ClauseData(
        call_ids=tuple(c.call_id for c in mine),
        agents=tuple(c.agent_id or "" for c in mine),
        weights=weigh_answers(
            np.array([place[c.day] for c in mine], dtype=np.int64),
            np.array([c.inclusion_probability or 0.0 for c in mine]),
            np.array([c.call_id in drawn for c in mine], dtype=bool),
            np.array([g is not None for g in given], dtype=bool),
        ),
        predicted=predictions(Item(min(clause.rubric_ids, default=""), clause.name), mine, every),
        answers=np.array([0.0 if g is None else g for g in given]),
    )


def item_of(clause: Clause, call: FrameCall) -> Item:
    """What a reviewer's answer to the clause is kept under for a call."""
    return Item(call.rubric_id if clause.rubric_ids else "", clause.name)
