"""Generates the sample calls, their metadata and their ground truth from scripts/*.yaml."""

import argparse
import csv
import io
import json
import zlib
from pathlib import Path
from typing import Any

from generator.room import encode_wav, record
from generator.script_text import CallScript, Cast, load_cast, load_scripts
from generator.timeline import Placed, find_spans, place_turns
from generator.voices import Speaker

HERE = Path(__file__).resolve().parent
COLUMNS = (
    "recording",
    "call_id",
    "agent_id",
    "agent_name",
    "team",
    "queue",
    "direction",
    "started_at",
    "ring_ms",
    "hold",
    "hang_up_by",
    "agent_channel",
    "customer_ref",
    "business_type",
    "rating",
)


def main() -> None:
    """Generate every call, or those whose file name begins with the given words."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="beginnings of recording names; all if none")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write into")
    parser.add_argument("--cache", type=Path, help="folder that keeps spoken utterances")
    options = parser.parse_args()
    for folder in (options.out, options.cache):
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
    cast = load_cast(HERE / "cast.yaml")
    scripts = load_scripts(HERE / "scripts")
    wanted = [s for s in scripts if not options.only or s.recording.startswith(tuple(options.only))]
    speaker = Speaker(options.cache)
    truths = _read_truths(options.out / "truth.json")
    for script in wanted:
        placed = speak_call(script, cast, speaker)
        audio = record(script, placed, seed=zlib.crc32(script.recording.encode()))
        (options.out / script.recording).write_bytes(encode_wav(audio))
        truths[script.recording] = describe_truth(script, placed)
        print(f"{script.recording}  {audio.shape[1] / 8000:.1f} s")
    ordered = {s.recording: truths[s.recording] for s in scripts if s.recording in truths}
    text = json.dumps(ordered, ensure_ascii=False, indent=1)
    (options.out / "truth.json").write_text(text + "\n", encoding="utf-8")
    (options.out / "calls.csv").write_text(describe_calls(scripts, cast), encoding="utf-8")


def speak_call(script: CallScript, cast: Cast, speaker: Speaker) -> list[Placed]:
    """Speak every turn of a call and put the turns on its clock."""
    voices = {
        "agent": cast.agents[script.agent_id].voice,
        "customer": cast.customers[script.customer_voice],
    }
    spoken = [speaker.say(turn.text, voices[turn.role], turn.manner) for turn in script.turns]
    return place_turns(script, spoken)


def describe_truth(script: CallScript, placed: list[Placed]) -> dict[str, Any]:
    """Say what is truly in a recording, with the times of the synthesis."""
    spans = find_spans(placed)
    said = [
        {"script": name, "start_ms": place.start_ms, "end_ms": place.end_ms}
        for place in placed
        for name in place.turn.says
    ]
    return {
        "agent_channel": None if script.line.mono else script.line.agent_channel,
        "scenario": script.scenario,
        "utterances": [
            {
                "role": place.turn.role,
                "start_ms": place.start_ms,
                "end_ms": place.end_ms,
                "text": place.turn.text,
            }
            for place in placed
        ],
        "present": sorted({span.label for span in spans} | set(script.also_present)),
        "missing": list(script.missing),
        "said": said,
        "spans": [
            {"label": span.label, "start_ms": span.start_ms, "end_ms": span.end_ms}
            for span in spans
        ],
    }


def describe_calls(scripts: list[CallScript], cast: Cast) -> str:
    """Write the metadata table that a call centre would deliver with the recordings."""
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for script in scripts:
        agent = cast.agents[script.agent_id]
        row = dict.fromkeys(COLUMNS, "") | script.facts
        row |= {
            "recording": script.recording,
            "agent_id": agent.agent_id,
            "agent_name": agent.name,
            "team": agent.team,
            "agent_channel": _channel_name(script),
        }
        writer.writerow(row)
    return table.getvalue()


def _channel_name(script: CallScript) -> str:
    """Name the agent's side of the recording, which a mono recording does not have."""
    if script.line.mono:
        return ""
    return "right" if script.line.agent_channel == 1 else "left"


def _read_truths(path: Path) -> dict[str, Any]:
    """Read the truths of an earlier run, so that one call can be made again alone."""
    if not path.exists():
        return {}
    truths: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return truths


if __name__ == "__main__":
    main()
