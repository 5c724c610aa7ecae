"""Recording trainings, and what they changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from qa_pipeline.batch.clauses import clause_ids, known_clauses
from qa_pipeline.batch.estimating import HeardPeriod, heard_period
from qa_pipeline.domain.training import (
    Clause,
    ClauseEffect,
    Training,
    TrainingEffect,
    Windows,
    names_of,
)
from qa_pipeline.errors import UsageError
from qa_pipeline.sample.clause_data import clause_data
from qa_pipeline.sample.training_effect import (
    Compared,
    clause_effect,
    last_answered,
    windows_around,
    with_verdicts,
)
from qa_pipeline.store import CallStore

LATE_DAYS = 7
"""A call may be planned some days after it took place."""

MAX_TITLE_CHARS = 200
MAX_NOTE_CHARS = 2000


def checked_training(store: CallStore, training: Training) -> Training:
    """The training with its names in order; UsageError naming what is missing or unknown."""
    agents = names_of(training.agents)
    clauses = clause_ids(store, training.clauses)
    title = training.title.strip()[:MAX_TITLE_CHARS]
    if not (title and agents and clauses):
        raise UsageError("a training needs a title, at least one agent and at least one clause")
    known = frozenset(store.agent_ids())
    if unknown := [a for a in agents if a not in known]:
        raise UsageError(
            f"no agent {'、'.join(unknown)}: no stored call has this agent_id; check the spelling"
            " or the calls' metadata"
        )
    return replace(
        training,
        title=title,
        agents=agents,
        clauses=clauses,
        trainer=training.trainer.strip()[:MAX_TITLE_CHARS],
        note=training.note.replace("\r\n", "\n").strip()[:MAX_NOTE_CHARS],
    )


def record_training(store: CallStore, training: Training) -> Training:
    """Append a training and its audit line; UsageError for unknown agents or clauses."""
    added = store.add_training(checked_training(store, training))
    store.audit(added.recorded_by, "add training", str(added.training_id), _summary(added))
    return added


def correct_training(store: CallStore, training: Training, *, n_known: int) -> Training:
    """Append an entry that counts from now on, and its audit line.

    UsageError where somebody else corrected the training since `n_known` entries.
    """
    corrected = store.correct_training(checked_training(store, training), n_known=n_known)
    if corrected is None:
        raise UsageError(
            f"training {training.training_id} was corrected by somebody else meanwhile: look at"
            " it again, then correct what is left"
        )
    what = "withdraw training" if corrected.is_withdrawn else "correct training"
    subject = str(corrected.training_id)
    store.audit(corrected.recorded_by, what, subject, _summary(corrected))
    return corrected


def training_effect(
    store: CallStore, training: Training, zone: ZoneInfo, *, weeks: int = 4
) -> TrainingEffect:
    """What the training changed, against agents not yet trained on the same clause.

    Reads the reviews of `weeks` before and after; days are those of the centre.
    """
    windows = windows_around(training.held_on, before_days=7 * weeks, after_days=7 * weeks)
    late = windows.after_last + timedelta(days=LATE_DAYS)
    heard = heard_period(store, windows.before_first, late)
    days = _days(store, windows, zone)
    heard = replace(heard, calls=tuple(c for c in heard.calls if c.call_id in days))
    known = known_clauses(store)
    others = [t for t in store.trainings() if t.training_id != training.training_id]
    left_out: set[str] = set()
    effects: list[ClauseEffect] = []
    last: date | None = None
    for clause_id in training.clauses:
        clause = known.get(clause_id, Clause(clause_id=clause_id, title=clause_id))
        again = _trained_again(clause_id, others, windows)
        left_out |= again & set(training.agents)
        compared = _compared(training, clause_id, others, windows, again, heard)
        effect, heard_on = _effect(clause, heard, days, windows, compared)
        effects.append(effect)
        last = max((d for d in (last, heard_on) if d), default=None)
    return TrainingEffect(
        training=training,
        windows=windows,
        left_out=tuple(sorted(left_out)),
        last_day=last,
        clauses=with_verdicts(effects),
    )


def effects_in(
    store: CallStore, first: date, last: date, zone: ZoneInfo
) -> tuple[TrainingEffect, ...]:
    """The effects of the trainings whose window after was open on any of the days, oldest first."""
    found = [
        training
        for training in store.trainings()
        if windows_around(training.held_on).after_first <= last
        and windows_around(training.held_on).after_last >= first
    ]
    return tuple(training_effect(store, training, zone) for training in reversed(found))


def _effect(
    clause: Clause,
    heard: HeardPeriod,
    days: Mapping[str, date],
    windows: Windows,
    compared: Compared,
) -> tuple[ClauseEffect, date | None]:
    data = clause_data(clause, heard.calls, heard.drawn, heard.answers)
    dated = [days[call_id] for call_id in data.call_ids]
    after = {d for d in dated if windows.after_first <= d <= windows.after_last}
    return (
        clause_effect(clause, data, dated, windows, compared),
        last_answered(data, dated, after),
    )


def _compared(
    training: Training,
    clause_id: str,
    others: Sequence[Training],
    windows: Windows,
    again: frozenset[str],
    heard: HeardPeriod,
) -> Compared:
    """Trained here and only once within the windows; never trained until they end."""
    until_then = {
        agent
        for t in others
        if clause_id in t.clauses and t.held_on <= windows.after_last
        for agent in t.agents
    }
    everybody = {c.agent_id for c in heard.calls if c.agent_id}
    return Compared(
        trained=frozenset(training.agents) - again,
        others=frozenset(everybody - until_then - set(training.agents)),
    )


def _trained_again(clause_id: str, others: Iterable[Training], windows: Windows) -> frozenset[str]:
    return frozenset(
        agent
        for t in others
        if clause_id in t.clauses and windows.before_first <= t.held_on <= windows.after_last
        for agent in t.agents
    )


def _days(store: CallStore, windows: Windows, zone: ZoneInfo) -> Mapping[str, date]:
    """The centre's day of each call of the windows and of the day between them."""
    since = datetime.combine(windows.before_first, time(), zone)
    until = datetime.combine(windows.after_last + timedelta(days=1), time(), zone)
    times = store.effective_times(since=since, until=until)
    return {call_id: at.astimezone(zone).date() for call_id, at in times.items()}


def _summary(training: Training) -> str:
    return (
        f"{training.held_on} {training.title}: {len(training.agents)} agents,"
        f" {', '.join(training.clauses)}"
    )
