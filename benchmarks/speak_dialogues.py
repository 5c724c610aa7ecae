"""Speak the written dialogues of benchmarks/dialogues into two-channel 8 kHz calls.

    uv venv SPEAKVENV && uv pip install -p SPEAKVENV -r data_samples/requirements.txt
    PYTHONPATH=data_samples nice -n 19 SPEAKVENV/bin/python benchmarks/speak_dialogues.py

Needs the packages of data_samples alone (Kokoro's voices), not the pipeline. Writes
ID.wav and ID.json (agent, channel, the turns with the times of the synthesis) into --out,
a folder outside the repository; what is there already is kept, so a stopped run goes on.
Who speaks, the line's loudness, noise and leak, and the agent's channel are drawn from the
dialogue's id alone. The order is fixed (`in_order`): any beginning of it holds positives
and near-misses of every behaviour.
"""

import argparse
import json
import os
import random
import tempfile
import time
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from generator.room import encode_wav, record
from generator.script_text import CallScript, Cast, Line, Turn, Voice, load_cast
from generator.timeline import Placed, place_turns
from generator.voices import LINE_HZ, Speaker
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
DIALOGUES = ROOT / "benchmarks/dialogues"
BEHAVIOURS = ("arguing", "interrogating", "monologuing", "coldness", "stiffness")
MANNERS = {"raised": "angry", "flat": "flat", "fast": "fast", "soft": "soft"}
USUAL_PACE, USUAL_GAP_MS = 4.6, 400
SLOWEST, FASTEST = 0.7, 1.5
LONGEST_CHARS = 60
BREATH_MS = 180
LETTERS = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789…—：",
    "诶必西弟伊福记齿爱杰开勒目恩欧批丘二斯踢优微达克歪贼零一二三四五六七八九，，，",
)
"""The voices speak Mandarin alone: how a Chinese speaker says letters and digits."""


def main() -> None:
    """Speak the dialogues of the passes asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "spoken")
    parser.add_argument("--passes", nargs="+", default=["pass_c", "pass_a", "pass_b"])
    parser.add_argument("--each", type=int, default=20, help="dialogues of each pass")
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    cast = load_cast(ROOT / "data_samples/cast.yaml")
    speaker = Speaker(None, threads=1)

    def finish(dialogue: Mapping[str, Any]) -> str:
        begun = time.monotonic()
        truth, audio = speak(dialogue, cast, speaker)
        wav = asked.out / f"{dialogue['id']}.wav"
        _write(wav.with_suffix(".json"), json.dumps(truth, ensure_ascii=False, indent=1))
        _write(wav, encode_wav(audio))
        seconds = audio.shape[1] / LINE_HZ
        return f"{wav.stem}: {seconds:.0f} s of call in {time.monotonic() - begun:.0f} s"

    wanted = [
        dialogue
        for name in asked.passes
        for dialogue in in_order(
            yaml.safe_load((DIALOGUES / f"{name}.yaml").read_text(encoding="utf-8"))
        )[: asked.each]
        if not (asked.out / f"{dialogue['id']}.wav").exists()
    ]
    # The model leaves Python's lock, and two calls at a time waste less than two threads a call.
    with ThreadPoolExecutor(asked.threads) as pool:
        for line in pool.map(finish, wanted):
            print(line, flush=True)


def in_order(dialogues: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Round by round the next positive and near-miss of each behaviour, the shortest first."""
    left = sorted(dialogues, key=lambda d: (sum(len(t["text"]) for t in d["turns"]), d["id"]))
    found: list[Mapping[str, Any]] = []
    while left:
        before = len(left)
        for key in ("present", "near_miss"):
            for behaviour in BEHAVIOURS:
                taken = next((d for d in left if behaviour in (d.get(key) or ())), None)
                if taken is not None:
                    left.remove(taken)
                    found.append(taken)
        if len(left) == before:
            return found + left
    return found


def speak(
    dialogue: Mapping[str, Any], cast: Cast, speaker: Speaker
) -> tuple[dict[str, Any], NDArray[np.float64]]:
    """What was said when and by whom, and the recorded call, a row a channel."""
    drawn = random.Random(dialogue["id"])
    script = _script(dialogue, cast, drawn)
    voices = {
        "agent": cast.agents[script.agent_id].voice,
        "customer": cast.customers[script.customer_voice],
    }
    spoken = [
        _say(speaker, turn, voices[turn.role], float(raw.get("pace", USUAL_PACE)))
        for turn, raw in zip(script.turns, dialogue["turns"], strict=True)
    ]
    placed = place_turns(script, spoken)
    audio = record(script, placed, seed=zlib.crc32(dialogue["id"].encode()))
    return _truth(script, placed), audio


def _script(dialogue: Mapping[str, Any], cast: Cast, drawn: random.Random) -> CallScript:
    return CallScript(
        recording=f"{dialogue['id']}.wav",
        scenario=dialogue["scenario"],
        facts={"direction": dialogue.get("direction", "inbound")},
        agent_id=drawn.choice(sorted(cast.agents)),
        customer_voice=drawn.choice(sorted(cast.customers)),
        line=Line(
            agent_channel=drawn.randrange(2),
            mono=False,
            agent_gain_db=round(drawn.uniform(-3, 2), 1),
            customer_gain_db=round(drawn.uniform(-4, 2), 1),
            noise_db=round(drawn.uniform(-62, -52), 1),
            leak_db=drawn.choice((None, None, -38.0, -44.0)),
            ring_back_ms=0,
        ),
        lead_in_ms=800,
        tail_ms=700,
        turns=tuple(
            Turn(
                role=turn["role"],
                text=turn["text"].strip(),
                pause_ms=int(turn.get("gap_ms", USUAL_GAP_MS)),
                manner=MANNERS.get(turn.get("voice"), "plain"),
                says=(),
                marks=(),
                opens=(),
                closes=(),
                silence_label="",
                overlap_label="",
            )
            for turn in dialogue["turns"]
        ),
        also_present=(),
        missing=(),
    )


def _say(speaker: Speaker, turn: Turn, voice: Voice, pace: float) -> NDArray[np.float64]:
    ratio = min(FASTEST, max(SLOWEST, pace / USUAL_PACE))
    paced = replace(voice, speed_ratio=round(voice.speed_ratio * ratio, 3))
    breath = np.zeros(BREATH_MS * LINE_HZ // 1000)
    pieces: list[NDArray[np.float64]] = []
    for piece in breaths(pronounceable(turn.text)):
        pieces += [speaker.say(piece, paced, turn.manner), breath]
    return np.concatenate(pieces[:-1])


def pronounceable(text: str) -> str:
    """The text with letters and digits spelt and pauses that the voice knows."""
    return text.upper().translate(LETTERS)


def breaths(text: str) -> list[str]:
    """The text in pieces that the voice can say in one breath, cut at its commas."""
    pieces = [""]
    for clause in text.replace("。", "，").split("，"):
        if not clause:
            continue
        longer = f"{pieces[-1]}，{clause}" if pieces[-1] else clause
        if len(longer) <= LONGEST_CHARS or not pieces[-1]:
            pieces[-1] = longer
        else:
            pieces.append(clause)
    return pieces


def _truth(script: CallScript, placed: Sequence[Placed]) -> dict[str, Any]:
    return {
        "agent_channel": script.line.agent_channel,
        "agent_id": script.agent_id,
        "direction": script.facts["direction"],
        "turns": [{"start_ms": p.start_ms, "end_ms": p.end_ms} for p in placed],
    }


def _write(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_bytes(content.encode() if isinstance(content, str) else content)
    os.replace(partial, path)


if __name__ == "__main__":
    main()
