"""Where a call comes near a criterion's prototypes: all criteria of a role at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from qa_pipeline.detect.meaning import STEPS, CriterionMeaning, RubricMeaning
from qa_pipeline.domain.embeddings import Embeddings
from qa_pipeline.domain.interval import Interval
from qa_pipeline.embed import Prototypes, similarities
from qa_pipeline.text.pattern import SlotKind
from qa_pipeline.text.phrases import PhraseMatch
from qa_pipeline.text.slots import digit_costs, find_spans
from qa_pipeline.text.stream import UtteranceStream

_DENIED_COSTS = 0.2
_LEAST_DIGITS, _A_DIGIT = 3, 0.4
_DENIAL = re.compile(r"[不没别]")
_NO_DENIAL = re.compile(
    r"(.)[不没]\1|不好意思|没问题|没事|没关系|不客气|特别|别的|分别|差别|不过|不但|不仅|不要紧"
)

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeantSpan:
    """A stretch of a role's stream and how near it comes to a criterion.

    `near` is the cosine with its nearest own prototype `wanted`, `lead` that minus the
    nearest of all that is not meant, `lean` the side of the criterion's line on which
    it lies. `denied`: it holds a denial that `wanted` does not, or the other way round.
    """

    start_column: int
    end_column: int
    wanted: str
    near: float
    lead: float
    lean: float
    denied: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeantStretches:
    """All stretches under one criterion's prototypes: an entry each, in the order of the call.

    See MeantSpan; `wanted` are places in `texts`.
    """

    texts: Sequence[str]
    starts: Whole
    ends: Whole
    start_ms: Whole
    wanted: Whole
    near: Floats
    lead: Floats
    lean: Floats
    denied: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.starts)

    def within(self, windows: Sequence[Interval]) -> "MeantStretches":
        """Those that begin in one of the windows."""
        chosen = np.zeros(len(self), dtype=bool)
        for window in windows:
            chosen |= (self.start_ms >= window.start_ms) & (self.start_ms < window.end_ms)
        return self.only(chosen)

    def without(self, matches: Sequence[PhraseMatch]) -> "MeantStretches":
        """Those in which none of the matches stands."""
        taken = np.zeros(len(self), dtype=bool)
        for match in matches:
            taken |= self._overlapping(match)
        return self.only(~taken)

    def at(self, match: PhraseMatch) -> "MeantStretches":
        """Those in which the match stands."""
        return self.only(self._overlapping(match))

    @property
    def best(self) -> MeantSpan | None:
        """The one that leans furthest to the criterion; of equal ones the first."""
        if not len(self):
            return None
        at = int(np.lexsort((self.starts, -(self.lean - _DENIED_COSTS * self.denied)))[0])
        return MeantSpan(
            start_column=int(self.starts[at]),
            end_column=int(self.ends[at]),
            wanted=self.texts[int(self.wanted[at])],
            near=float(self.near[at]),
            lead=float(self.lead[at]),
            lean=float(self.lean[at]),
            denied=bool(self.denied[at]),
        )

    def only(self, chosen: NDArray[np.bool_]) -> "MeantStretches":
        """The chosen entries."""
        if chosen.all():
            return self
        return MeantStretches(
            texts=self.texts,
            starts=self.starts[chosen],
            ends=self.ends[chosen],
            start_ms=self.start_ms[chosen],
            wanted=self.wanted[chosen],
            near=self.near[chosen],
            lead=self.lead[chosen],
            lean=self.lean[chosen],
            denied=self.denied[chosen],
        )

    def _overlapping(self, match: PhraseMatch) -> NDArray[np.bool_]:
        return (self.starts < match.end_column) & (match.start_column < self.ends)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Asked:
    """The prototypes that some criteria are compared with, in an order of their own.

    `groups` are stretches of them, each with the criteria that all of it speaks against:
    most prototypes are others to most criteria, and are looked at once for all.
    """

    prototypes: Prototypes
    denying: NDArray[np.bool_]
    criteria: Mapping[str, CriterionMeaning]
    groups: tuple[tuple[slice, frozenset[str]], ...]
    directions: Floats


class NearMeanings:
    """What the stretches of one role come near to, for the `asked` criteria together.

    `places` are row of the embeddings, first column and one past the last of each stretch.
    """

    def __init__(
        self,
        meaning: RubricMeaning,
        asked: tuple[str, ...],
        embeddings: Embeddings,
        stream: UtteranceStream,
        places: Sequence[tuple[int, int, int]],
    ) -> None:
        self._asked = _asked(meaning, asked)
        self._stream = stream
        table = np.array(places, dtype=np.int64).reshape(-1, 3)
        rows, self._starts, self._ends = table.T
        self._similar = similarities(self._asked.prototypes, embeddings, rows)
        self._leans = _leans(self._asked.directions, embeddings, rows)
        self._start_ms = np.array(stream.start_ms, dtype=np.int64)[self._starts]
        self._groups = [(self._similar[g].max(axis=0), ids) for g, ids in self._asked.groups]

    @cached_property
    def _denied(self) -> NDArray[np.bool_]:
        text, ends = self._stream.text, self._ends.tolist()
        said = zip(self._starts.tolist(), ends, strict=True)
        return np.array([_denies(text[start:end]) for start, end in said], dtype=np.bool_)

    def to(self, criterion_id: str) -> MeantStretches | None:
        """How near each stretch comes; those without an obligatory slot are left out.

        None for a criterion that was not asked for or has nothing to compare with.
        """
        meant = self._asked.criteria.get(criterion_id)
        if meant is None or not len(meant.own) or not len(self._starts):
            return None
        wanted = meant.own[self._similar[meant.own].argmax(axis=0)]
        near = self._similar[wanted, np.arange(len(wanted))]
        away = [most for most, ids in self._groups if criterion_id in ids]
        if len(meant.against):
            away.append(self._similar[meant.against].max(axis=0))
        # what is unlike all that is not meant is no nearer than what has nothing in common
        both_known = len(meant.against) > 0 and len(away) > 1
        furthest = away if both_known else [*away, np.zeros(len(wanted))]
        found = MeantStretches(
            texts=self._asked.prototypes.texts,
            starts=self._starts,
            ends=self._ends,
            start_ms=self._start_ms,
            wanted=wanted,
            near=near,
            lead=near - np.maximum.reduce(furthest),
            lean=self._leans[list(self._asked.criteria).index(criterion_id)] + meant.offset,
            denied=self._denied != self._asked.denying[wanted],
        )
        return found if not meant.slots else found.only(self._with_slot(meant.slots))

    def _with_slot(self, kinds: Sequence[SlotKind]) -> NDArray[np.bool_]:
        """The stretches in whose utterance one of the slots is said."""
        owners = np.array(self._stream.owners, dtype=np.int64)
        filled = owners[sorted(_slot_columns(kinds, self._stream))]
        return np.isin(owners[self._starts], filled)


@lru_cache(maxsize=16)
def _asked(meaning: RubricMeaning, asked: tuple[str, ...]) -> _Asked:
    chosen = {key: meaning.criteria[key] for key in asked if key in meaning.criteria}
    used: dict[int, set[str]] = {}
    for key, meant in chosen.items():
        for row in (*meant.own.tolist(), *meant.against.tolist()):
            used.setdefault(row, set())
        for row in meant.others.tolist():
            used.setdefault(row, set()).add(key)
    order = sorted(used, key=lambda row: (sorted(used[row]), row))
    place = np.zeros(len(meaning.prototypes.texts), dtype=np.intp)
    place[order] = np.arange(len(order))
    starts = [0, *(at for at in range(1, len(order)) if used[order[at]] != used[order[at - 1]])]
    stops = [*starts[1:], len(order)]
    texts = tuple(meaning.prototypes.texts[row] for row in order)
    return _Asked(
        prototypes=Prototypes(
            texts=texts,
            model_digest=meaning.prototypes.model_digest,
            rows=meaning.prototypes.rows[order],
            lengths=meaning.prototypes.lengths[order],
        ),
        denying=np.array([_denies(text) for text in texts], dtype=np.bool_),
        criteria={
            key: replace(
                meant,
                own=place[meant.own],
                against=place[meant.against],
                others=place[meant.others],
            )
            for key, meant in chosen.items()
        },
        groups=tuple(
            (slice(start, stop), frozenset(used[order[start]]))
            for start, stop in zip(starts, stops, strict=True)
            if order
        ),
        directions=np.stack([m.direction for m in chosen.values()]) if chosen else np.zeros((0, 1)),
    )


def _leans(directions: Floats, embeddings: Embeddings, rows: Whole) -> Floats:
    """The lean of each row before its offset, shape (criteria, rows)."""
    shape = (-1, embeddings.dimensions)
    vectors = np.frombuffer(embeddings.vectors, dtype=np.int8).reshape(shape)[rows]
    vectors = vectors.astype(np.float64)
    lengths = np.sqrt(np.maximum((vectors * vectors).sum(axis=1), 1.0)) * STEPS
    # Sums of whole numbers are exact in any order; waking a second BLAS thread costs more.
    with _blas().limit(limits=1, user_api="blas"):
        leans: Floats = (directions @ vectors.T) / lengths
    return leans


def _slot_columns(kinds: Sequence[SlotKind], stream: UtteranceStream) -> set[int]:
    """The columns where one of the slots begins."""
    starts: set[int] = set()
    for kind in kinds:
        if kind is SlotKind.DIGITS:
            is_digit = digit_costs(stream) <= _A_DIGIT
            run = 0
            for column, digit in enumerate(is_digit):
                run = run + 1 if digit else 0
                if run >= _LEAST_DIGITS:
                    starts.add(column)
        else:
            starts |= {span.start for span in find_spans(kind, stream)}
    return starts


def _denies(text: str) -> bool:
    if not _DENIAL.search(text):
        return False
    return len(_DENIAL.findall(_NO_DENIAL.sub("", text))) % 2 == 1


@lru_cache(maxsize=1)
def _blas() -> ThreadpoolController:
    return ThreadpoolController()
