"""Utterances that hold one speaker each: cut between words where the speaker changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Utterance, Word
from qa_pipeline.speakers.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedUtterance:
    """An utterance with P(second party)."""

    utterance: Utterance
    second: float


def cut_at_changes(
    utterances: Sequence[Utterance], units: Sequence[Unit], second: NDArray[np.float64]
) -> tuple[OwnedUtterance, ...]:
    """The utterances, each cut where its words pass from one party to the other.

    Ids are given anew in time order where anything was cut.
    """
    starts = np.array([u.interval.start_ms for u in units])
    owned = [part for utterance in utterances for part in _parts(utterance, starts, units, second)]
    owned.sort(key=lambda o: (o.utterance.interval, o.utterance.audio_channel))
    if len(owned) == len(utterances):
        return tuple(owned)
    return tuple(
        replace(o, utterance=replace(o.utterance, utterance_id=f"u{number:04d}"))
        for number, o in enumerate(owned, start=1)
    )


def _parts(
    utterance: Utterance,
    starts: NDArray[np.int64],
    units: Sequence[Unit],
    second: NDArray[np.float64],
) -> Iterator[OwnedUtterance]:
    whole = _mean_second(utterance.interval, starts, units, second)
    texts = _texts_of_words(utterance)
    if texts is None or utterance.quarantined_because is not None:
        yield OwnedUtterance(utterance=utterance, second=whole)
        return
    words = list(zip(utterance.words, texts, strict=True))
    chances = [_mean_second(w.interval, starts, units, second) for w in utterance.words]
    runs = [
        [index for index, _ in run]
        for _, run in groupby(enumerate(chances), key=lambda pair: pair[1] > 0.5)
    ]
    if len(runs) == 1:
        yield OwnedUtterance(utterance=utterance, second=whole)
        return
    for run in runs:
        part = _part(utterance, [words[i] for i in run], run[0] == 0, run[-1] == len(words) - 1)
        yield OwnedUtterance(
            utterance=part, second=_mean_second(part.interval, starts, units, second)
        )


def _part(
    utterance: Utterance, words: Sequence[tuple[Word, str]], is_first: bool, is_last: bool
) -> Utterance:
    spoken = tuple(word for word, _ in words)
    start_ms = utterance.interval.start_ms if is_first else spoken[0].interval.start_ms
    end_ms = utterance.interval.end_ms if is_last else spoken[-1].interval.end_ms
    return replace(
        utterance,
        interval=Interval(start_ms, max(start_ms, end_ms)),
        text="".join(text for _, text in words).strip(),
        words=spoken,
        confidence=sum(word.probability for word in spoken) / len(spoken),
    )


def _texts_of_words(utterance: Utterance) -> list[str] | None:
    """The utterance's text in one piece a word, punctuation with the word before it."""
    places = []
    position = 0
    for word in utterance.words:
        found = utterance.text.find(word.text, position)
        if found < 0:
            return None
        places.append(found)
        position = found + len(word.text)
    if not places:
        return None
    places[0] = 0
    ends = [*places[1:], len(utterance.text)]
    return [utterance.text[start:end] for start, end in zip(places, ends, strict=True)]


def _mean_second(
    interval: Interval,
    starts: NDArray[np.int64],
    units: Sequence[Unit],
    second: NDArray[np.float64],
) -> float:
    first = max(0, int(np.searchsorted(starts, interval.start_ms, side="right")) - 1)
    total = weight = 0.0
    for index in range(first, len(units)):
        unit = units[index].interval
        if unit.start_ms >= interval.end_ms:
            break
        shared = unit.overlap_ms(interval)
        total += shared * float(second[index])
        weight += shared
    if weight > 0:
        return total / weight
    return float(second[first])
