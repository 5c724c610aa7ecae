"""Who speaks: diarization error, role accuracy and coverage, channel roles either way round.

    python -m benchmarks.accuracy_speakers [--cache DIR]

Mono mixes of the two-channel calls and samples (the channels' voice activity is
the truth; sample 12 has its script's times), the diarization excerpts, and
two-channel samples with the agent's channel hidden and swapped. DER is
pyannote.metrics' with 0.25 s left out on both sides of each border; "strict"
leaves out 0.25 s in all (its `collar=0.25`). Exits 3 below a floor.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.listening import Heard, Listener, call_of
from benchmarks.speech_data import SAMPLES, SHARED, sample_truth
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval, intersection, total_ms, union
from qa_pipeline.speakers import assign_roles
from qa_pipeline.speakers.diarize import diarize
from qa_pipeline.speakers.wording import agent_log_odds, ends_in_question

MOST_DER, LEAST_RIGHT, LEAST_GIVEN = 0.12, 0.97, 0.80
LOOSE_COLLAR_S, STRICT_COLLAR_S = 0.5, 0.25

Parties = Mapping[str, Sequence[Interval]]


@dataclass(frozen=True, kw_only=True)
class Mixed:
    """One recording as mono: DER, and milliseconds rightly given, given, judged."""

    name: str
    errors: tuple[float, float]
    right_ms: int
    given_ms: int
    judged_ms: int
    is_sample: bool

    @property
    def row(self) -> str:
        return (
            f"{self.name:40} {self.errors[0]:6.3f} {self.errors[1]:7.3f} "
            f"{self.right_ms / max(1, self.given_ms):6.3f} "
            f"{self.given_ms / max(1, self.judged_ms):6.3f}"
        )


def diarization_errors(truth: Parties, found: Parties, duration_ms: int) -> tuple[float, float]:
    """DER with 0.25 s left out on both sides of a border, and with 0.25 s in all."""
    # Seconds of imports that no other part of the benchmarks should pay.
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate

    def annotation(parties: Parties) -> Annotation:
        made = Annotation()
        for name, intervals in parties.items():
            for track, i in enumerate(union(intervals)):
                made[Segment(i.start_ms / 1000, i.end_ms / 1000), f"{name}{track}"] = name
        return made

    whole = Timeline([Segment(0, duration_ms / 1000)])
    loose, strict = (
        float(DiarizationErrorRate(collar=c)(annotation(truth), annotation(found), uem=whole))
        for c in (LOOSE_COLLAR_S, STRICT_COLLAR_S)
    )
    return loose, strict


def divided(heard: Heard) -> Parties:
    """The two parties of one channel, without roles."""
    spoken = heard.transcript.utterances
    zh = heard.transcript.language == "zh"
    odds = agent_log_odds(spoken) if zh else (0.0,) * len(spoken)
    asks = [zh and ends_in_question(u) for u in spoken]
    found = diarize(heard.channels[0], heard.speech[0], spoken, asks, odds)
    if found is None:
        return {"one": heard.speech[0]}
    parties: dict[str, list[Interval]] = {"first": [], "second": []}
    for unit, second in zip(found.units, found.second, strict=True):
        parties["second" if second > 0.5 else "first"].append(unit.interval)
    return parties


def mixed(path: Path, listener: Listener) -> Mixed | None:
    """The recording's mono mix against who truly spoke; None without two parties."""
    truth = _truth_of(path, listener)
    if truth is None:
        return None
    mono = listener.hear(path, mono=True)
    named, _ = assign_roles(call_of(path, mono), mono.transcript, mono.speech, mono.channels)
    everyone = union(i for intervals in truth.values() for i in intervals)
    right = given = judged = 0
    for utterance in named.judged_utterances:
        spoken_ms = total_ms(intersection((utterance.interval,), everyone))
        judged += spoken_ms
        if utterance.role is not Role.UNKNOWN:
            given += spoken_ms
            right += total_ms(intersection((utterance.interval,), truth[utterance.role]))
    by_name = {role.value: intervals for role, intervals in truth.items()}
    return Mixed(
        name=path.name,
        errors=diarization_errors(by_name, divided(mono), mono.duration_ms),
        right_ms=right,
        given_ms=given,
        judged_ms=judged,
        is_sample=path.parent == SAMPLES,
    )


def _truth_of(path: Path, listener: Listener) -> Mapping[Role, Sequence[Interval]] | None:
    known = sample_truth().get(path.name, {})
    as_is = listener.hear(path, mono=False)
    if len(as_is.speech) == 2:
        agent = int(known.get("agent_channel") or 0)
        both = {Role.AGENT: as_is.speech[agent], Role.CUSTOMER: as_is.speech[1 - agent]}
        return both if all(both.values()) else None
    said: dict[Role, list[Interval]] = {Role.AGENT: [], Role.CUSTOMER: []}
    for utterance in known.get("utterances", ()):
        interval = Interval(utterance["start_ms"], utterance["end_ms"])
        said[Role(utterance["role"])].append(interval)
    return said if all(said.values()) else None


def turned(heard: Heard) -> Heard:
    """The same recording with its two channels swapped."""
    utterances = (
        replace(u, audio_channel=1 - u.audio_channel) for u in heard.transcript.utterances
    )
    return Heard(
        transcript=replace(heard.transcript, utterances=tuple(utterances)),
        speech=heard.speech[::-1],
        channels=heard.channels[::-1],
    )


def channel_role_is_right(path: Path, stereo: Heard, agent: int) -> bool | None:
    """Whether the agent's channel was found with no word from the metadata; None undecided."""
    call = call_of(path, stereo)
    named, _ = assign_roles(call, stereo.transcript, stereo.speech, stereo.channels)
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


def measure_mono(listener: Listener) -> list[str]:
    """Print the mono mixes and the excerpts; what fell below a floor."""
    print(f"\n{'mixed to mono':40} {'DER':>6} {'strict':>7} {'right':>6} {'given':>6}")
    calls = [*sorted(SAMPLES.glob("*.wav")), *sorted((SHARED / "calls").glob("*.wav"))]
    found: list[Mixed] = []
    for path in calls:
        one = mixed(path, listener)
        if one is not None:
            print(one.row, flush=True)
            found.append(one)
    failures = list(_below_floor(found))
    print(f"\n{'diarization excerpt (no floor)':40} {'DER':>6} {'strict':>7}  speakers")
    for path in sorted((SHARED / "diarization").glob("*.flac")):
        heard, truth = listener.hear(path, mono=True), read_rttm(path.with_suffix(".rttm"))
        loose, strict = diarization_errors(truth, divided(heard), heard.duration_ms)
        print(f"{path.name:40} {loose:6.3f} {strict:7.3f}  {len(truth)}", flush=True)
    return failures


def _below_floor(found: Sequence[Mixed]) -> Iterator[str]:
    samples = [m for m in found if m.is_sample]
    right, given, judged = (
        max(1, sum(values))
        for values in zip(*((m.right_ms, m.given_ms, m.judged_ms) for m in samples), strict=True)
    )
    mean = float(np.mean([m.errors[0] for m in found]))
    above = [m.name for m in found if m.errors[0] > MOST_DER]
    print(
        f"samples: right {right / given:.3f} of the speech given a role, {given / judged:.3f} given"
    )
    print(f"mean DER {mean:.3f}, strict {np.mean([m.errors[1] for m in found]):.3f}")
    if above:
        yield f"DER above {MOST_DER}: {', '.join(above)}"
    if mean > MOST_DER:
        yield f"mean DER {mean:.3f}"
    if right / given < LEAST_RIGHT or given / judged < LEAST_GIVEN:
        yield f"mono roles: right {right / given:.3f}, given {given / judged:.3f}"


def measure_channels(listener: Listener) -> list[str]:
    """Print whether the agent's channel is found, as it is and swapped."""
    right = total = 0
    wrong: list[str] = []
    for path in sorted(SAMPLES.glob("*.wav")):
        stereo = listener.hear(path, mono=False)
        if len(stereo.speech) != 2 or not all(stereo.speech):
            continue
        agent = int(sample_truth()[path.name]["agent_channel"])
        answers = [
            channel_role_is_right(path, stereo, agent),
            channel_role_is_right(path, turned(stereo), 1 - agent),
        ]
        total += 2
        right += sum(answer is True for answer in answers)
        wrong += [path.name] if answers != [True, True] else []
    print(f"\nagent's channel, not told, as it is and swapped: {right} of {total} right")
    return [f"agent's channel: {', '.join(wrong)}"] if wrong else []


def main() -> None:
    """Print the tables; exit 3 below a floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--models", type=Path, default=Path("workspace/models"))
    chosen = parser.parse_args()
    listener = Listener(chosen.models, chosen.cache)
    failures = [*measure_channels(listener), *measure_mono(listener)]
    print(f"\nfloors: {'; '.join(failures) or 'kept'}")
    sys.exit(3 if failures else 0)


if __name__ == "__main__":
    main()
