"""How fast calls become words: this pipeline beside faster-whisper's own two.

    python -m benchmarks.throughput [--files N] [--detect-language]

Same files, model (embedded Whisper base), compute type (int8), threads, machine
and minute: the engines take turns, a group of files each, so that other work on
the machine hits them alike; processor seconds, less moved by it, stand beside
the wall's. Seconds run from opening the file to the last word
time (decode … align); loading the model is apart. CER is beside the speed,
because speed is easy without it. Exits 3 below the floors.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.audio import decode_audio

from benchmarks.speech_data import (
    RATE,
    SAMPLES,
    SHARED,
    errors_of,
    sample_truth,
    sound_of,
    texts_of_channels,
)
from qa_pipeline.settings import Settings
from qa_pipeline.text.lexicons import domain_words
from qa_pipeline.transcribe import AudioInput, Recognizer, load_recognizer, prepare_model

FLOOR_RATIO, GOAL_RATIO = 3.0, 4.0
MOST_MEMORY_GB = 1.5
OURS, SEQUENTIAL, BATCHED = "qa-pipeline", "WhisperModel", "BatchedInferencePipeline"

Texts = dict[tuple[str, int], str]
"""What an engine heard, by (file name, channel)."""


@dataclass(slots=True)
class Tally:
    """One engine's seconds and words over all files."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    heard: Texts = field(default_factory=dict)
    stages: dict[str, float] = field(default_factory=lambda: defaultdict(float))


def main() -> None:
    """Print the table; exit 3 where a floor is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, help="only the first N files")
    parser.add_argument("--memory-of", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument(
        "--detect-language", action="store_true", help="let faster-whisper find the language too"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.memory_of:
            _run_alone(Path(options.memory_of[0]), int(options.memory_of[1]))
            return
        files = _files()[: options.files]
        tallies, audio_s = _take_turns(files, Path(folder), options.detect_language)
        memory_gb = _memory_gb(Path(folder), len(files))
    sys.exit(_report(files, tallies, audio_s, memory_gb))


def _files() -> list[Path]:
    shared = sorted((SHARED / "calls").glob("*.wav"))
    samples = [p for p in sorted(SAMPLES.glob("*.wav")) if sample_truth()[p.name]["utterances"]]
    stereo = [p for p in samples if "mono" not in p.name]
    # a mix from the start, so that --files N is a fair sample
    return [*stereo[:6], *shared, *stereo[6:]]


def _take_turns(
    files: Sequence[Path], folder: Path, detect: bool
) -> tuple[dict[str, Tally], float]:
    model = prepare_model(None, folder)
    cores = len(os.sched_getaffinity(0))
    started = time.perf_counter()
    ours = load_recognizer(None, folder, words=domain_words(), device="cpu")
    print(f"model loading: {time.perf_counter() - started:.1f} s", flush=True)
    whisper = WhisperModel(
        str(model.path), device="cpu", compute_type="int8", cpu_threads=cores, num_workers=1
    )
    engines: dict[str, Callable[[Sequence[Path], Tally], None]] = {
        OURS: lambda paths, tally: _listen(ours, paths, tally),
        BATCHED: lambda paths, tally: _sequentially(
            BatchedInferencePipeline(whisper), paths, tally, detect
        ),
        SEQUENTIAL: lambda paths, tally: _sequentially(whisper, paths, tally, detect),
    }
    tallies = {name: Tally() for name in engines}
    group = Settings().run.group_size
    for first in range(0, len(files), group):
        part = files[first : first + group]
        for name, engine in engines.items():
            started, busy = time.perf_counter(), time.process_time()
            engine(part, tallies[name])
            tallies[name].seconds += time.perf_counter() - started
            tallies[name].cpu_seconds += time.process_time() - busy
        print(_so_far(tallies), flush=True)
    return tallies, sum(sound_of(path).shape[1] / RATE for path in files)


def _listen(recognizer: Recognizer, paths: Sequence[Path], tally: Tally) -> None:
    started = time.perf_counter()
    group = [AudioInput(recording_id=path.name, channels=sound_of(path)) for path in paths]
    tally.stages["decode"] += time.perf_counter() - started
    result = recognizer.transcribe_group(group)
    for stage, seconds in result.stage_seconds.items():
        tally.stages[stage] += seconds
    for name, transcript in result.transcripts.items():
        for utterance in transcript.judged_utterances:
            key = (name, utterance.audio_channel)
            tally.heard[key] = tally.heard.get(key, "") + utterance.text


def _sequentially(
    engine: WhisperModel | BatchedInferencePipeline,
    paths: Sequence[Path],
    tally: Tally,
    detect: bool,
) -> None:
    batch = {} if isinstance(engine, WhisperModel) else {"batch_size": 16}
    for path in paths:
        language = None if detect else _language_of(path)
        for channel, samples in enumerate(decode_audio(str(path), split_stereo=True)):
            segments, _ = engine.transcribe(
                samples,
                language=language,
                beam_size=5,
                word_timestamps=True,
                vad_filter=True,
                **batch,
            )
            tally.heard[path.name, channel] = "".join(segment.text for segment in segments)


def _language_of(path: Path) -> str:
    return "zh" if path.parent == SAMPLES else "en"


def _so_far(tallies: dict[str, Tally]) -> str:
    return "  ".join(f"{name} {tally.seconds:.1f} s" for name, tally in tallies.items())


def _memory_gb(folder: Path, n_files: int) -> float:
    """Peak resident memory of a process that does only our part of the work."""
    command = [sys.executable, "-m", "benchmarks.throughput", "--memory-of"]
    command += [str(folder), str(n_files)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return float(told.split()[-1])


def _run_alone(models: Path, n_files: int) -> None:
    recognizer = load_recognizer(None, models, words=domain_words(), device="cpu")
    files, group = _files()[:n_files], Settings().run.group_size
    for first in range(0, len(files), group):
        _listen(recognizer, files[first : first + group], Tally())
    # ru_maxrss would not do: it remembers the size of the process that started this one.
    status = Path("/proc/self/status").read_text("ascii")
    (peak,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    print(int(peak) / 2**20)


def _references(files: Sequence[Path]) -> Iterator[tuple[tuple[str, int], str]]:
    truth = sample_truth()
    for path in files:
        if path.name in truth:
            for channel, text in enumerate(texts_of_channels(truth[path.name], 2)):
                yield (path.name, channel), text


def _report(
    files: Sequence[Path], tallies: dict[str, Tally], audio_s: float, memory_gb: float
) -> int:
    references = dict(_references(files))
    rates = {
        name: errors_of((text, tally.heard.get(key, "")) for key, text in references.items()).rate
        for name, tally in tallies.items()
    }
    baseline = tallies[BATCHED].seconds
    print(f"\n{len(files)} two-channel calls, {audio_s / 60:.1f} min, {os.cpu_count()} cores, int8")
    print(
        f"{'engine':26} {'seconds':>8} {'processor s':>12} {'x real time':>12} "
        f"{'x batched':>10} {'CER':>7}"
    )
    for name, tally in tallies.items():
        print(
            f"{name:26} {tally.seconds:8.1f} {tally.cpu_seconds:12.1f} "
            f"{audio_s / tally.seconds:12.1f} "
            f"{baseline / tally.seconds:10.2f} {rates[name]:7.3f}"
        )
    stages = tallies[OURS].stages
    print("stages: " + ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in stages.items()))
    print(f"peak memory of our work alone: {memory_gb:.2f} GB")
    ratio = baseline / tallies[OURS].seconds
    failed = [
        *([f"{ratio:.2f}x is below the floor {FLOOR_RATIO}x"] if ratio < FLOOR_RATIO else []),
        *(
            ["CER is worse than faster-whisper's"]
            if rates[OURS] > min(rates[SEQUENTIAL], rates[BATCHED])
            else []
        ),
        *(["memory is above the floor"] if memory_gb > MOST_MEMORY_GB else []),
    ]
    goal = "reached" if ratio >= GOAL_RATIO else "missed"
    print(f"goal {GOAL_RATIO}x: {goal}; floors: {'; '.join(failed) or 'kept'}")
    return 3 if failed else 0


if __name__ == "__main__":
    main()
