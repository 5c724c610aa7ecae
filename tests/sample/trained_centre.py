"""A made-up centre around a training: agents who differ, a drawn sample, a machine's guesses."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from qa_pipeline.domain.training import Clause, ClauseEffect
from qa_pipeline.sample.clause_data import ClauseData
from qa_pipeline.sample.estimates import weigh_answers
from qa_pipeline.sample.training_effect import Compared, clause_effect, windows_around

CLAUSE = Clause(clause_id="behaviour:arguing", title="争辩")
HELD_ON = date(2026, 3, 2)
WINDOWS = windows_around(HELD_ON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """`effect` is the trained agents' relative change, `effect_sd` how much it differs."""

    agents: int = 24
    trained: int = 9
    calls_a_day: int = 5
    base: float = 0.1
    spread: float = 12.0
    effect: float = 0.0
    effect_sd: float = 0.0
    drift: float = 0.0
    reviewed: float = 0.12
    blind: float = 0.1

    def week_of(self, seed: int) -> tuple[ClauseEffect, float]:
        """The estimated effect of one draw, and the true change of these agents' rates."""
        rng = np.random.default_rng(seed)
        rates = rng.beta(self.base * self.spread, (1 - self.base) * self.spread, self.agents)
        change = rng.normal(self.effect, self.effect_sd, self.agents)
        agent = np.repeat(np.arange(self.agents), 57 * self.calls_a_day)
        day = np.tile(np.repeat(np.arange(57), self.calls_a_day), self.agents)
        is_after = (day > 28) & (agent < self.trained)
        without = np.clip(rates[agent] + self.drift * day / 56, 0, 1)
        rate = np.where(is_after, np.clip(without * (1 + change[agent]), 0, 1), without)
        data = self._drawn(rng, agent, day, rng.random(len(agent)) < rate)
        days = [HELD_ON + timedelta(days=int(d) - 28) for d in day]
        found = clause_effect(CLAUSE, data, days, WINDOWS, self.compared())
        return found, float((rate - without)[is_after].mean())

    def compared(self) -> Compared:
        return Compared(
            trained=frozenset(f"a{i}" for i in range(self.trained)),
            others=frozenset(f"a{i}" for i in range(self.trained, self.agents)),
        )

    def _drawn(
        self,
        rng: np.random.Generator,
        agent: np.ndarray,
        day: np.ndarray,
        violated: np.ndarray,
    ) -> ClauseData:
        n = len(agent)
        clear = rng.beta(0.4, 6, n)
        sees = violated & (rng.random(n) >= self.blind)
        predicted = np.where(sees, rng.beta(3.2, 1.0, n), clear)
        risk = 0.35 + 0.65 * predicted / predicted.mean()
        probability = np.clip(self.reviewed * risk / risk.mean(), 0.01, 1)
        drawn = rng.random(n) < probability
        answered = drawn & (rng.random(n) < 0.9)
        return ClauseData(
            call_ids=tuple(map(str, range(n))),
            agents=tuple(f"a{i}" for i in agent),
            weights=weigh_answers(day.astype(np.int64), probability, drawn, answered),
            predicted=predicted,
            answers=np.where(answered, violated, 0.0).astype(np.float64),
        )
