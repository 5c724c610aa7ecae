"""Fit the ear for dictated digits (qa_pipeline/transcribe/dictation.py) and measure it.

    nice python -m benchmarks.fit_digits SPOKEN --kept-in FOLDER [--out digit_ear.npz]
        [--leave-out held_back]

SPOKEN is what speak_redaction.py filled; only the sets of carriers that were worked on are
read, never held_back_second. Each example is heard as it is and changed twice (speed and
pitch, gain, noise, colour), so that the voices are not learnt. The encoder's frames are
projected on 32 directions (principal components), pooled around each frame, and told apart by
a network with 24 hidden units. `--leave-out` fits without one set and measures on it. Human
voices (../shared/data/asr: one speaker of AISHELL-1, also through 8 kHz µ-law) are only
measured. Needs scikit-learn; half an hour of one core.
"""

import argparse
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier

from benchmarks.digit_frames import (
    DIGIT,
    OTHER,
    Heard,
    Segment,
    Sounds,
    examples_of,
    segments,
    windows_with_truth,
)
from benchmarks.listening import channels_of
from qa_pipeline.transcribe.dictation import DigitEar, pooled

SETS = ("development", "development_second", "held_back")
COPIES = 2
HUMAN = Path("../shared/data/asr")
DIRECTIONS, HIDDEN, PENALTY, ROUNDS = 32, 24, 1.0, 20
_PAUSE = 8000
_TOGETHER = 5

Frames = NDArray[np.float32]


def main() -> None:
    """Fit, print areas under the curve, and write the weights if asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("spoken", type=Path)
    parser.add_argument("--kept-in", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--leave-out", choices=SETS)
    asked = parser.parse_args()
    sets = {s: list(examples_of(asked.spoken, s, COPIES, asked.kept_in)) for s in SETS}
    ear = fit([h for name, heard in sets.items() if name != asked.leave_out for h in heard])
    if asked.leave_out:
        print(f"{asked.leave_out}, changed and not: {measured(ear, sets[asked.leave_out])}")
    if HUMAN.exists():
        for is_narrow in (False, True):
            name = "8 kHz µ-law" if is_narrow else "16 kHz"
            print(f"a human voice, {name}: {measured(ear, human(is_narrow=is_narrow))}")
    if asked.out:
        arrays = {name: getattr(ear, name).astype(np.float16) for name in DigitEar.__slots__}
        np.savez_compressed(asked.out, **arrays)


def fit(heard: Sequence[Heard]) -> DigitEar:
    """The ear that tells these frames apart best."""
    mean, projection = _directions(np.concatenate([h.rows[::4] for h in heard]))
    parts = [(_seen(h, mean, projection)[::2], h.truth[h.truth >= 0][::2]) for h in heard]
    inputs = np.concatenate([x for x, _ in parts])
    truth = np.concatenate([y for _, y in parts])
    spread = inputs.std(axis=0)
    network = MLPClassifier(
        (HIDDEN,), alpha=PENALTY, batch_size=512, max_iter=ROUNDS, early_stopping=True,
        random_state=0,
    )  # fmt: skip
    network.fit(inputs / spread, truth == DIGIT)
    (hidden, output), (hidden_bias, output_bias) = network.coefs_, network.intercepts_
    return DigitEar(
        mean=mean,
        projection=projection,
        hidden=(hidden / spread[:, np.newaxis]).astype(np.float32),
        hidden_bias=hidden_bias.astype(np.float32),
        output=output[:, 0].astype(np.float32),
        output_bias=output_bias.astype(np.float32),
    )


def _directions(rows: NDArray[np.float16]) -> tuple[Frames, Frames]:
    """The mean, and the projection on whitened principal components."""
    exact = rows.astype(np.float32)
    mean, spread = exact.mean(axis=0), exact.std(axis=0) + 1e-3
    scaled = (exact - mean) / spread
    powers, axes = np.linalg.eigh(scaled.T @ scaled / len(scaled))
    first = np.argsort(powers)[::-1][:DIRECTIONS]
    return mean, axes[:, first] / np.sqrt(powers[first]) / spread[:, np.newaxis]


def _seen(heard: Heard, mean: Frames, projection: Frames) -> Frames:
    frames = pooled((heard.rows.astype(np.float32) - mean) @ projection)
    return frames[heard.truth >= 0]


def measured(ear: DigitEar, heard: Iterable[Heard]) -> str:
    """Area under the curve, and shares of frames above one half."""
    told = [(ear.shares(h.rows.astype(np.float32)), h.truth) for h in heard]
    shares, truth = (np.concatenate(column) for column in zip(*told, strict=True))
    found, false = (float((shares[truth == kind] > 0.5).mean()) for kind in (DIGIT, OTHER))
    area = roc_auc_score(truth[truth >= 0], shares[truth >= 0])
    return (
        f"area {area:.3f}, found {found:.1%} of {(truth == DIGIT).sum()} frames of digits, "
        f"taken for digits {false:.1%} of {(truth == OTHER).sum()} others"
    )


def human(*, is_narrow: bool) -> Iterator[Heard]:
    """Read sentences and telephone numbers of one speaker, five after one another in a call."""
    lines = (HUMAN / "refs.tsv").read_text(encoding="utf-8-sig").splitlines()
    spoken = [line.split("\t") for line in lines if line.partition("\t")[0].endswith(".flac")]
    spoken.sort(key=lambda one: zlib.crc32(one[0].encode()))
    for start in range(0, len(spoken), _TOGETHER):
        said: list[Segment] = []
        sounds: list[Sounds] = []
        at = 0
        for name, text in spoken[start : start + _TOGETHER]:
            sound = channels_of(HUMAN / name)[0]
            sound = _through_telephone(sound) if is_narrow else sound
            said += segments(sound, text.strip("\ufeff "), at / 16)
            sounds += [sound, np.zeros(_PAUSE, dtype=np.int16)]
            at += len(sound) + _PAUSE
        yield from windows_with_truth(np.concatenate(sounds)[np.newaxis], {0: said})


def _through_telephone(sound: Sounds) -> Sounds:
    """8 kHz, µ-law (ITU-T G.711) in 8 bits, and back."""
    line = np.clip(resample_poly(sound / 32768.0, 1, 2), -1, 1)
    code = np.round(np.sign(line) * np.log1p(255 * np.abs(line)) / np.log(256) * 127) / 127
    back = np.sign(code) * (256 ** np.abs(code) - 1) / 255
    return np.clip(resample_poly(back, 2, 1) * 32768, -32767, 32767).astype(np.int16)


if __name__ == "__main__":
    main()
