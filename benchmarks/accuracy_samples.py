"""What the pipeline finds in data_samples/, against what is truly there.

    python -m benchmarks.accuracy_samples [--workspace DIR]

Runs the main job (recognizer and all) into a fresh workspace unless one is
given, and prints one line for each label of truth.json. The samples are
synthetic and were seen while the detectors were written: these figures show
that the parts work together, not how well they do on other calls.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.scorecard import CriterionOutcome
from qa_pipeline.store import open_store

SAMPLES = Path(__file__).parents[1] / "data_samples"
EVENTS = ("dead_air", "interruption", "announced_hold")
BEHAVIOURS = ("arguing", "interrogating", "monologuing", "coldness", "stiffness")
SCRIPTS = (
    "identity_check",
    "greeting",
    "offer_of_help",
    "apology",
    "promised_time",
    "contact_recorded",
    "hold_notice",
    "thanks_for_waiting",
    "anything_else",
    "invitation_to_rate",
    "closing",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One label over all samples; `unknown` counts abstentions, which count as not found."""

    label: str
    hits: int
    misses: int
    false_alarms: int
    unknown: int


def truth() -> dict[str, Any]:
    """truth.json by recording name."""
    found: dict[str, Any] = json.loads((SAMPLES / "truth.json").read_text("utf-8"))
    return found


def compare(judged: Mapping[str, JudgedCall]) -> Iterator[Line]:
    """Compare judged calls, by recording name, with the truth."""
    for label in (*(f"behaviour:{b}" for b in BEHAVIOURS), *EVENTS):
        wanted = label.rpartition(":")[2]
        answers = {
            name: next(
                d.outcome
                for d in c.evaluation.detections
                if d.detector_id.partition(":")[2] == wanted
            )
            for name, c in judged.items()
        }
        present = {name for name, t in truth().items() if label in t["present"]}
        yield _line(
            label,
            present,
            {n for n, a in answers.items() if a is Outcome.FOUND},
            {n for n, a in answers.items() if a is Outcome.CANNOT_TELL},
            set(judged),
        )
    for script in SCRIPTS:
        yield _script_line(script, judged)


def _script_line(script: str, judged: Mapping[str, JudgedCall]) -> Line:
    """A missing script counts as found when the criterion failed; unlabelled calls do not count."""
    outcomes = {
        name: score.outcome
        for name, call in judged.items()
        for score in call.evaluation.scorecard.scores
        if score.criterion_id == script
    }
    missing = {n for n, t in truth().items() if script in t["missing"] and n in outcomes}
    said = {n for n, t in truth().items() if script in {s["script"] for s in t.get("said", ())}}
    failed = {n for n, o in outcomes.items() if o is CriterionOutcome.FAIL}
    open_ = {CriterionOutcome.NEEDS_HUMAN, CriterionOutcome.SYSTEM_NA}
    unknown = {n for n, o in outcomes.items() if o in open_}
    labelled = missing | (said & set(outcomes))
    return _line(f"missing:{script}", missing, failed & labelled, unknown & labelled, labelled)


def _line(
    label: str, present: set[str], found: set[str], unknown: set[str], seen: set[str]
) -> Line:
    return Line(
        label=label,
        hits=len(present & found),
        misses=len((present & seen) - found),
        false_alarms=len(found - present),
        unknown=len(unknown),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptFigures:
    """Labelled scripts over all samples, said ones being what is to be found.

    An abstention counts as not found; `not_applicable` ones, whose condition the rubric did
    not see, are left out.
    """

    said: int
    found: int
    right: int
    not_applicable: int

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, self.said + self.found)


def script_figures(judged: Mapping[str, JudgedCall]) -> ScriptFigures:
    """What was said of the labelled scripts, and what was found of it."""
    answers: list[tuple[bool, CriterionOutcome]] = []
    for name, call in judged.items():
        labels = truth()[name]
        said = {entry["script"] for entry in labels.get("said", ())}
        for score in call.evaluation.scorecard.scores:
            if score.criterion_id in said | set(labels["missing"]):
                answers.append((score.criterion_id in said, score.outcome))
    aside = [outcome is CriterionOutcome.CONDITION_NOT_MET for _, outcome in answers]
    judged_ones = [a for a, left_out in zip(answers, aside, strict=True) if not left_out]
    return ScriptFigures(
        said=sum(is_said for is_said, _ in judged_ones),
        found=sum(o is CriterionOutcome.PASS for _, o in judged_ones),
        right=sum(is_said and o is CriterionOutcome.PASS for is_said, o in judged_ones),
        not_applicable=sum(aside),
    )


def judged_in(workspace: Path) -> dict[str, JudgedCall]:
    """The judged calls of a workspace by recording name."""
    with open_store(workspace, create=False) as store:
        return {c.analyzed.call.recording.name: c for c in store.judged_calls()}


def run_samples(workspace: Path) -> None:
    """The main job on data_samples/, as a person would type it."""
    program = [sys.executable, "-c", "from qa_pipeline.cli import main; main()"]
    metadata = ["--metadata", str(SAMPLES / "calls.csv")]
    subprocess.run(
        [*program, "run", str(SAMPLES), *metadata, "--workspace", str(workspace)], check=True
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, help="compare what is judged there already")
    chosen = parser.parse_args().workspace
    with tempfile.TemporaryDirectory() as fresh:
        workspace = chosen or Path(fresh)
        if chosen is None:
            run_samples(workspace)
        judged = judged_in(workspace)
    print(f"{'label':30} {'hit':>4} {'miss':>5} {'false':>6} {'abstained':>10}")
    for line in compare(judged):
        print(
            f"{line.label:30} {line.hits:4} {line.misses:5} {line.false_alarms:6} {line.unknown:10}"
        )
    scripts = script_figures(judged)
    print(
        f"scripts: {scripts.said} said, precision {scripts.right / max(1, scripts.found):.3f}, "
        f"recall {scripts.right / max(1, scripts.said):.3f}, F1 {scripts.f1:.3f}; "
        f"{scripts.not_applicable} more did not apply"
    )


if __name__ == "__main__":
    main()
