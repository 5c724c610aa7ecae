"""Whole written calls judged script by script, windows and all, as written and misheard.

A label is the name of a wording: the criterion or the trigger that was taught it judges.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import yaml

from benchmarks.fit_phrases import Kept
from benchmarks.mishearing import mishear
from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.meaning import RubricMeaning
from qa_pipeline.detect.scripts import detect_script
from qa_pipeline.detect.triggers import trigger_hits
from qa_pipeline.domain.detection import Outcome
from qa_pipeline.domain.rubric import Criterion, Rubric, Trigger
from qa_pipeline.embed import embed_utterances
from qa_pipeline.rubric_files import load_rubric
from tests.builders import A, C, Line, an_analyzed_call, meaning_of

HERE = Path(__file__).parent
HELD_OUT = HERE / "held_out" / "calls_second.yaml"
RUBRICS = ("inbound_service", "outbound_sales")
OUTBOUND = "out_greeting"
"""The label that only calls made by agents carry."""
INBOUND = frozenset((
    "greeting", "offer_of_help", "identity_check", "apology", "promised_time", "hold_notice",
    "thanks_for_waiting", "contact_recorded", "anything_else", "invitation_to_rate", "closing",
))  # fmt: skip
"""The eleven scripts that the first calls were labelled with."""
RATES = (0.0, 0.10, 0.26)
MS_A_CHARACTER, PAUSE_MS = 220, 600


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered of a wording in a call; the probability is 0 or 1 for a trigger."""

    call_id: str
    wording: str
    is_said: bool
    outcome: Outcome
    probability: float


def print_calls(path: Path, embedder: Kept, seeds: Sequence[str] = ("",)) -> None:
    """In all and wording by wording, each rate with each seed."""
    for rate in RATES:
        tried = seeds if rate else seeds[:1]
        answers = [a for seed in tried for a in judged_calls(path, rate, embedder, seed)]
        print(f"\nmisheard {rate:.0%}: {path.name}, {len(answers)} answers")
        print(f"  {'all':22} {_counts(answers)}")
        print(f"  {'eleven inbound':22} {_counts([a for a in answers if a.wording in INBOUND])}")
        for name in dict.fromkeys(a.wording for a in answers):
            print(f"    {name:20} {_counts([a for a in answers if a.wording == name])}")


def judged_calls(path: Path, rate: float, embedder: Kept, seed: str = "") -> Iterator[Answer]:
    """Every labelled wording of every call, by the rubric of its direction if that has it."""
    rubrics = {n: load_rubric(HERE.parent / "rubrics" / f"{n}.yaml") for n in RUBRICS}
    meanings = {name: meaning_of(rubric, embedder) for name, rubric in rubrics.items()}
    judges = {name: _judges(rubric) for name, rubric in rubrics.items()}
    for call in yaml.safe_load(path.read_text(encoding="utf-8")):
        labels = dict.fromkeys(call["said"], True) | dict.fromkeys(call["not_said"], False)
        lines = _lines(call, rate, seed)
        contexts = {n: _context(lines, rubrics[n], meanings[n], embedder) for n in RUBRICS}
        order = RUBRICS[::-1] if OUTBOUND in labels else RUBRICS
        for wording, is_said in labels.items():
            name = next(n for n in order if wording in judges[n])
            outcome, probability = _answer(judges[name][wording], contexts[name])
            yield Answer(call["id"], wording, is_said, outcome, probability)


def _judges(rubric: Rubric) -> Mapping[str, Criterion | Trigger]:
    """What judges each wording; a criterion's own name is one too."""
    found: dict[str, Criterion | Trigger] = {t.name: t for t in rubric.triggers}
    found |= {t.taught.name: t for t in rubric.triggers if t.taught}
    found |= {c.taught.name: c for c in rubric.criteria if c.taught}
    return found


def _answer(judge: Criterion | Trigger, context: DetectionContext) -> tuple[Outcome, float]:
    if isinstance(judge, Trigger):
        hit = bool(trigger_hits(judge, context))
        return (Outcome.FOUND if hit else Outcome.NOT_FOUND), float(hit)
    detection = detect_script(replace(judge, where=_near(judge)), context)
    return detection.outcome, detection.probability or 0.0


def _near(criterion: Criterion) -> Any:
    """The criterion's window, less what hangs on a trigger: the labels know no trigger."""
    where = criterion.where
    return None if where is None else replace(where, after=None, before=None, within_turns=None)


def _lines(call: dict[str, Any], rate: float, seed: str) -> list[Line]:
    random, at, lines = Random(f"{call['id']}{rate}{seed}"), 0, []
    for turn in call["turns"]:
        text = mishear(turn["text"], rate, random)
        long = MS_A_CHARACTER * len(text)
        line: Line = (A if turn["role"] == "agent" else C, at, at + long, text)
        lines.append(line)
        at += long + PAUSE_MS
    return lines


def _context(
    lines: list[Line], rubric: Rubric, meaning: RubricMeaning, embedder: Kept
) -> DetectionContext:
    made = an_analyzed_call(lines)
    embeddings = embed_utterances(embedder, made.transcript.utterances)
    return DetectionContext(
        call=replace(made, embeddings=embeddings), rubric=rubric, meaning=meaning
    )


def _counts(answers: Sequence[Answer]) -> str:
    said = sum(a.is_said for a in answers)
    found = sum(a.outcome is Outcome.FOUND for a in answers)
    right = sum(a.is_said and a.outcome is Outcome.FOUND for a in answers)
    unsure = sum(a.outcome is Outcome.CANNOT_TELL for a in answers)
    precision, recall = right / max(1, found), right / max(1, said)
    f1 = 2 * right / max(1, found + said)
    return (f"said {said:3}  precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}  "
            f"cannot tell {unsure}")  # fmt: skip
