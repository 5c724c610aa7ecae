"""What is doubtful in a rubric: warnings, never a reason to stop (DESIGN section 6)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from qa_pipeline.domain.rubric import Condition, Criterion, CriterionKind, Rubric
from qa_pipeline.rubric_files.examples import outweighed_phrases, run_examples
from qa_pipeline.rubric_files.load import read_rubric
from qa_pipeline.rubric_files.phrase_checks import words_of
from qa_pipeline.rubric_files.problems import LintProblem
from qa_pipeline.rubric_files.shadows import shadowed
from qa_pipeline.text.normalize import han_count, normalize
from qa_pipeline.text.syllables import encode

MIN_EXAMPLES = 2
MIN_SYLLABLES = 3

Complaint = tuple[str, str, str]
"""Entry, reason, remedy."""


def check(path: Path) -> tuple[LintProblem, ...]:
    """Every warning about a rubric file, with its lines (raises RubricError on errors)."""
    rubric, warnings = read_rubric(path)
    return (*warnings, *(replace(p, file=str(path)) for p in lint(rubric)))


def lint(rubric: Rubric) -> tuple[LintProblem, ...]:
    """Every warning about a rubric's content, each once, in the order of the form."""
    complaints: list[Complaint] = []
    for criterion in rubric.criteria:
        complaints += _examples_missing(criterion)
        complaints += _short_phrases(criterion)
        complaints += _sound_alike(criterion)
        complaints += _shadowed_phrases(criterion)
        complaints += _narrow_window(criterion)
    complaints += _failing_examples(rubric)
    complaints += _outweighed(rubric)
    complaints += _never_applies(rubric)
    complaints += _unused_triggers(rubric)
    complaints += _unreachable_pass_mark(rubric)
    return tuple(
        LintProblem(
            file=f"rubric {rubric.rubric_id}",
            line=_line_of(entry, rubric.source_text),
            entry=entry,
            reason=reason,
            remedy=remedy,
        )
        for entry, reason, remedy in dict.fromkeys(complaints)
    )


def _line_of(entry: str, source_text: str) -> int:
    """The line on which the entry's id stands; 0 when it is not found."""
    kind, _, name = entry.partition(" ")
    wanted = (
        rf"^[\s{{-]*{re.escape(name)}\s*:"
        if kind == "trigger"
        else (rf"\b{kind}:\s*['\"]?{re.escape(name)}\b")
    )
    for number, row in enumerate(source_text.splitlines(), 1):
        if name and re.search(wanted, row):
            return number
    return 0


def _is_spoken(criterion: Criterion) -> bool:
    return criterion.kind in (CriterionKind.SCRIPT, CriterionKind.FORBIDDEN)


def _name(criterion: Criterion) -> str:
    return f"criterion {criterion.criterion_id}"


def _phrase_lists(criterion: Criterion) -> Iterator[tuple[str, ...]]:
    """Each list of alternatives that the criterion looks for, its exceptions included."""
    yield from (step.any_of for step in criterion.steps)
    yield from filter(None, (criterion.any_of, criterion.unless))


def _examples_missing(criterion: Criterion) -> Iterator[Complaint]:
    if not _is_spoken(criterion):
        return
    for key, given in (("said", criterion.said), ("not_said", criterion.not_said)):
        if len(set(given)) < MIN_EXAMPLES:
            yield (
                _name(criterion),
                f"{len(set(given))} example(s) in `{key}`",
                f"write at least {MIN_EXAMPLES}: they are its tests",
            )


def _short_phrases(criterion: Criterion) -> Iterator[Complaint]:
    """Short phrases are safe in `unless` and in a window, where few others are heard."""
    if criterion.where is not None:
        return
    wanted = (criterion.any_of, *(step.any_of for step in criterion.steps))
    for phrase in (p for phrases in wanted for p in phrases):
        length = han_count(words_of(phrase))
        if length < MIN_SYLLABLES and "{" not in phrase:
            yield (
                _name(criterion),
                f"phrase {phrase!r} has only {length} syllable(s)",
                "add a word or two: short phrases sound like many others",
            )


def _sound_alike(criterion: Criterion) -> Iterator[Complaint]:
    sounds = {encode(normalize(text)): text for text in criterion.said}
    for text in criterion.not_said:
        if twin := sounds.get(encode(normalize(text))):
            yield (
                _name(criterion),
                f"said {twin!r} and not_said {text!r} sound alike",
                "remove one: nothing that is heard can tell them apart",
            )


def _shadowed_phrases(criterion: Criterion) -> Iterator[Complaint]:
    for phrases in _phrase_lists(criterion):
        for phrase, other in shadowed(phrases):
            yield (
                _name(criterion),
                f"phrase {phrase!r} adds nothing to {other!r}",
                "remove it, or remove the wider one",
            )


def _narrow_window(criterion: Criterion) -> Iterator[Complaint]:
    window = criterion.where
    if window and window.within_first_ms and window.within_last_ms:
        longest_ms = window.within_first_ms + window.within_last_ms
        yield (
            _name(criterion),
            f"no place is in both ends of a call longer than {longest_ms // 1000} s",
            "keep within_first_ms or within_last_ms",
        )


def _failing_examples(rubric: Rubric) -> Iterator[Complaint]:
    for result in run_examples(rubric):
        if not result.right:
            wanted = "said" if result.should_be_found else "not_said"
            yield (
                f"criterion {result.criterion_id}",
                f"its {wanted} example {result.text!r} is judged {result.outcome.value}"
                f" (p={result.probability:.2f})",
                "change any_of or unless until it is judged right, or mend the example",
            )


def _outweighed(rubric: Rubric) -> Iterator[Complaint]:
    for criterion_id, phrase in outweighed_phrases(rubric):
        yield (
            f"criterion {criterion_id}",
            f"its phrase {phrase!r}, said alone, is not found: what was taught outweighs it",
            "remove the phrase, write more of the sentence into it, or leave `taught` out",
        )


def _never_applies(rubric: Rubric) -> Iterator[Complaint]:
    for section, criterion in rubric.walk():
        wanted: dict[str, str] = dict(rubric.applies_to)
        for condition in (section.applies_when, criterion.applies_when):
            for name, value in (condition or Condition()).metadata.items():
                if wanted.setdefault(name, value) != value:
                    yield (
                        _name(criterion),
                        f"never applies: {name} would have to be {wanted[name]!r} and {value!r}",
                        "mend applies_to or applies_when",
                    )


def _unused_triggers(rubric: Rubric) -> Iterator[Complaint]:
    used: set[str | None] = set()
    for section, criterion in rubric.walk():
        for condition in (section.applies_when, criterion.applies_when):
            if condition:
                used |= {condition.trigger, condition.unless_trigger}
        if criterion.where:
            used |= {criterion.where.after, criterion.where.before}
    for trigger in rubric.triggers:
        if trigger.name not in used:
            yield (f"trigger {trigger.name}", "nothing uses it", "use it, or remove it")


def _unreachable_pass_mark(rubric: Rubric) -> Iterator[Complaint]:
    possible = sum(c.points for c in rubric.criteria if not c.bonus)
    best = sum(c.points * _best_share(c) for c in rubric.criteria)
    reachable = min(100.0, 100.0 * best / possible) if possible else 0.0
    if reachable < rubric.pass_percent:
        yield (
            f"rubric {rubric.rubric_id}",
            f"the best possible call earns {reachable:.1f} % and {rubric.pass_percent:g} % pass",
            "lower pass_percent, or raise the best band's share",
        )


def _best_share(criterion: Criterion) -> float:
    return max((band.share for band in criterion.bands), default=1.0)
