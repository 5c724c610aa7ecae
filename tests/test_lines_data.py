"""The written lines: enough of them, in passes that do not copy each other."""

import re
from collections import defaultdict

import pytest

from benchmarks.lines_data import HELD_BACK, INSURER_TRAINING, TRAINING, Written, read_pass
from qa_pipeline.rubric_files import load_rubric
from qa_pipeline.text.lexicons import rubrics_dir

ALIKE = 0.6
LEAST_LINES = 300


def every_line() -> list[Written]:
    passes = (*TRAINING, HELD_BACK, *INSURER_TRAINING)
    return [line for name in passes for line in read_pass(name)]


def trigrams(text: str) -> set[str]:
    bare = re.sub(r"[，。？！、,\s]", "", text)
    return {bare[i : i + 3] for i in range(len(bare) - 2)}


def test_no_two_lines_are_alike() -> None:
    grams = [trigrams(line.text) for line in every_line()]
    holders: dict[str, list[int]] = defaultdict(list)
    alike = []
    for number, mine in enumerate(grams):
        shared: dict[int, int] = defaultdict(int)
        for gram in mine:
            for other in holders[gram]:
                shared[other] += 1
            holders[gram].append(number)
        alike += [
            (number, other)
            for other, count in shared.items()
            if count > ALIKE * (len(mine) + len(grams[other]) - count)
        ]
    lines = every_line()
    assert [(lines[a].text, lines[b].text) for a, b in alike] == []


@pytest.mark.parametrize("rubric", ["inbound_service", "outbound_sales"])
def test_enough_lines_for_every_taught_script(rubric: str) -> None:
    counts: dict[str, int] = defaultdict(int)
    for line in every_line():
        counts[line.wording] += 1
    taught = [c.taught.name for c in load_rubric(rubrics_dir() / f"{rubric}.yaml").criteria
              if c.taught]  # fmt: skip
    assert len(taught) >= 10
    assert {name: counts[name] for name in taught if counts[name] < LEAST_LINES} == {}
