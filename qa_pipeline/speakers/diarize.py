"""One channel, two parties: which of them speaks each unit of speech."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, diags

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.speakers.turn_taking import change_probabilities, read_parties
from qa_pipeline.speakers.units import Unit, pieces_of, units_of
from qa_pipeline.speakers.voices import VoiceWindows, centres_of, divisions, listen

CERTAINTY = 130.0
"""Log odds for a second of speech and a unit of cosine difference."""

MOST_EVIDENCE = 6.0
_CLOSENESS = 30.0
_TOLERANCE = 10.0
_TRIED = 6
_ROUNDS = 6
_NEAR_MS = 200.0
_WORDING_SHARE = 0.5

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diarization:
    """`second` is P(second party) of each unit; `likeness` the cosine of the two mean voices.

    `likeness` is 1.0 where there was too little speech to hear two voices.
    """

    units: tuple[Unit, ...]
    second: Floats
    likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    units: tuple[Unit, ...]
    windows: VoiceWindows
    changes: Floats
    wording: Floats
    to_units: Any
    to_windows: Any


def diarize(
    samples: NDArray[Any],
    speech: Sequence[Interval],
    utterances: Sequence[Utterance],
    asks: Sequence[bool],
    wording: Sequence[float],
) -> Diarization | None:
    """Divide the speech of (samples,) at 16 kHz between two parties.

    `asks` and `wording` are by utterance: whether it ends in a question, and the
    log odds, from its words alone, that an agent says it. None where there is
    too little speech to hear any voice.
    """
    units = units_of(speech, utterances)
    windows = listen(samples, pieces_of(speech, utterances))
    starts = divisions(windows, _TRIED)
    if not starts or not units:
        return None
    to_units, to_windows = _cover(units, windows)
    scene = _Scene(
        units=units,
        windows=windows,
        changes=change_probabilities(units, asks),
        wording=_wording_of(units, wording),
        to_units=to_units,
        to_windows=to_windows,
    )
    outcomes = [
        _settle(scene, division.astype(np.float64), sign)
        for division in starts
        for sign in (1.0, -1.0)
    ]
    best = max(outcomes, key=lambda o: o[2])
    return Diarization(units=units, second=_agreed(outcomes, best), likeness=best[1])


def _agreed(
    outcomes: Sequence[tuple[Floats, float, float]], best: tuple[Floats, float, float]
) -> Floats:
    """Mean over all divisions, by merit: where good divisions disagree, nobody is sure."""
    total, weights = np.zeros(len(best[0])), 0.0
    for second, _, merit in outcomes:
        weight = float(np.exp((merit - best[2]) / _TOLERANCE))
        is_swapped = float(((second - 0.5) * (best[0] - 0.5)).sum()) < 0
        total += weight * (1.0 - second if is_swapped else second)
        weights += weight
    return np.asarray(total / weights)


def _settle(scene: _Scene, second: Floats, sign: float) -> tuple[Floats, float, float]:
    """Alternate between mean voices and turns; `sign` says which party's words are an agent's."""
    for _ in range(_ROUNDS):
        one, other = centres_of(scene.windows, second)
        leaning = scene.windows.voices @ (other - one)
        parties = read_parties(_evidence(scene, leaning, sign), scene.changes)
        before, second = second, scene.to_windows @ parties
        if np.abs(before - second).max() < 0.01:
            break
    return parties, float(one @ other), _merit(scene, parties, sign)


def _merit(scene: _Scene, second: Floats, sign: float) -> float:
    """How well a division explains voices, turns and words, as a log-likelihood."""
    windows = scene.windows
    theirs = scene.to_windows @ second
    one, other = centres_of(windows, theirs)
    fit = (1.0 - theirs) * (windows.voices @ one) + theirs * (windows.voices @ other)
    changed = second[1:] * (1.0 - second[:-1]) + (1.0 - second[1:]) * second[:-1]
    expected = scene.changes[1:]
    turns = np.log(changed * expected + (1.0 - changed) * (1.0 - expected))
    words = sign * _WORDING_SHARE * scene.wording * (second - 0.5)
    return float(_CLOSENESS * windows.weights @ fit + turns.sum() + words.sum())


def _evidence(scene: _Scene, leaning: Floats, sign: float) -> Floats:
    heard = scene.to_units @ leaning
    seconds = np.array([u.interval.duration_ms / 1000 for u in scene.units])
    voice = np.clip(CERTAINTY * heard * seconds, -MOST_EVIDENCE, MOST_EVIDENCE)
    return np.asarray(voice + sign * _WORDING_SHARE * scene.wording)


def _cover(units: Sequence[Unit], windows: VoiceWindows) -> tuple[Any, Any]:
    """Sparse weights: windows → units (the nearest count most) and units → windows."""
    ends = [u.interval.end_ms for u in units]
    rows, columns, shared, near = [], [], [], []
    for w, (start_ms, end_ms) in enumerate(zip(windows.start_ms, windows.end_ms, strict=True)):
        for u in range(bisect_right(ends, start_ms), len(units)):
            here = units[u].interval
            if here.start_ms >= end_ms:
                break
            overlap_ms = min(end_ms, here.end_ms) - max(start_ms, here.start_ms)
            apart_ms = abs(start_ms + end_ms - here.start_ms - here.end_ms) / 2
            rows.append(u)
            columns.append(w)
            shared.append(float(overlap_ms))
            near.append(overlap_ms * float(np.exp(-apart_ms / _NEAR_MS)))
    shape = (len(units), len(windows))
    to_units = coo_matrix((near, (rows, columns)), shape=shape).tocsr()
    to_windows = coo_matrix((shared, (columns, rows)), shape=shape[::-1]).tocsr()
    return _rows_to_one(to_units), _rows_to_one(to_windows)


def _rows_to_one(weights: Any) -> Any:
    sums = np.asarray(weights.sum(axis=1)).ravel()
    return diags(1.0 / np.maximum(sums, 1e-9)) @ weights


def _wording_of(units: Sequence[Unit], wording: Sequence[float]) -> Floats:
    """Each utterance's wording, shared among its units by their length."""
    lengths: dict[int, int] = {}
    for unit in units:
        if unit.utterance is not None:
            lengths[unit.utterance] = lengths.get(unit.utterance, 0) + unit.interval.duration_ms
    return np.array(
        [
            0.0
            if unit.utterance is None
            else wording[unit.utterance] * unit.interval.duration_ms / lengths[unit.utterance]
            for unit in units
        ]
    )
