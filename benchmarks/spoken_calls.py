"""The calls of speak_dialogues through the real job: recognizer, speakers, sound, embeddings.

    nice python -m benchmarks.spoken_calls FOLDER [--write]

Runs `qa-pipeline run` on what has been spoken so far into FOLDER/workspace and keeps it
there: measuring again listens to nothing. --write keeps what was heard of pass_a and pass_b
in dialogues/heard.json, which fit_behaviours learns from; pass_c is never written down.
"""

import argparse
import csv
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.behaviour_data import (
    DIALOGUES,
    HEARD,
    HELD_BACK,
    TRAINING,
    Dialogue,
    read_pass,
)
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.interval import Interval, union
from qa_pipeline.domain.prosody import AgentBaseline
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.evaluate_call import analyze_call
from qa_pipeline.settings import Settings
from qa_pipeline.store import open_store
from qa_pipeline.text.normalize import han_count

MS_PER_CHAR = 220
KNOWN = ("text", "text + timing", "text + timing + voice")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenCall:
    """A dialogue as the pipeline heard it; `places` is when each of its turns was spoken."""

    dialogue: Dialogue
    call: AnalyzedCall
    places: tuple[Interval, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help=f"write dialogues/{HEARD}")
    asked = parser.parse_args()
    hear(asked.folder)
    if asked.write:
        write_heard(spoken_calls(asked.folder, held_back=False))


def hear(folder: Path) -> None:
    """Run the job on every spoken call that it has not heard yet."""
    truths = _truths(folder)
    with (folder / "calls.csv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table)
        writer.writerow(("recording", "call_id", "agent_id", "direction", "agent_channel"))
        for name, truth in truths.items():
            side = ("left", "right")[truth["agent_channel"]]
            writer.writerow((f"{name}.wav", name, truth["agent_id"], truth["direction"], side))
    program = [sys.executable, "-c", "from qa_pipeline.cli import main; main()"]
    metadata = ["--metadata", str(folder / "calls.csv")]
    workspace = ["--workspace", str(folder / "workspace")]
    subprocess.run([*program, "run", str(folder), *metadata, *workspace], check=True)


def spoken_calls(folder: Path, *, held_back: bool) -> tuple[SpokenCall, ...]:
    """What was heard of pass_c, or of pass_a and pass_b, in order of the ids."""
    names = (HELD_BACK,) if held_back else TRAINING
    dialogues = {d.name: d for name in names for d in read_pass(name)}
    truths = _truths(folder)
    with open_store(folder / "workspace", create=False) as store:
        wanted = tuple(name for name in truths if name in dialogues)
        heard = [judged.analyzed for judged in store.judged_calls(call_ids=wanted)]
    return tuple(
        SpokenCall(
            dialogue=dialogues[call.call.call_id],
            call=call,
            places=tuple(
                Interval(turn["start_ms"], turn["end_ms"])
                for turn in truths[call.call.call_id]["turns"]
            ),
        )
        for call in heard
    )


def write_heard(calls: tuple[SpokenCall, ...]) -> None:
    """Keep who said what when, as it was heard: a line a call, by its dialogue's id."""
    lines = [
        json.dumps(spoken.dialogue.name)
        + ": "
        + json.dumps(
            [
                (u.role.value, u.interval.start_ms, u.interval.end_ms, u.text)
                for u in spoken.call.transcript.judged_utterances
            ],
            ensure_ascii=False,
        )
        for spoken in calls
    ]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (DIALOGUES / HEARD).write_text(text, encoding="utf-8")


def as_known(call: AnalyzedCall, known: str, baseline: AgentBaseline | None = None) -> AnalyzedCall:
    """The call with its words alone, with its times, or with its voices too."""
    transcript, split = call.transcript, call.split
    if known == "text":
        utterances = tuple(_one_after_the_other(transcript.utterances))
        transcript = replace(transcript, utterances=utterances, times_are_estimated=True)
        speech = {
            role: union(u.interval for u in utterances if u.role is role) for role in split.speech
        }
        split = replace(split, speech=speech)
    has_voice = known == KNOWN[-1]
    return analyze_call(
        call.call,
        transcript,
        split,
        call.quality if has_voice else None,
        call.prosody if has_voice else (),
        settings=Settings(),
        baseline=baseline if has_voice else None,
        embeddings=call.embeddings,
    )


def _one_after_the_other(utterances: tuple[Utterance, ...]) -> list[Utterance]:
    placed, at_ms = [], 0
    for utterance in sorted(utterances, key=lambda u: u.interval):
        end_ms = at_ms + max(1, MS_PER_CHAR * han_count(utterance.text))
        placed.append(replace(utterance, interval=Interval(at_ms, end_ms), words=()))
        at_ms = end_ms
    return placed


def _truths(folder: Path) -> Mapping[str, dict[str, Any]]:
    """What speak_dialogues wrote beside each call that it finished."""
    return {
        path.stem: json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.wav"))
    }


if __name__ == "__main__":
    main()
