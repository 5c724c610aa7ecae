"""Plain values become raw models; what does not fit is told in plain words."""

from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from qa_pipeline.rubric_files.problems import Findings
from qa_pipeline.rubric_files.yaml_tree import Place, YamlTree, name_of

Model = TypeVar("Model", bound=BaseModel)

_REMEDIES = {
    "version": "write `version: 1`, and raise it with every change of the rules",
    "rubric": "write `rubric: an_id` at the top",
    "section": "write `section: an_id`",
    "criterion": "write `criterion: an_id`",
    "points": "write what it is worth, e.g. `points: 5`",
    "steps": "write `steps: [{any_of: ['…']}]`",
    "any_of": "list at least one phrase, e.g. `any_of: ['您好{0-12}为您服务']`",
    "role": "write `role: agent` or `role: customer`",
}
_FIXES = {
    "string_pattern_mismatch": "use small letters, digits and _, starting with a letter",
    "string_type": "write text; put it in quotes when it looks like a number",
    "list_type": "write a list: `['…', '…']` or one `- …` a line",
    "dict_type": "write `key: value` pairs",
    "model_type": "write `key: value` pairs",
    "too_short": "write at least one entry",
    "int_type": "write a whole number without quotes",
    "float_type": "write a number without quotes",
    "bool_type": "write true or false",
}


def fit(
    model: type[Model], values: object, tree: YamlTree, place: Place, entry: str, findings: Findings
) -> Model | None:
    """`values` as `model`, or None after every misfit was noted."""
    if not isinstance(values, dict):
        findings.error(tree.line(place), entry, "not a mapping", "write `key: value` pairs")
        return None
    try:
        return model.model_validate(values)
    except ValidationError as error:
        for detail in error.errors():
            _tell(model, detail, tree, place, entry, findings)
        return None


def _tell(
    model: type[BaseModel],
    detail: ErrorDetails,
    tree: YamlTree,
    place: Place,
    entry: str,
    findings: Findings,
) -> None:
    loc = tuple(part for part in detail["loc"] if not _is_union_branch(part))
    key = str(next((p for p in reversed(loc) if isinstance(p, str)), ""))
    line = tree.line((*place, *loc))
    where = name_of(loc)
    if detail["type"] == "missing":
        remedy = _REMEDIES.get(key, f"add `{key}`")
        findings.error(tree.line((*place, *loc[:-1])), entry, f"{where!r} is missing", remedy)
    elif detail["type"] == "extra_forbidden":
        known = _known_keys(model, loc[:-1])
        findings.error(line, entry, f"unknown key {where!r}", suggestion(key, known))
    else:
        reason = f"{where!r}: {_shown(detail['input'])}: {_words(detail)}"
        findings.error(line, entry, reason, _FIXES.get(detail["type"], "mend the value"))


def suggestion(word: str, known: tuple[str, ...]) -> str:
    """What to write instead of a word that nobody knows."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    listed = ", ".join(known)
    return f"did you mean {near[0]!r}? Known: {listed}" if near else f"use one of: {listed}"


def _words(detail: ErrorDetails) -> str:
    message = detail["msg"]
    return message[0].lower() + message[1:]


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _is_union_branch(part: int | str) -> bool:
    """Pydantic names the branch of a union it tried; a reader has no use for it."""
    return isinstance(part, str) and (part in {"str", "int", "float", "bool"} or "[" in part)


def _known_keys(model: type[BaseModel], loc: tuple[Any, ...]) -> tuple[str, ...]:
    """The keys allowed at `loc` inside `model`."""
    current: type[BaseModel] = model
    for part in loc:
        if isinstance(part, str) and part in current.model_fields:
            inner = _model_in(current.model_fields[part].annotation)
            current = inner or current
    return tuple(current.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if found := _model_in(argument):
            return found
    return None
