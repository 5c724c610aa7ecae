"""YAML files become frozen rubrics; the only reader of rubric files."""

import logging
from dataclasses import replace
from pathlib import Path

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.rubric import Rubric, Section, Trigger
from qa_pipeline.errors import RubricError
from qa_pipeline.rubric_files.canonical import with_digest
from qa_pipeline.rubric_files.conditions import read_condition, read_metadata
from qa_pipeline.rubric_files.freeze_criteria import named_taught, read_criterion
from qa_pipeline.rubric_files.phrase_checks import check_phrase
from qa_pipeline.rubric_files.phrase_lists import PhraseList, read_phrase_list
from qa_pipeline.rubric_files.problems import Findings, LintProblem
from qa_pipeline.rubric_files.raw_models import RawRubric, RawSection, RawTrigger
from qa_pipeline.rubric_files.reading import Reading
from qa_pipeline.rubric_files.shape import fit
from qa_pipeline.rubric_files.yaml_tree import Place, read_yaml

log = logging.getLogger(__name__)


def load_rubric(path: Path) -> Rubric:
    """The rubric in one file.

    Raises RubricError with every problem of the file and of the phrase lists
    that it names. What is odd but readable (a GBK file) is logged as a warning.
    """
    rubric, warnings = read_rubric(path)
    for warning in warnings:
        log.warning("%s", warning)
    return rubric


def load_rubrics(folder: Path) -> tuple[Rubric, ...]:
    """All rubrics in a folder, by file name.

    Raises RubricError with the problems of all files together, when two files
    carry the same id, or when two claim exactly the same calls.
    """
    paths = sorted(p for p in folder.glob("*.y*ml") if p.suffix in {".yaml", ".yml"})
    if not paths:
        raise RubricError(f"{folder}: no rubric (*.yaml) in this folder; name another one")
    problems: list[str] = []
    loaded: list[tuple[Path, Rubric]] = []
    for path in paths:
        try:
            loaded.append((path, load_rubric(path)))
        except RubricError as error:
            problems += error.problems
    for number, (path, rubric) in enumerate(loaded):
        for other_path, other in loaded[:number]:
            if rubric.rubric_id == other.rubric_id:
                problems.append(
                    f"{path}: rubric {rubric.rubric_id}: {other_path.name} has the same id; "
                    "keep one file a rubric, or choose another id"
                )
            elif rubric.applies_to == other.applies_to:
                problems.append(
                    f"{path}: rubric {rubric.rubric_id}: {other_path.name} applies to exactly "
                    "the same calls; make one of them more specific"
                )
    if problems:
        raise RubricError(problems)
    return tuple(rubric for _, rubric in loaded)


def read_rubric(path: Path) -> tuple[Rubric, tuple[LintProblem, ...]]:
    """The rubric and the warnings that reading its files gave (raises RubricError)."""
    rubric, findings = look_over(path)
    if rubric is None:
        raise RubricError(findings.lines())
    return rubric, tuple(findings.warnings)


def look_over(path: Path) -> tuple[Rubric | None, Findings]:
    """The rubric, None where it has errors, and all that was found while reading it."""
    findings = Findings(file=str(path))
    tree = read_yaml(path, findings)
    rubric = None
    if tree is not None:
        rubric = _read(Reading(path=path, tree=tree, findings=findings))
    return (None if findings.errors else rubric), findings


def _read(reading: Reading) -> Rubric | None:
    """The rubric as far as it can be read, so that every problem is found at once."""
    values = reading.tree.values
    top = fit(RawRubric, values, reading.tree, (), "rubric", reading.findings)
    given = values if isinstance(values, dict) else {}
    triggers = _read_triggers(given.get("triggers"), reading)
    sections = _read_sections(given.get("sections"), reading)
    if top is None:
        return None
    if sections and not any(c.points for s in sections for c in s.criteria if not c.bonus):
        reading.error(
            ("sections",), "rubric", "the points add up to nothing", "give criteria points"
        )
    return with_digest(
        Rubric(
            rubric_id=top.rubric,
            version=top.version,
            title=top.title or top.rubric,
            pass_percent=top.pass_percent,
            sections=sections,
            applies_to=read_metadata(top.applies_to, ("applies_to",), "applies_to", reading),
            triggers=triggers,
            source_text=reading.tree.text,
        )
    )


def _read_triggers(values: object, reading: Reading) -> tuple[Trigger, ...]:
    if not isinstance(values, dict):
        return ()
    reading.triggers = frozenset(values)
    found = (_read_trigger(name, item, reading) for name, item in values.items())
    return tuple(trigger for trigger in found if trigger is not None)


def _read_trigger(name: str, values: object, reading: Reading) -> Trigger | None:
    place: Place = ("triggers", name)
    entry = f"trigger {name}"
    item = fit(RawTrigger, values, reading.tree, place, entry, reading.findings)
    if item is None:
        return None
    listed = PhraseList()
    if item.phrases is not None:
        listed = read_phrase_list(item.phrases, (*place, "phrases"), entry, reading)
    elif item.any_of is None:
        reading.error(place, entry, "'any_of' is missing", "list what is said: `any_of: ['…']`")
    for key, phrases in (("any_of", item.any_of or []), ("unless", item.unless)):
        for position, phrase in enumerate(phrases):
            here = (*place, key, position)
            check_phrase(phrase, reading.tree, here, entry, reading.findings)
    return Trigger(
        name=name,
        role=Role(item.role),
        any_of=tuple(dict.fromkeys((*listed.any_of, *(item.any_of or ())))),
        unless=tuple(dict.fromkeys((*listed.unless, *item.unless))),
        taught=named_taught(item.taught or listed.taught, place, entry, reading),
    )


def _read_sections(values: object, reading: Reading) -> tuple[Section, ...]:
    if not isinstance(values, list):
        return ()
    seen: dict[str, int] = {}
    sections = (_read_section(item, i, seen, reading) for i, item in enumerate(values))
    return tuple(section for section in sections if section is not None)


def _read_section(
    values: object, number: int, seen: dict[str, int], reading: Reading
) -> Section | None:
    place: Place = ("sections", number)
    name = values.get("section") if isinstance(values, dict) else None
    entry = f"section {name or number + 1}"
    item = fit(RawSection, values, reading.tree, place, entry, reading.findings)
    given = values.get("criteria") if isinstance(values, dict) else None
    found = [
        read_criterion(criterion, (*place, "criteria", i), reading)
        for i, criterion in enumerate(given if isinstance(given, list) else [])
    ]
    if item is None:
        return None
    if item.section in seen:
        reason = f"this id is taken on line {seen[item.section]}"
        reading.error((*place, "section"), entry, reason, "choose another id")
    seen.setdefault(item.section, reading.tree.line((*place, "section")))
    section = Section(
        section_id=item.section,
        title=item.title or item.section,
        criteria=tuple(c for c in found if c is not None),
    )
    return replace(section, applies_when=read_condition(item.applies_when, place, entry, reading))
