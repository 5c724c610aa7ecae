"""One raw criterion becomes a domain criterion."""

from dataclasses import replace

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.rubric import (
    AutoFail,
    Criterion,
    CriterionKind,
    Step,
    Strictness,
    WhenProvoked,
)
from qa_pipeline.domain.taught import Taught
from qa_pipeline.rubric_files import raw_models as raw
from qa_pipeline.rubric_files.conditions import read_condition
from qa_pipeline.rubric_files.freeze_metrics import read_metric
from qa_pipeline.rubric_files.phrase_checks import check_phrase
from qa_pipeline.rubric_files.phrase_lists import PhraseList, read_phrase_list
from qa_pipeline.rubric_files.reading import Reading
from qa_pipeline.rubric_files.shape import fit, suggestion
from qa_pipeline.rubric_files.taught_files import read_taught
from qa_pipeline.rubric_files.vocabulary import BEHAVIOUR_TITLES, behaviour_names
from qa_pipeline.rubric_files.windows import read_window
from qa_pipeline.rubric_files.yaml_tree import Place


def read_criterion(values: object, place: Place, reading: Reading) -> Criterion | None:
    """The criterion at `place`; None when its shape does not fit."""
    name = values.get("criterion") if isinstance(values, dict) else None
    entry = f"criterion {name}" if name else f"criterion {int(place[-1]) + 1}"
    model = _model_of(values, place, entry, reading)
    item = fit(model, values, reading.tree, place, entry, reading.findings) if model else None
    if item is None:
        return None
    _check_common(item, place, entry, reading)
    common = Criterion(
        criterion_id=item.criterion,
        title=item.title or _default_title(item),
        points=item.points,
        kind=CriterionKind.MANUAL,
        bonus=item.bonus,
        critical=item.critical,
        auto_fail=AutoFail(item.auto_fail) if item.auto_fail else None,
        applies_when=read_condition(item.applies_when, place, entry, reading),
    )
    return _with_kind(common, item, place, entry, reading)


def _model_of(
    values: object, place: Place, entry: str, reading: Reading
) -> type[raw.RawCriterion] | None:
    if not isinstance(values, dict):
        reading.error(place, entry, "not a mapping", "write `- criterion: an_id` and its keys")
        return None
    kind = values.get("kind")
    if isinstance(kind, str) and kind in raw.KINDS:
        return raw.KINDS[kind]
    reason = "'kind' is missing" if kind is None else f"unknown kind {kind!r}"
    reading.error((*place, "kind"), entry, reason, suggestion(str(kind), tuple(raw.KINDS)))
    return None


def _default_title(item: raw.RawCriterion) -> str:
    if isinstance(item, raw.RawBehaviour):
        return BEHAVIOUR_TITLES.get(item.behaviour, item.criterion)
    return item.criterion


def _check_common(item: raw.RawCriterion, place: Place, entry: str, reading: Reading) -> None:
    if item.criterion in reading.ids:
        first = reading.ids[item.criterion]
        reading.error(
            (*place, "criterion"), entry, f"this id is taken on line {first}", "choose another id"
        )
    reading.ids.setdefault(item.criterion, reading.tree.line((*place, "criterion")))
    if item.points == 0 and item.auto_fail is None:
        reading.error(
            (*place, "points"), entry, "0 points decide nothing", "give points, or an auto_fail"
        )
    if item.bonus and (item.auto_fail or item.critical):
        reading.error(
            (*place, "bonus"),
            entry,
            "a bonus can neither be critical nor fail a call",
            "remove `bonus`, or `critical` and `auto_fail`",
        )


def _with_kind(
    common: Criterion, item: raw.RawCriterion, place: Place, entry: str, reading: Reading
) -> Criterion:
    if isinstance(item, raw.RawScript):
        return _script(common, item, place, entry, reading)
    if isinstance(item, raw.RawForbidden):
        return _forbidden(common, item, place, entry, reading)
    if isinstance(item, raw.RawMetric):
        return read_metric(common, item, place, entry, reading)
    if isinstance(item, raw.RawBehaviour):
        return _behaviour(common, item, place, entry, reading)
    if isinstance(item, raw.RawManual):
        return _manual(common, item, place, entry, reading)
    return common


def _manual(
    common: Criterion, item: raw.RawManual, place: Place, entry: str, reading: Reading
) -> Criterion:
    _check_all(item.listen_for, (*place, "listen_for"), entry, reading)
    return replace(
        common,
        role=Role(item.role),
        guidance=item.guidance,
        listen_for=tuple(item.listen_for),
    )


def _behaviour(
    common: Criterion, item: raw.RawBehaviour, place: Place, entry: str, reading: Reading
) -> Criterion:
    known = behaviour_names()
    if item.behaviour not in known:
        reason = f"unknown behaviour {item.behaviour!r}"
        reading.error((*place, "behaviour"), entry, reason, suggestion(item.behaviour, known))
    return replace(
        common,
        kind=CriterionKind.BEHAVIOUR,
        behaviour=item.behaviour,
        when_provoked=WhenProvoked(item.when_provoked),
    )


def _script(
    common: Criterion, item: raw.RawScript, place: Place, entry: str, reading: Reading
) -> Criterion:
    own = item.steps or []
    listed = PhraseList()
    if item.phrases is not None:
        listed = read_phrase_list(item.phrases, (*place, "phrases"), entry, reading)
    elif item.steps is None:
        reading.error(
            place, entry, "nothing has to be said", "add `phrases: NAME` or `steps` with `any_of`"
        )
    elif all(step.optional for step in own):
        reading.error(
            (*place, "steps"), entry, "every step is optional, so it never fails", "require one"
        )
    for number, step in enumerate(own):
        _check_all(step.any_of, (*place, "steps", number, "any_of"), entry, reading)
    _check_all(item.unless, (*place, "unless"), entry, reading)
    steps = tuple(Step(any_of=tuple(s.any_of), optional=s.optional) for s in own)
    if listed.any_of:
        steps = (Step(any_of=listed.any_of), *steps)
    required = [list(step.any_of) for step in steps if not step.optional]
    return replace(
        common,
        kind=CriterionKind.SCRIPT,
        role=Role(item.role),
        where=read_window(item.where, required, place, entry, reading),
        steps=steps,
        unless=_joined(listed.unless, item.unless),
        strictness=Strictness(item.strictness),
        said=_joined(listed.said, item.said),
        not_said=_joined(listed.not_said, item.not_said),
        taught=named_taught(item.taught or listed.taught, place, entry, reading),
    )


def _forbidden(
    common: Criterion, item: raw.RawForbidden, place: Place, entry: str, reading: Reading
) -> Criterion:
    listed = PhraseList()
    if item.phrases is not None:
        listed = read_phrase_list(item.phrases, (*place, "phrases"), entry, reading)
    elif item.any_of is None:
        reading.error(
            place, entry, "nothing is forbidden", "add `phrases: NAME` or `any_of: ['…']`"
        )
    own = item.any_of or []
    _check_all(own, (*place, "any_of"), entry, reading)
    _check_all(item.unless, (*place, "unless"), entry, reading)
    return replace(
        common,
        kind=CriterionKind.FORBIDDEN,
        role=Role(item.role),
        where=read_window(item.where, [own] if own else [], place, entry, reading),
        any_of=_joined(listed.any_of, own),
        unless=_joined(listed.unless, item.unless),
        strictness=Strictness(item.strictness),
        said=_joined(listed.said, item.said),
        not_said=_joined(listed.not_said, item.not_said),
        taught=named_taught(item.taught or listed.taught, place, entry, reading),
    )


def named_taught(name: str | None, place: Place, entry: str, reading: Reading) -> Taught | None:
    """The taught wording of that name, None without one."""
    return None if name is None else read_taught(name, (*place, "taught"), entry, reading)


def _joined(listed: tuple[str, ...], own: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*listed, *own)))


def _check_all(phrases: list[str], place: Place, entry: str, reading: Reading) -> None:
    for position, phrase in enumerate(phrases):
        check_phrase(phrase, reading.tree, (*place, position), entry, reading.findings)
