"""Speak examples of redaction into two-channel 8 kHz calls, with what was said beside them.

    PYTHONPATH=data_samples:. nice -n 19 SPEAKVENV/bin/python -m benchmarks.speak_redaction

See speak_dialogues.py for SPEAKVENV. Writes CARRIERS-NAME.wav and .json (the turns with
their times and what each stretch of them is) into --out, a folder outside the repository;
what is there already is kept, so a stopped run goes on. The parts take turns: any
beginning of the run holds all of them. `benchmarks/redaction_heard.py` listens to them.
"""

import argparse
import json
import random
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from generator.room import encode_wav, record
from generator.script_text import CallScript, Cast, Line, Turn, load_cast
from generator.timeline import Placed, place_turns
from generator.voices import LINE_HZ, Speaker
from numpy.typing import NDArray

from benchmarks.redaction_examples import Example, examples
from benchmarks.speak_dialogues import BREATH_MS, ROOT, breaths, pronounceable

SEED = 60
PARTS = (("personal", 4), ("kept", 3))
"""Of seven examples of a set of carriers four hold personal data and three do not."""
PAUSE_MS = (250, 700)
_PAUSES = str.maketrans(
    {"-": "，", "、": "，", " ": "", "@": "艾特", ".": "点", "%": "", "？": "，"}
)
_NO_WORDS = "，。、 "


def main() -> None:
    """Speak the examples one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "redaction")
    parser.add_argument("--carriers", nargs="+", default=["held_back_second", "held_back"])
    parser.add_argument("--each", type=int, default=210, help="examples of each set of carriers")
    parser.add_argument("--backwards", action="store_true", help="beside a run from the front")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    cast = load_cast(ROOT / "data_samples/cast.yaml")
    speaker = Speaker(None, threads=1)
    wanted = list(_in_turn(asked.carriers, asked.each))
    for name, example in reversed(wanted) if asked.backwards else wanted:
        path = asked.out / f"{name}.wav"
        if path.exists():
            continue
        begun = time.monotonic()
        truth, audio = _spoken(name, example, cast, speaker)
        path.with_suffix(".json").write_text(
            json.dumps(truth, ensure_ascii=False), encoding="utf-8"
        )
        path.write_bytes(encode_wav(audio))
        seconds = audio.shape[1] / LINE_HZ
        print(f"{name}: {seconds:.1f} s in {time.monotonic() - begun:.1f} s", flush=True)


def _in_turn(carriers: Sequence[str], each: int) -> Iterator[tuple[str, Example]]:
    columns = [_of(name, part, each * share // 7) for name in carriers for part, share in PARTS]
    return (one for one in chain(*zip_longest(*columns)) if one is not None)


def _of(carriers: str, part: str, count: int) -> list[tuple[str, Example]]:
    drawn = examples(carriers, part, count, SEED, manner="han_yao")
    return [(f"{carriers}-{example.name}", example) for example in drawn]


def _spoken(
    name: str, example: Example, cast: Cast, speaker: Speaker
) -> tuple[dict[str, Any], NDArray[np.float64]]:
    drawn = random.Random(name)
    script = _script(name, example, cast, drawn)
    voices = {
        "agent": cast.agents[script.agent_id].voice,
        "customer": cast.customers[script.customer_voice],
    }
    breath = np.zeros(BREATH_MS * LINE_HZ // 1000)
    spoken = []
    for turn in script.turns:
        pieces = [(speaker.say(b, voices[turn.role], "plain"), breath) for b in breaths(turn.text)]
        spoken.append(np.concatenate([*chain(*pieces)][:-1]))
    placed = place_turns(script, spoken)
    return _truth(example, placed), record(script, placed, seed=zlib.crc32(name.encode()))


def _script(name: str, example: Example, cast: Cast, drawn: random.Random) -> CallScript:
    return CallScript(
        recording=f"{name}.wav",
        scenario="redaction",
        facts={"direction": "inbound"},
        agent_id=drawn.choice(sorted(cast.agents)),
        customer_voice=drawn.choice(sorted(cast.customers)),
        line=Line(
            agent_channel=0,
            mono=False,
            agent_gain_db=round(drawn.uniform(-3, 2), 1),
            customer_gain_db=round(drawn.uniform(-4, 2), 1),
            noise_db=round(drawn.uniform(-62, -52), 1),
            leak_db=drawn.choice((None, None, -38.0, -44.0)),
            ring_back_ms=0,
        ),
        lead_in_ms=500,
        tail_ms=500,
        turns=tuple(
            Turn(
                role=turn.role.value,
                text=pronounceable(turn.text.translate(_PAUSES)),
                pause_ms=drawn.randint(*PAUSE_MS),
                manner="plain",
                says=(),
                marks=(),
                opens=(),
                closes=(),
                silence_label="",
                overlap_label="",
            )
            for turn in _said(example)
        ),
        also_present=(),
        missing=(),
    )


def _said(example: Example) -> list[Any]:
    return [turn for turn in example.turns if turn.text.strip(_NO_WORDS)]


def _truth(example: Example, placed: Sequence[Placed]) -> dict[str, Any]:
    turns = [
        {
            "role": turn.role.value,
            "start_ms": place.start_ms,
            "end_ms": place.end_ms,
            "pieces": [[piece.text, piece.kind] for piece in turn.pieces],
        }
        for turn, place in zip(_said(example), placed, strict=True)
    ]
    return {"agent_channel": 0, "turns": turns}


if __name__ == "__main__":
    main()
