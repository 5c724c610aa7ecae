"""Speak examples of redaction into two-channel 8 kHz recordings, with what was said beside them.

    PYTHONPATH=data_samples:. nice -n 19 SPEAKVENV/bin/python -m benchmarks.speak_redaction

See speak_dialogues.py for SPEAKVENV. Writes CARRIERS-NAME.wav and .json into --out, a folder
outside the repository; what is there already is kept.
"""

import argparse
import json
import tempfile
from pathlib import Path
from random import Random

import numpy as np
from generator.room import encode_wav
from generator.script_text import load_cast
from generator.voices import LINE_HZ, Speaker
from numpy.typing import NDArray

from benchmarks.redaction_examples import Example, Role, examples
from benchmarks.speak_dialogues import ROOT, breaths, pronounceable

SEED = 60
COUNTS = (("development", "personal", 20), ("development", "kept", 8),
          ("held_back", "personal", 38), ("held_back", "kept", 14))  # fmt: skip
NOISE_DB = -55.0
PAUSE_MS = 350
_PAUSES = str.maketrans("-、 @.%", "，，，艾点，")


def main() -> None:
    """Speak the examples one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "redaction")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    cast = load_cast(ROOT / "data_samples/cast.yaml")
    speaker = Speaker(None, threads=1)
    for carriers, part, count in COUNTS:
        for example in examples(carriers, part, count, SEED, manner="han_yao"):
            path = out / f"{carriers}-{example.name}.wav"
            if path.exists():
                continue
            drawn = Random(path.stem)
            voices = {
                Role.AGENT: cast.agents[drawn.choice(sorted(cast.agents))].voice,
                Role.CUSTOMER: cast.customers[drawn.choice(sorted(cast.customers))],
            }
            audio = _spoken(example, speaker, voices, drawn)
            turns = [(t.role.value, [list(p) for p in t.pieces]) for t in example.turns]
            path.with_suffix(".json").write_text(
                json.dumps(turns, ensure_ascii=False), encoding="utf-8"
            )
            path.write_bytes(encode_wav(audio))
            print(f"{path.stem}: {audio.shape[1] / LINE_HZ:.1f} s", flush=True)


def _spoken(example: Example, speaker: Speaker, voices, drawn: Random) -> NDArray[np.float64]:
    pause = np.zeros(PAUSE_MS * LINE_HZ // 1000)
    channels: list[list[NDArray[np.float64]]] = [[pause], [pause]]
    for turn in example.turns:
        said = np.concatenate(
            [
                speaker.say(b, voices[turn.role], "plain")
                for b in breaths(pronounceable(turn.text.translate(_PAUSES)))
            ]
            + [pause]
        )
        own = 0 if turn.role is Role.AGENT else 1
        channels[own].append(said)
        channels[1 - own].append(np.zeros_like(said))
    audio = np.stack([np.concatenate(channel) for channel in channels])
    noise = np.random.default_rng(drawn.randrange(2**31)).normal(size=audio.shape)
    return audio + noise * 10 ** (NOISE_DB / 20)


if __name__ == "__main__":
    main()
