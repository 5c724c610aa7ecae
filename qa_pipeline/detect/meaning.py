"""Layer 2: what was said that means the same as a script, whatever its words.

The spans of a call (`embed`) are compared (meant.py) with a criterion's prototypes: its
own wording and `said` examples for it, its `not_said` examples, the other criteria's
wording and generic talk against it. Only what tells them apart counts: `lean`, a line
through the space of sentences (ridge regression on the prototypes), and margins.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.domain.embeddings import TextVectors
from qa_pipeline.domain.rubric import Criterion, CriterionKind, Rubric
from qa_pipeline.embed import Prototypes, prototypes
from qa_pipeline.text.pattern import Gap, Literal, Slot, SlotKind, parse_pattern

VERSION = "2"
"""Raised when other prototypes are chosen or margins are computed otherwise."""

_GENERIC = "generic_talk.txt"
_MOST_PHRASES = 10
"""So many of a criterion's phrases stand for all: comparing costs time in every call."""
_LEAST_CHARS = 4
_SAME_MEANING = 0.72
"""Another criterion's wording that is as close as this to one's own is no decoy."""
_SLOT_SHARE = 0.5
_RIDGE, _NOT_SAID_SHARE = 0.006, 0.3
"""Chosen on benchmarks/phrase_lines.yaml; `not_said` weighs that share of all that is not meant."""
STEPS = 256
"""Directions are kept in whole steps, so that sums are exact and equal on every machine."""
_SAMPLES = {
    SlotKind.DIGITS: "八零一六",
    SlotKind.MONEY: "三十九块钱",
    SlotKind.DATE: "明天",
    SlotKind.TIME: "二十四小时",
}
_SPOKEN = (CriterionKind.SCRIPT, CriterionKind.FORBIDDEN)

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionMeaning:
    """Rows of the rubric's prototypes: the criterion's own, its `not_said`, all others.

    `direction` and `offset` turn a unit vector into its lean, about 1 for the criterion's own
    prototypes and −1 for the rest. `slots` are the kinds of which one has to be said too
    (a promised time needs a time).
    """

    own: Whole
    against: Whole
    others: Whole
    direction: Floats
    offset: float
    slots: tuple[SlotKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RubricMeaning:
    """A rubric's prototypes under one model; make it once and use it for every call."""

    prototypes: Prototypes
    criteria: Mapping[str, CriterionMeaning]


def prototype_texts(rubric: Rubric) -> tuple[str, ...]:
    """Every text whose vector `rubric_meaning` needs."""
    texts = list(_generic_talk())
    for criterion in _spoken(rubric):
        texts += [*criterion.said, *criterion.not_said, *_phrases(criterion)]
    return tuple(dict.fromkeys(texts))


def rubric_meaning(rubric: Rubric, vectors: TextVectors) -> RubricMeaning | None:
    """The rubric's prototypes; None where a vector is missing (the layer is then off)."""
    everything = prototypes(prototype_texts(rubric), vectors)
    if everything is None:
        return None
    rows = (everything.rows / everything.lengths[:, None]).astype(np.float32)
    number = {text: i for i, text in enumerate(everything.texts)}
    generic = [number[text] for text in _generic_talk()]
    own = {c.criterion_id: _own(c, number, rows) for c in _spoken(rubric)}
    kept = sorted({*generic, *(i for each in own.values() for i in each)}
                  | {number[t] for c in _spoken(rubric) for t in c.not_said})  # fmt: skip
    place = {old: new for new, old in enumerate(kept)}
    criteria = {}
    for criterion in _spoken(rubric):
        mine = own[criterion.criterion_id]
        others = {*generic, *(i for key, each in own.items() if key != criterion.criterion_id
                              for i in each)} - set(mine)  # fmt: skip
        away = [i for i in sorted(others) if not len(mine)
                or float((rows[i] @ rows[mine].T).max()) < _SAME_MEANING]  # fmt: skip
        against = [number[t] for t in criterion.not_said]
        direction, offset = _line(rows, mine, against, away)
        criteria[criterion.criterion_id] = CriterionMeaning(
            own=_index(place[i] for i in mine),
            against=_index(place[i] for i in against),
            others=_index(place[i] for i in away),
            direction=direction,
            offset=offset,
            slots=_obligatory_slots(criterion),
        )
    return RubricMeaning(
        prototypes=Prototypes(
            texts=tuple(everything.texts[i] for i in kept),
            model_digest=everything.model_digest,
            rows=everything.rows[kept],
            lengths=everything.lengths[kept],
        ),
        criteria=criteria,
    )


def line_of(made: Prototypes, meant: CriterionMeaning, keep: Sequence[int]) -> tuple[Floats, float]:
    """The criterion's line from some of its prototypes only (for leaving one out)."""
    rows = (made.rows / made.lengths[:, None]).astype(np.float32)
    kept = set(keep)
    own, against, others = (
        [int(i) for i in each if int(i) in kept]
        for each in (meant.own, meant.against, meant.others)
    )
    return _line(rows, own, against, others)


def _line(
    rows: NDArray[np.float32], own: Sequence[int], against: Sequence[int], others: Sequence[int]
) -> tuple[Floats, float]:
    """Weighted ridge regression: own prototypes 1, all others −1; both sides weigh the same."""
    chosen = np.array([*own, *against, *others], dtype=np.intp)
    sides = np.array([1.0] * len(own) + [-1.0] * (len(against) + len(others)))
    share = _NOT_SAID_SHARE if others else 1.0
    weights = np.array(
        [1.0 / max(1, len(own))] * len(own)
        + [share / max(1, len(against))] * len(against)
        + [(1.0 - share) / max(1, len(others))] * len(others)
    )
    points = rows[chosen].astype(np.float64)
    total = max(weights.sum(), 1e-9)
    centre, middle = weights @ points / total, float(weights @ sides / total)
    away, side = points - centre, sides - middle
    # in the space of the prototypes, which are fewer than the dimensions
    inverse = np.diag(_RIDGE / np.maximum(weights, 1e-9))
    line = away.T @ np.linalg.solve(away @ away.T + inverse, side)
    return np.rint(line * STEPS), round(middle - float(centre @ line), 6)


@lru_cache(maxsize=1)
def _generic_talk() -> tuple[str, ...]:
    lines = files("qa_pipeline.detect").joinpath(_GENERIC).read_text(encoding="utf-8")
    return tuple(dict.fromkeys(line.strip() for line in lines.splitlines() if line.strip()))


def _spoken(rubric: Rubric) -> tuple[Criterion, ...]:
    return tuple(c for c in rubric.criteria if c.kind in _SPOKEN)


def _sources(criterion: Criterion) -> tuple[str, ...]:
    steps = tuple(p for step in criterion.steps if not step.optional for p in step.any_of)
    return steps + criterion.any_of


def _phrases(criterion: Criterion) -> tuple[str, ...]:
    """The criterion's patterns as somebody would say them, too short ones left out."""
    said = (as_said(source) for source in _sources(criterion))
    return tuple(dict.fromkeys(text for text in said if len(text) >= _LEAST_CHARS))


def as_said(source: str) -> str:
    """A pattern as somebody would say it: no gaps, a sample in each slot."""
    parts = []
    for element in parse_pattern(source).elements:
        if isinstance(element, Literal):
            parts.append(element.char)
        elif isinstance(element, Slot):
            parts.append(_SAMPLES[element.kind])
        elif isinstance(element, Gap) and element.kind is SlotKind.NAME:
            parts.append("李")
    return "".join(parts)


def _own(criterion: Criterion, number: Mapping[str, int], rows: NDArray[np.float32]) -> list[int]:
    """The `said` examples and those phrases that together stand for all of them best."""
    said = [number[text] for text in dict.fromkeys(criterion.said)]
    phrases = [number[text] for text in _phrases(criterion)]
    if not phrases:
        return said
    likeness = rows[phrases] @ rows[phrases].T
    covered = np.zeros(len(phrases), dtype=np.float32)
    if said:
        covered = np.maximum(covered, (rows[phrases] @ rows[said].T).max(axis=1))
    chosen: list[int] = []
    for _ in range(min(_MOST_PHRASES, len(phrases))):
        # rounded: the choice must not hang on the last bit of a sum
        gains = np.round(np.maximum(likeness - covered, 0.0).sum(axis=1), 3)
        best = int(gains.argmax())
        if gains[best] <= 0:
            break
        chosen.append(best)
        covered = np.maximum(covered, likeness[best])
    return list(dict.fromkeys(said + [phrases[i] for i in chosen]))


def _obligatory_slots(criterion: Criterion) -> tuple[SlotKind, ...]:
    """The kinds of slots that most of the criterion's phrases cannot do without."""
    kinds = [
        {e.kind for e in parse_pattern(source).elements if isinstance(e, Slot)}
        for source in _sources(criterion)
    ]
    if sum(map(bool, kinds)) < _SLOT_SHARE * max(1, len(kinds)):
        return ()
    return tuple(sorted(set().union(*kinds)))


def _index(numbers: Iterable[int]) -> Whole:
    return np.array(list(numbers), dtype=np.intp)
