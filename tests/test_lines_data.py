"""The written lines: enough of them, in passes that do not copy each other."""

import re
from collections import defaultdict
from collections.abc import Sequence

import pytest
import yaml

from benchmarks.held_out_calls import HELD_OUT
from benchmarks.held_out_examples import insurer_examples
from benchmarks.lines_data import HELD_BACK, INSURER_TRAINING, TRAINING, Written, read_pass
from qa_pipeline.rubric_files import load_rubric
from qa_pipeline.text.lexicons import rubrics_dir

ALIKE = 0.6
LEAST_LINES = 300


LEAST_CHARACTERS = 10
"""Of held-out turns that are compared: anybody says 您好，请讲."""


def every_line() -> list[Written]:
    passes = (*TRAINING, HELD_BACK, *INSURER_TRAINING)
    return [line for name in passes for line in read_pass(name)]


def held_out_turns() -> list[str]:
    """What is said in the held-out lines and calls, short turns left out."""
    rubric = load_rubric(rubrics_dir() / "insurance_outbound.yaml")
    turns = [
        text
        for entry in insurer_examples(rubric)
        for line in (*entry.said, *entry.not_said)
        for _, text in line
    ]
    calls = yaml.safe_load(HELD_OUT.read_text(encoding="utf-8"))
    turns += [turn["text"] for call in calls for turn in call["turns"]]
    return [text for text in turns if len(bare(text)) >= LEAST_CHARACTERS]


def bare(text: str) -> str:
    return re.sub(r"[，。？！、,\s]", "", text)


def trigrams(text: str) -> set[str]:
    said = bare(text)
    return {said[i : i + 3] for i in range(len(said) - 2)}


def alike(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of texts that share more than ALIKE of their character trigrams."""
    grams = [trigrams(text) for text in texts]
    holders: dict[str, list[int]] = defaultdict(list)
    found = []
    for number, mine in enumerate(grams):
        shared: dict[int, int] = defaultdict(int)
        for gram in mine:
            for other in holders[gram]:
                shared[other] += 1
            holders[gram].append(number)
        found += [
            (number, other)
            for other, count in shared.items()
            if count > ALIKE * (len(mine) + len(grams[other]) - count)
        ]
    return found


@pytest.mark.slow
def test_no_two_lines_are_alike() -> None:
    texts = [line.text for line in every_line()]
    assert [(texts[a], texts[b]) for a, b in alike(texts)] == []


@pytest.mark.slow
def test_no_line_is_like_what_is_held_out() -> None:
    held_out = held_out_turns()
    texts = [*held_out, *(line.text for line in every_line())]
    copied = [
        (texts[a], texts[b]) for a, b in alike(texts) if min(a, b) < len(held_out) <= max(a, b)
    ]
    assert len(held_out) > 1000
    assert copied == []


@pytest.mark.parametrize("rubric", ["inbound_service", "outbound_sales"])
def test_enough_lines_for_every_taught_script(rubric: str) -> None:
    counts: dict[str, int] = defaultdict(int)
    for line in every_line():
        counts[line.wording] += 1
    taught = [c.taught.name for c in load_rubric(rubrics_dir() / f"{rubric}.yaml").criteria
              if c.taught]  # fmt: skip
    assert len(taught) >= 10
    assert {name: counts[name] for name in taught if counts[name] < LEAST_LINES} == {}
