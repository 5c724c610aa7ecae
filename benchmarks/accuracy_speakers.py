"""Who speaks: diarization error, role accuracy and coverage, channel roles either way round.

    python -m benchmarks.accuracy_speakers [--public ../shared/data] [--cache DIR]

Mono mixes of the two-channel calls and samples (the channels' voice activity is
the truth), the diarization excerpts, and two-channel samples with the agent's
channel hidden and swapped. Exits 1 below a floor. `--cache` keeps what the
recognizer heard, as pickles that only this program should read.
"""

import argparse
import csv
import json
import pickle
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from qa_pipeline.domain.call import Call, Direction, Recording, Role
from qa_pipeline.domain.interval import Interval, intersection, total_ms, union
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.ingest import IngestOptions, SourceFile, read_channels, read_recording
from qa_pipeline.speakers import assign_roles
from qa_pipeline.speakers.diarize import diarize
from qa_pipeline.speakers.wording import agent_log_odds, ends_in_question
from qa_pipeline.transcribe import AudioInput, load_recognizer

SAMPLES = Path(__file__).parents[1] / "data_samples"
FRAME_MS, COLLAR_MS = 10, 250
MOST_DER, LEAST_RIGHT, LEAST_GIVEN = 0.12, 0.95, 0.80
GOAL_RIGHT = 0.97

Parties = Mapping[str, Sequence[Interval]]


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What the recognizer made of one file."""

    transcript: Transcript
    speech: tuple[tuple[Interval, ...], ...]
    channels: NDArray[np.float32]


def diarization_error(truth: Parties, found: Parties, duration_ms: int) -> float:
    """Missed, false and confused speech over all speech, 0.25 s around each border left out."""
    n = duration_ms // FRAME_MS + 1
    scored = np.ones(n, dtype=bool)
    for border in (t for i in truth.values() for x in i for t in (x.start_ms, x.end_ms)):
        first = max(0, border - COLLAR_MS) // FRAME_MS
        scored[first : (border + COLLAR_MS) // FRAME_MS] = False
    rows = np.stack([_frames(i, n) & scored for i in truth.values()])
    columns = np.stack([_frames(i, n) & scored for i in found.values()])
    shared = rows.astype(int) @ columns.T.astype(int)
    matched = shared[linear_sum_assignment(-shared)].sum()
    spoken, heard = rows.sum(axis=0), columns.sum(axis=0)
    return float((np.maximum(spoken, heard).sum() - matched) / max(1, spoken.sum()))


def _frames(intervals: Sequence[Interval], n: int) -> NDArray[np.bool_]:
    frames = np.zeros(n, dtype=bool)
    for interval in intervals:
        frames[interval.start_ms // FRAME_MS : interval.end_ms // FRAME_MS] = True
    return frames


class Listener:
    """Recognizes files, as they are or mixed to mono, each once."""

    def __init__(self, cache: Path | None, models: Path) -> None:
        self._cache, self._models = cache, models
        self._recognizer: Any = None

    def hear(self, path: Path, *, mono: bool) -> Heard:
        kept = self._cache and self._cache / f"{path.stem}.{'mono' if mono else 'stereo'}.pkl"
        if kept and kept.exists():
            return Heard(**pickle.loads(kept.read_bytes()))
        source = SourceFile(location=str(path.resolve()), name=path.name, is_named=True)
        options = IngestOptions()
        channels = read_channels(read_recording(source, options).recording, options)
        if mono:
            channels = channels.mean(axis=0, keepdims=True)
        if self._recognizer is None:
            self._recognizer = load_recognizer(None, self._models)
        audio = AudioInput(recording_id=path.stem, channels=channels)
        result = self._recognizer.transcribe_group([audio])
        heard = {
            "transcript": result.transcripts[path.stem],
            "speech": result.speech[path.stem],
            "channels": channels,
        }
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(pickle.dumps(heard))
        return Heard(**heard)


def divided(heard: Heard) -> Parties:
    """The two parties of one channel, without roles."""
    transcript = heard.transcript
    zh = transcript.language == "zh"
    odds = agent_log_odds(transcript.utterances) if zh else (0.0,) * len(transcript.utterances)
    asks = [zh and ends_in_question(u) for u in transcript.utterances]
    found = diarize(heard.channels[0], heard.speech[0], transcript.utterances, asks, odds)
    if found is None:
        return {"one": heard.speech[0]}
    parties: dict[str, list[Interval]] = {"first": [], "second": []}
    for unit, second in zip(found.units, found.second, strict=True):
        parties["second" if second > 0.5 else "first"].append(unit.interval)
    return parties


def call_of(name: str, heard: Heard) -> Call:
    """The call as metadata without `agent_channel` describes it."""
    with (SAMPLES / "calls.csv").open(encoding="utf-8-sig") as table:
        facts = {row["recording"]: row for row in csv.DictReader(table)}.get(name, {})
    recording = Recording(
        recording_id="0" * 64,
        path=name,
        name=name,
        sample_rate_hz=8000,
        duration_ms=heard.channels.shape[1] // 16,
        audio_channels=heard.channels.shape[0],
    )
    direction = Direction(facts["direction"]) if facts.get("direction") else None
    return Call(call_id=name, recording=recording, direction=direction)


def role_times(name: str, mono: Heard, truth: Mapping[Role, Sequence[Interval]]) -> list[int]:
    """Milliseconds of judged speech: rightly given, given a role, all."""
    named, _ = assign_roles(call_of(name, mono), mono.transcript, mono.speech, mono.channels)
    times = [0, 0, 0]
    everyone = union(i for intervals in truth.values() for i in intervals)
    for utterance in named.judged_utterances:
        spoken = total_ms(intersection((utterance.interval,), everyone))
        times[2] += spoken
        if utterance.role is not Role.UNKNOWN:
            times[1] += spoken
            times[0] += total_ms(intersection((utterance.interval,), truth[utterance.role]))
    return times


def channel_role_is_right(name: str, stereo: Heard, agent: int, *, swapped: bool) -> bool | None:
    """Whether the agent's channel was found with no word from the metadata; None undecided."""
    transcript, speech, channels = stereo.transcript, stereo.speech, stereo.channels
    if swapped:
        turned = (replace(u, audio_channel=1 - u.audio_channel) for u in transcript.utterances)
        transcript = replace(transcript, utterances=tuple(turned))
        speech, channels, agent = speech[::-1], channels[::-1], 1 - agent
    named, _ = assign_roles(call_of(name, stereo), transcript, speech, channels)
    places = {u.audio_channel for u in named.utterances if u.role is Role.AGENT}
    return places == {agent} if places else None


def read_rttm(path: Path) -> Parties:
    """Speakers of one RTTM file."""
    parties: dict[str, list[Interval]] = {}
    for line in path.read_text("utf-8").splitlines():
        parts = line.split()
        start_ms, length_ms = (round(1000 * float(value)) for value in parts[3:5])
        parties.setdefault(parts[7], []).append(Interval(start_ms, start_ms + length_ms))
    return parties


def _measure_two_channels(files: Sequence[Path], listener: Listener) -> list[str]:
    """Print a line a file; what fell below a floor."""
    truth_of = json.loads((SAMPLES / "truth.json").read_text("utf-8"))
    failures: list[str] = []
    errors: list[float] = []
    sums = np.zeros(3)
    print(f"{'recording':40} {'DER':>6} {'right':>6} {'given':>6}  channel roles as is, swapped")
    for path in files:
        if path.name == "12_mono.wav":
            continue
        stereo = listener.hear(path, mono=False)
        if stereo.channels.shape[0] < 2 or not all(stereo.speech[:2]):
            continue
        mono = listener.hear(path, mono=True)
        agent = truth_of.get(path.name, {}).get("agent_channel", 0)
        truth = {Role.AGENT: stereo.speech[agent], Role.CUSTOMER: stereo.speech[1 - agent]}
        named = {role.value: intervals for role, intervals in truth.items()}
        error = diarization_error(named, divided(mono), mono.channels.shape[1] // 16)
        times = role_times(path.name, mono, truth)
        places = [channel_role_is_right(path.name, stereo, agent, swapped=s) for s in (False, True)]
        print(
            f"{path.name:40} {error:6.3f} {times[0] / max(1, times[1]):6.3f}"
            f" {times[1] / max(1, times[2]):6.3f}  {places[0]}, {places[1]}"
        )
        errors.append(error)
        if path.name in truth_of:
            sums += times
            if places != [True, True]:
                failures.append(f"{path.name}: the agent's channel was not found either way round")
    right, given = sums[0] / max(1, sums[1]), sums[1] / max(1, sums[2])
    print(f"samples, mono: right {right:.3f} (goal {GOAL_RIGHT}), given {given:.3f}")
    above = sum(error > MOST_DER for error in errors)
    print(f"mean DER {np.mean(errors):.3f}; {above} of {len(errors)} calls above {MOST_DER}")
    if np.mean(errors) > MOST_DER:
        failures.append(f"mean DER {np.mean(errors):.3f} > {MOST_DER}")
    if right < LEAST_RIGHT or given < LEAST_GIVEN:
        failures.append(f"mono roles: right {right:.3f}, given {given:.3f}")
    return failures


def main() -> None:
    """Print the tables; exit 1 below a floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--public", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--models", type=Path, default=Path("workspace/models"))
    chosen = parser.parse_args()
    listener = Listener(chosen.cache, chosen.models)
    files = [*sorted(SAMPLES.glob("*.wav")), *sorted((chosen.public / "calls").glob("*.wav"))]
    failures = _measure_two_channels(files, listener)
    print(f"\n{'diarization excerpt (no floor)':40} {'DER':>6}  speakers")
    for path in sorted((chosen.public / "diarization").glob("*.flac")):
        heard, truth = listener.hear(path, mono=True), read_rttm(path.with_suffix(".rttm"))
        error = diarization_error(truth, divided(heard), heard.channels.shape[1] // 16)
        print(f"{path.name:40} {error:6.3f}  {len(truth)}")
    for failure in failures:
        print(f"below its floor: {failure}", file=sys.stderr)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
