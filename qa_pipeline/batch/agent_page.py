"""What an agent's page tells, read from the store."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from qa_pipeline.batch.standing import human_words
from qa_pipeline.domain.agent_scores import AgentSums, LineCount, MeanScore, ScoredCall, WeekScore
from qa_pipeline.domain.standing import Word
from qa_pipeline.domain.standing import standing_percent as percent_with
from qa_pipeline.sample.mean_score import mean_score, mean_scores, share_interval
from qa_pipeline.store import CallStore

WEEKS = 12
"""How far back the page looks."""


class Against(StrEnum):
    """How an agent's share of failures lies to the others': intervals that overlap say nothing."""

    WORSE = "worse"
    SAME = "same"
    BETTER = "better"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineShare:
    """One line: the agent's share of failures and the other agents', each with 95 %."""

    title: str
    own: LineCount
    own_bounds: tuple[float, float]
    others: LineCount
    others_bounds: tuple[float, float]

    @property
    def against(self) -> Against:
        if not self.own.n or not self.others.n:
            return Against.SAME
        if self.own_bounds[0] > self.others_bounds[1]:
            return Against.WORSE
        return Against.BETTER if self.own_bounds[1] < self.others_bounds[0] else Against.SAME


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMean:
    """A line of the list of agents."""

    sums: AgentSums
    score: MeanScore


def agent_means(store: CallStore, now: datetime) -> tuple[AgentMean, ...]:
    """Every agent's mean of the machine's percents, by agent_id: no order of merit."""
    means = []
    for sums in store.agent_sums(now - timedelta(weeks=WEEKS)):
        mean = sums.total / sums.n
        squares = max(0.0, sums.squares - sums.n * mean**2)
        means.append(AgentMean(sums=sums, score=mean_score(sums.n, mean, squares, sums.n - 1)))
    return tuple(means)


def week_scores(
    store: CallStore, agent_id: str, now: datetime, zone: ZoneInfo
) -> tuple[WeekScore, ...]:
    """The mean of what counts, week by week; a week without scored calls is left out."""
    since = now - timedelta(weeks=WEEKS)
    by_week: dict[date, list[float]] = defaultdict(list)
    for call in _standing(store, agent_id, since):
        day = call.at.astimezone(zone).date()
        by_week[day - timedelta(days=day.weekday())].append(call.percent)
    scores = mean_scores(by_week)
    return tuple(WeekScore(monday=monday, score=scores[monday]) for monday in sorted(scores))


def line_shares(store: CallStore, agent_id: str, now: datetime) -> tuple[LineShare, ...]:
    """Each line that was judged with this agent, in the form's order: no order of merit.

    Both sides are the machine's, so that they are comparable.
    """
    since = now - timedelta(weeks=WEEKS)
    own = {(c.rubric_id, c.criterion_id): c for c in store.line_counts(since, agent_id=agent_id)}
    others = {
        (c.rubric_id, c.criterion_id): c
        for c in store.line_counts(since, agent_id=agent_id, others=True)
    }
    shares: dict[tuple[str, str], LineShare] = {}
    for rubric_id, version, _ in reversed(store.rubric_versions()):
        for criterion in store.rubric(rubric_id, version).criteria:
            line = rubric_id, criterion.criterion_id
            if line in own and line not in shares:
                empty = replace(own[line], n=0, lost=0)
                shares[line] = _share(criterion.title, own[line], others.get(line, empty))
    return tuple(shares.values())


def _share(title: str, own: LineCount, others: LineCount) -> LineShare:
    return LineShare(
        title=title,
        own=own,
        own_bounds=share_interval(own.lost, own.n),
        others=others,
        others_bounds=share_interval(others.lost, others.n),
    )


def _standing(store: CallStore, agent_id: str, since: datetime) -> tuple[ScoredCall, ...]:
    """The agent's scored calls with humans' words in place of the machine's."""
    disputes = store.disputes(agent_id=agent_id)
    spoken = {*store.agent_reviewed_calls(agent_id, since), *(d.call_id for d in disputes)}
    percents: dict[str, float | None] = {}
    for judged in store.judged_calls(call_ids=tuple(spoken)):
        card = judged.evaluation.scorecard
        words = human_words(
            judged,
            store.reviews(call_id=judged.call_id),
            (d for d in disputes if d.call_id == judged.call_id),
        )
        outcomes = {name: _newest(given).outcome for name, given in words.items()}
        rubric = store.rubric(card.rubric_id, card.rubric_version)
        percents[judged.call_id] = percent_with(card, rubric, outcomes)
    found = []
    for call in store.agent_percents(agent_id, since):
        percent = percents.get(call.call_id, call.percent)
        if percent is not None:
            found.append(replace(call, percent=percent))
    return tuple(found)


def _newest(words: tuple[Word, ...]) -> Word:
    return max(words, key=lambda word: word.at)
