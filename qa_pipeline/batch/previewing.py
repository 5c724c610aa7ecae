"""What a draft rubric would change, on calls that are stored."""

from collections import defaultdict
from dataclasses import dataclass

from qa_pipeline.batch.rejudging import judge_stored
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.scorecard import Scorecard
from qa_pipeline.rubric_files import route
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One call's percent before and under the draft; None when nothing was judged."""

    call_id: str
    before: float | None
    after: float | None

    @property
    def difference(self) -> str:
        if self.before is None or self.after is None:
            return "—"
        return f"{self.after - self.before:+.1f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`criteria` are the criteria by the points that they move in sum, largest first."""

    changes: tuple[Change, ...]
    criteria: tuple[tuple[str, float], ...]

    @property
    def gain(self) -> int:
        return sum(1 for c in self.changes if (c.after or 0) > (c.before or 0))

    @property
    def lose(self) -> int:
        return sum(1 for c in self.changes if (c.after or 0) < (c.before or 0))


def preview_rubric(store: CallStore, settings: Settings, draft: Rubric) -> Preview:
    """Judge every stored call that the draft applies to, and keep nothing."""
    changes: list[Change] = []
    moved: dict[str, float] = defaultdict(float)
    for judged in store.judged_calls():
        before = judged.evaluation.scorecard
        _, by_default = route((draft,), judged.analyzed.call)
        if by_default and before.rubric_id != draft.rubric_id:
            continue
        after = judge_stored(judged, draft, settings, by_default=False).evaluation.scorecard
        changes.append(Change(call_id=judged.call_id, before=before.percent, after=after.percent))
        for criterion_id, points in _moved(before, after):
            moved[criterion_id] += points
    criteria = sorted(
        ((name, round(points, 2)) for name, points in moved.items() if points),
        key=lambda item: (-abs(item[1]), item[0]),
    )
    return Preview(changes=tuple(changes), criteria=tuple(criteria))


def _moved(before: Scorecard, after: Scorecard) -> list[tuple[str, float]]:
    was = {s.criterion_id: s.points_awarded - s.points_possible for s in before.scores}
    now = {s.criterion_id: s.points_awarded - s.points_possible for s in after.scores}
    return [(name, now.get(name, 0.0) - was.get(name, 0.0)) for name in was | now]
