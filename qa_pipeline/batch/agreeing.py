"""How far inspectors agree, read from the store: doubles, leniency, gold calls."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from statistics import mean

from qa_pipeline.batch.estimating import Words, item_titles, words_by_call
from qa_pipeline.domain.estimate import ANY_BEHAVIOUR, ANY_VIOLATION, Item
from qa_pipeline.domain.finding import LOST
from qa_pipeline.domain.review import ReviewTask
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.sample.agreement import Agreement, Bounded, Unit, agreement_of
from qa_pipeline.sample.leniency import GoldResult, Leniency, Voice, gold_result, leniency_of
from qa_pipeline.store import CallStore

_SUMS = (ANY_VIOLATION, ANY_BEHAVIOUR)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAgreement:
    """The agreement on one criterion, behaviour or sum."""

    item: Item
    title: str
    found: Agreement


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectorAgreement:
    """All that is known of how inspectors agree.

    Agreement and leniency come from calls that two or more were given to under the
    design; gold results from calls whose answers had been agreed on.
    """

    items: tuple[ItemAgreement, ...]
    leniency: tuple[Leniency, ...]
    gold: tuple[GoldResult, ...]

    def documents(self) -> Iterator[dict[str, object]]:
        """One JSON object a line of `as_lines`."""
        for item in self.items:
            name = {"rubric_id": item.item.rubric_id or None, "item": item.item.name}
            yield {"kind": "agreement", **name, "title": item.title, **asdict(item.found)}
        for line in self.leniency:
            yield {"kind": "leniency", **asdict(line), "stands_out": line.stands_out}
        for result in self.gold:
            yield {"kind": "gold", **asdict(result)}

    def as_lines(self) -> Iterator[str]:
        """What people read, one line an item, inspector or week."""
        for item in self.items:
            found = item.found
            yield (
                f"agreement on {item.title}: {_percent(found.percent)}, kappa "
                f"{_figure(found.kappa)}, AC1 {_figure(found.ac1)}, alpha "
                f"{_figure(found.alpha)}, n={found.n}{_small(found.is_small_sample)}"
            )
        for line in self.leniency:
            when = f" in the week of {line.week}" if line.week else ""
            side = "stricter" if (line.bias.value or 0) > 0 else "more lenient"
            verdict = f": {side} than others" if line.stands_out else ""
            yield (
                f"{line.inspector_id}{when}: finds {_points(line.bias)} against others, "
                f"{line.n_calls} calls{_small(line.is_small_sample)}{verdict}"
            )
        for result in self.gold:
            yield (
                f"{result.inspector_id} on gold calls: {_percent(result.share)} right, "
                f"{result.n_items} answers on {result.n_calls} calls"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleLine:
    """One item of a call: what each of its inspectors said, None where nothing."""

    title: str
    answers: tuple[CriterionOutcome | None, ...]

    @property
    def differs(self) -> bool:
        return len({a for a in self.answers if a is not None}) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleScored:
    """A call that several reviewed without seeing each other's word."""

    call_id: str
    day: date
    inspectors: tuple[str, ...]
    lines: tuple[DoubleLine, ...]

    @property
    def n_differing(self) -> int:
        return sum(line.differs for line in self.lines)


def read_agreement(store: CallStore) -> InspectorAgreement:
    """Compare the inspectors on everything that has been reviewed so far."""
    doubles, gold_tasks = _tasks(store)
    words = _of_tasks(words_by_call(store, doubles), doubles)
    titles = item_titles(store, set(store.reviewed_rubrics().values()))
    return InspectorAgreement(
        items=tuple(
            ItemAgreement(item=item, title=title, found=found)
            for item, title in titles.items()
            if (found := agreement_of(_units(words, item))).n
        ),
        leniency=leniency_of(_voices(words, doubles)),
        gold=_gold(store, gold_tasks),
    )


def read_doubles(store: CallStore) -> tuple[DoubleScored, ...]:
    """Every call that two or more were given and have reviewed, the newest day first."""
    doubles, _ = _tasks(store)
    words = _of_tasks(words_by_call(store, doubles), doubles)
    titles = item_titles(store, set(store.reviewed_rubrics().values()))
    found = [
        DoubleScored(
            call_id=call_id,
            day=max(t.day for t in doubles[call_id] if t.inspector_id in each),
            inspectors=tuple(sorted(each)),
            lines=tuple(_lines(titles, each)),
        )
        for call_id, each in words.items()
        if len(each) > 1
    ]
    return tuple(sorted(found, key=lambda d: (-d.day.toordinal(), d.call_id)))


def _lines(
    titles: Mapping[Item, str], each: Mapping[str, Mapping[Item, CriterionOutcome]]
) -> Iterator[DoubleLine]:
    for item, title in titles.items():
        answers = tuple(each[inspector].get(item) for inspector in sorted(each))
        if item not in _SUMS and sum(a is not None for a in answers) > 1:
            yield DoubleLine(title=title, answers=answers)


def _tasks(store: CallStore) -> tuple[dict[str, list[ReviewTask]], list[ReviewTask]]:
    """The tasks of calls that several were given under the design, and the gold tasks."""
    by_call: dict[str, list[ReviewTask]] = defaultdict(list)
    gold: list[ReviewTask] = []
    for task in store.tasks():
        if task.inclusion_probability is None:
            gold.append(task)
        else:
            by_call[task.call_id].append(task)
    return {c: tasks for c, tasks in by_call.items() if len(tasks) > 1}, gold


def _of_tasks(words: Words, tasks: Mapping[str, list[ReviewTask]]) -> Words:
    """Only what those said who were given the call: others may have seen what was said."""
    return {
        call_id: {t.inspector_id: each[t.inspector_id] for t in tasks[call_id]
                  if t.inspector_id in each}
        for call_id, each in words.items()
    }  # fmt: skip


def _units(words: Words, item: Item) -> list[Unit]:
    units = [
        {inspector: said[item].value for inspector, said in each.items() if item in said}
        for each in words.values()
    ]
    return [unit for unit in units if len(unit) > 1]


def _voices(words: Words, tasks: Mapping[str, list[ReviewTask]]) -> Iterator[Voice]:
    for call_id, each in words.items():
        day_of: Mapping[str, date] = {t.inspector_id: t.day for t in tasks[call_id]}
        for inspector_id, said in each.items():
            for item, outcome in said.items():
                others = [
                    float(other[item] in LOST)
                    for name, other in each.items()
                    if name != inspector_id and item in other
                ]
                if others and item not in _SUMS:
                    yield Voice(
                        inspector_id=inspector_id,
                        call_id=call_id,
                        day=day_of[inspector_id],
                        found=float(outcome in LOST),
                        others=mean(others),
                    )


def _gold(store: CallStore, tasks: list[ReviewTask]) -> tuple[GoldResult, ...]:
    agreed = {g.call_id: {a.criterion_id: a.outcome for a in g.answers} for g in store.gold_calls()}
    words = words_by_call(store, {t.call_id for t in tasks} & set(agreed))
    right: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for task in tasks:
        said = words.get(task.call_id, {}).get(task.inspector_id, {})
        for item, outcome in said.items():
            expected = agreed[task.call_id].get(item.name) if item.rubric_id else None
            if expected is not None:
                right[task.inspector_id].append((task.call_id, outcome is expected))
    return tuple(
        gold_result(who, (c for c, _ in given), sum(ok for _, ok in given), len(given))
        for who, given in sorted(right.items())
    )


def _percent(found: Bounded) -> str:
    if found.value is None or found.low is None or found.high is None:
        return "—"
    return f"{found.value:.0%} [{found.low:.0%}, {found.high:.0%}]"


def _figure(found: Bounded) -> str:
    if found.value is None or found.low is None or found.high is None:
        return "—"
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"


def _points(found: Bounded) -> str:
    """A bias in percentage points."""
    figures = (100 * (f or 0.0) for f in (found.value, found.low, found.high))
    value, low, high = figures
    return f"{value:+.1f} points [{low:+.1f}, {high:+.1f}]"


def _small(is_small: bool) -> str:
    return " (small sample)" if is_small else ""
