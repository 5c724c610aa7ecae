"""The insurer's rules judged on lines that nobody saw who wrote phrases or taught a wording.

A line is a call of its own: one utterance, or what the customer said before it as well;
windows and conditions are left out. A rule counts as automatic when at least 80 % of its
said and of its not_said lines together are judged right, for each of its criteria, CANNOT_TELL
counting as not found.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import yaml

from benchmarks.fit_phrases import Kept
from benchmarks.mishearing import mishear
from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.forbidden import detect_forbidden
from qa_pipeline.detect.meaning import RubricMeaning
from qa_pipeline.detect.scripts import detect_script
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric
from qa_pipeline.embed import embed_utterances
from qa_pipeline.rubric_files import load_rubric
from tests.builders import A, C, Line, an_analyzed_call, meaning_of

HERE = Path(__file__).parent
FILES = ("insurer_second_a.yaml", "insurer_second_bc.yaml")
RATES = (0.0, 0.15)
AUTOMATIC_FROM = 0.80
TURN_MS, GAP_MS = 4000, 1000
LABELS = ("said", "not_said")
NAMED_OTHERWISE = {"A1_loss": "a1_surrender_loss", "A1_promise": "a1_surrender_promise"}

Turns = tuple[tuple[Role, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """One criterion of a rule with its lines."""

    code: str
    criterion: Criterion
    said: tuple[Turns, ...]
    not_said: tuple[Turns, ...]

    @property
    def rule(self) -> str:
        """The insurer's code: A10 of A10_waiting."""
        return self.code.partition("_")[0]


@dataclass(frozen=True, slots=True)
class Tally:
    """Said lines found, all said, not_said lines found, all not_said."""

    hits: int
    said: int
    false: int
    not_said: int

    @property
    def share_right(self) -> float:
        return (self.hits + self.not_said - self.false) / (self.said + self.not_said)


def print_insurer(embedder: Kept) -> None:
    """Criterion by criterion and in all, as written and misheard."""
    rubric = load_rubric(HERE.parent / "rubrics" / "insurance_outbound.yaml")
    meaning = meaning_of(rubric, embedder)
    print("\ninsurer: said found, not_said found, " + ", ".join(f"{r:.0%} misheard" for r in RATES))
    columns: dict[float, list[tuple[str, Tally]]] = {rate: [] for rate in RATES}
    for entry in insurer_examples(rubric):
        cells = []
        for rate in RATES:
            tally = _tally(entry, rate, rubric, meaning, embedder)
            columns[rate].append((entry.rule, tally))
            cells.append(f"{tally.hits:2}/{tally.said} {tally.false:2}/{tally.not_said} "
                         f"{tally.share_right:4.0%}")  # fmt: skip
        print(f"  {entry.code:16} " + "  |  ".join(cells), flush=True)
    for rate, found in columns.items():
        _print_all(rate, found)


def insurer_examples(rubric: Rubric) -> Iterator[Examples]:
    """The held-out lines of every automatic criterion."""
    for name in FILES:
        listed = yaml.safe_load((HERE / "held_out" / name).read_text(encoding="utf-8"))
        for entry in listed:
            criterion = _criterion(entry["code"], rubric)
            said, not_said = (tuple(_turns(x, criterion.role) for x in entry[k]) for k in LABELS)
            yield Examples(code=entry["code"], criterion=criterion, said=said, not_said=not_said)


def context_of_turns(
    turns: Turns, rubric: Rubric, meaning: RubricMeaning, embedder: Kept
) -> DetectionContext:
    """A call of these turns, one after the other."""
    lines: list[Line] = []
    for number, (role, text) in enumerate(turns):
        at = number * (TURN_MS + GAP_MS)
        lines.append((role, at, at + TURN_MS, text))
    call = an_analyzed_call(lines)
    embeddings = embed_utterances(embedder, call.transcript.utterances)
    return DetectionContext(
        call=replace(call, embeddings=embeddings), rubric=rubric, meaning=meaning
    )


def is_found(
    turns: Turns, criterion: Criterion, rubric: Rubric, meaning: RubricMeaning, embedder: Kept
) -> bool:
    """Whether the criterion, wherever it belongs, is found in a call of these turns."""
    anywhere = replace(criterion, where=None)
    alone = replace(
        rubric, sections=(replace(rubric.sections[0], criteria=(anywhere,)),), triggers=()
    )
    context = context_of_turns(turns, alone, meaning, embedder)
    detect = detect_forbidden if criterion.kind is CriterionKind.FORBIDDEN else detect_script
    return detect(anywhere, context).outcome is Outcome.FOUND


def _tally(
    entry: Examples, rate: float, rubric: Rubric, meaning: RubricMeaning, embedder: Kept
) -> Tally:
    random = Random(f"{entry.code}{rate}")
    counts = []
    for examples in (entry.said, entry.not_said):
        heard = [tuple((r, mishear(t, rate, random)) for r, t in turns) for turns in examples]
        found = [is_found(t, entry.criterion, rubric, meaning, embedder) for t in heard]
        counts += [sum(found), len(found)]
    return Tally(*counts)


def _print_all(rate: float, found: list[tuple[str, Tally]]) -> None:
    tallies = [tally for _, tally in found]
    hits, false = sum(t.hits for t in tallies), sum(t.false for t in tallies)
    recall = hits / sum(t.said for t in tallies)
    precision = hits / max(1, hits + false)
    least: dict[str, float] = {}
    for rule, tally in found:
        least[rule] = min(least.get(rule, 1.0), tally.share_right)
    automatic = [rule for rule, share in least.items() if share >= AUTOMATIC_FROM]
    print(f"  {rate:.0%}: precision {precision:.3f}  recall {recall:.3f}  right "
          f"{sum(t.share_right for t in tallies) / len(tallies):.3f}  rules of at least 80 % "
          f"right: {len(automatic)}/{len(least)} ({', '.join(automatic)})")  # fmt: skip


def _criterion(code: str, rubric: Rubric) -> Criterion:
    """The criterion that judges these lines; LookupError where none does."""
    wanted = NAMED_OTHERWISE.get(code, code.lower().replace("a+", "aa"))
    for criterion in rubric.criteria:
        if criterion.criterion_id == wanted or criterion.criterion_id.startswith(f"{wanted}_"):
            return criterion
    raise LookupError(f"{code}: no criterion {wanted} in {rubric.rubric_id}")


def _turns(example: Any, role: Role) -> Turns:
    """The turns of an example; a plain line is what the criterion listens to."""
    if isinstance(example, str):
        return ((role, example),)
    names = {"agent": A, "customer": C}
    return tuple((names[who], str(text)) for turn in example for who, text in turn.items())
