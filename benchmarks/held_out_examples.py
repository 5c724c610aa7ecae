"""The shipped rubrics judged on examples that nobody saw who wrote phrases or the model.

An example is a call of one utterance; windows and conditions are left out. A rule
counts as automatic when at least 80 % of its said and not_said examples are judged
right, CANNOT_TELL counting as not found.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import yaml

from benchmarks.fit_phrases import Kept, context_of
from benchmarks.mishearing import mishear
from qa_pipeline.detect.forbidden import detect_forbidden
from qa_pipeline.detect.meaning import RubricMeaning
from qa_pipeline.detect.scripts import detect_script
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric
from qa_pipeline.embed import load_embedder
from qa_pipeline.rubric_files import load_rubric
from tests.builders import meaning_of

HERE = Path(__file__).parent
RATES = (0.0, 0.15)
AUTOMATIC_FROM = 0.80

# Each kind of the file and the criterion that comes nearest; a kind without one is named.
CRITERIA: Mapping[str, tuple[str, ...]] = {
    "greeting": ("inbound_service:greeting",),
    "agent_number_or_name": ("outbound_sales:greeting",),
    "company_named": ("outbound_sales:greeting",),
    "identity_check_before_account_data": ("inbound_service:identity_check",),
    "complaint_details_asked": ("inbound_service:complaint_details",),
    "confidentiality_breach": ("inbound_service:confidentiality",),
    "uncivil_language": ("inbound_service:taboo", "inbound_service:insult"),
    "shirking": ("inbound_service:taboo",),
    "inducing_complaint": ("inbound_service:taboo",),
    "guarantee_promise": ("outbound_sales:false_promise",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule with its examples; `reversed` where the examples break what a script asks for."""

    name: str
    rubric: Rubric
    criteria: tuple[Criterion, ...]
    said: tuple[str, ...]
    not_said: tuple[str, ...]
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """Said examples found, all said, not_said examples found, all not_said."""

    hits: int
    said: int
    false: int
    not_said: int

    @property
    def share_right(self) -> float:
        return (self.hits + self.not_said - self.false) / (self.said + self.not_said)


def print_held_out() -> None:
    """Per rule and in all, by words alone and with meaning, as written and misheard."""
    found = load_embedder()
    if found is None:
        raise SystemExit("no sentence embedder is installed; run `make setup`")
    embedder = Kept(found)
    for title, rules in (("scripts", _script_rules()), ("insurer", _insurer_rules())):
        _print_rules(title, tuple(rules), embedder)


def _print_rules(title: str, rules: tuple[Rule, ...], embedder: Kept) -> None:
    meanings = {r.rubric.rubric_id: meaning_of(r.rubric, embedder) for r in rules}
    print(f"\n{title}: said found, not_said found; by words alone | with meaning")
    columns: dict[str, list[Tally]] = {}
    for rule in rules:
        cells = []
        for rate in RATES:
            for how, meaning in (("words", None), ("model", meanings[rule.rubric.rubric_id])):
                tally = _tally(rule, rate, meaning, embedder)
                columns.setdefault(f"{rate:.0%} {how}", []).append(tally)
                cells.append(f"{tally.hits:2}/{tally.said} {tally.false:2}/{tally.not_said} "
                             f"{tally.share_right:4.0%}")  # fmt: skip
        print(f"  {rule.name:36} " + "  |  ".join(cells))
    for name, tallies in columns.items():
        hits, false = sum(t.hits for t in tallies), sum(t.false for t in tallies)
        recall = hits / sum(t.said for t in tallies)
        precision = hits / max(1, hits + false)
        automatic = sum(t.share_right >= AUTOMATIC_FROM for t in tallies)
        print(f"  {name:12} precision {precision:.3f}  recall {recall:.3f}  "
              f"rules of at least 80 % right: {automatic}/{len(tallies)}")  # fmt: skip


def _tally(rule: Rule, rate: float, meaning: RubricMeaning | None, embedder: Kept) -> Tally:
    random = Random(f"{rule.name}{rate}")
    counts = []
    for texts in (rule.said, rule.not_said):
        heard = [mishear(text, rate, random) for text in texts]
        found = [_is_found(rule, text, meaning, embedder) for text in heard]
        counts += [sum(found), len(found)]
    return Tally(*counts)


def _is_found(rule: Rule, text: str, meaning: RubricMeaning | None, embedder: Kept) -> bool:
    outcomes = []
    for criterion in rule.criteria:
        anywhere = replace(criterion, where=None)
        context = context_of([text], anywhere, rule.rubric, meaning, embedder)
        detect = detect_forbidden if criterion.kind is CriterionKind.FORBIDDEN else detect_script
        outcomes.append(detect(anywhere, context).outcome)
    found = Outcome.FOUND in outcomes
    if rule.reversed:
        return Outcome.NOT_FOUND in outcomes and not found
    return found


def _examples(name: str) -> list[Any]:
    loaded: list[Any] = yaml.safe_load((HERE / "held_out" / name).read_text(encoding="utf-8"))
    return loaded


def _texts(lines: list[Any]) -> tuple[str, ...]:
    """The lines as they were written: YAML takes one with a colon for a mapping."""
    return tuple(
        "：".join(f"{k}：{v}" for k, v in line.items()) if isinstance(line, dict) else str(line)
        for line in lines
    )


def _rubric(name: str) -> Rubric:
    return load_rubric(HERE.parent / "rubrics" / f"{name}.yaml")


def _rule(name: str, entry: Any, rubric: Rubric, criteria: tuple[Criterion, ...]) -> Rule:
    return Rule(
        name=name,
        rubric=rubric,
        criteria=criteria,
        said=_texts(entry["said"]),
        not_said=_texts(entry["not_said"]),
    )


def _script_rules() -> Iterator[Rule]:
    rubrics = {name: _rubric(name) for name in ("inbound_service", "outbound_sales")}
    for entry in _examples("script_examples.yaml"):
        wanted = CRITERIA.get(entry["id"], (f"inbound_service:{entry['id']}",))
        rubric = rubrics[wanted[0].partition(":")[0]]
        ids = {w.partition(":")[2] for w in wanted}
        criteria = tuple(c for c in rubric.criteria if c.criterion_id in ids)
        if not criteria:
            print(f"{entry['id']}: no criterion in {rubric.rubric_id}, left out")
            continue
        yield _rule(entry["id"], entry, rubric, criteria)


def _insurer_rules() -> Iterator[Rule]:
    rubric = _rubric("insurance_outbound")
    for entry in _examples("insurer_examples.yaml"):
        if "code" not in entry:
            continue
        prefix = entry["code"].lower().replace("a+", "aa") + "_"
        criteria = tuple(
            c for c in rubric.criteria
            if c.criterion_id.startswith(prefix)
            and c.kind in (CriterionKind.SCRIPT, CriterionKind.FORBIDDEN)
        )  # fmt: skip
        breaks = entry["kind"] == "violation"
        forbidden = tuple(c for c in criteria if c.kind is CriterionKind.FORBIDDEN)
        if breaks and forbidden:
            criteria = forbidden
        if not criteria:
            print(f"{entry['code']}: manual, left out")
            continue
        rule = _rule(entry["code"], entry, rubric, criteria)
        yield replace(rule, reversed=breaks and not forbidden)
