"""Who needs which training, as the reviewed calls show it."""

from dataclasses import dataclass
from datetime import date

from qa_pipeline.domain.case import Case
from qa_pipeline.domain.estimate import Estimate
from qa_pipeline.domain.training import Clause


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedCell:
    """One agent's share of calls with a violation of one clause.

    `is_need` where it lies above the centre's rate beyond chance, all cells of the matrix
    considered. `p_value` (one-sided) is None where too few calls were reviewed for a test.
    """

    agent_id: str
    clause_id: str
    estimate: Estimate
    p_value: float | None
    is_need: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingGroup:
    """Agents who have all of these needs, for one session; `cases` may be shown there."""

    agents: tuple[str, ...]
    clauses: tuple[str, ...]
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """The matrix of some days (both included), agents by name and clauses in rubric order.

    `centre` has a rate for each of `clauses`. `alone` are needs that too few agents share
    for a session: to be coached one by one, as (agent_id, clause_ids).
    """

    first: date
    last: date
    clauses: tuple[Clause, ...]
    centre: tuple[Estimate, ...]
    agents: tuple[str, ...]
    cells: tuple[NeedCell, ...]
    groups: tuple[TrainingGroup, ...]
    alone: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def n_tested(self) -> int:
        return sum(cell.p_value is not None for cell in self.cells)

    @property
    def n_needs(self) -> int:
        return sum(cell.is_need for cell in self.cells)
