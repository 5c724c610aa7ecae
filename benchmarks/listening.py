"""What the recognizer makes of a file, as it is or mixed to mono; kept between runs if wanted."""

import csv
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.speech_data import SAMPLES
from qa_pipeline.domain.call import Call, Direction, Recording, Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.ingest import IngestOptions, SourceFile, read_channels, read_recording
from qa_pipeline.text.lexicons import domain_words
from qa_pipeline.transcribe import AudioInput, load_recognizer


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One file with its words (roles UNKNOWN) and its sound, int16 at 16 kHz."""

    transcript: Transcript
    speech: tuple[tuple[Interval, ...], ...]
    channels: NDArray[np.int16]

    @property
    def duration_ms(self) -> int:
        return int(self.channels.shape[1]) // 16


class Listener:
    """Recognizes files, each once; `kept_in` holds pickles that only this program should read."""

    def __init__(self, models: Path, kept_in: Path | None = None) -> None:
        self._kept_in, self._models = kept_in, models

    def hear(self, path: Path, *, mono: bool) -> Heard:
        """The file as a run would hear it, all channels or their mean."""
        kept = self._place(f"{path.stem}.{'mono' if mono else 'as_is'}")
        if kept and kept.exists():
            return Heard(**pickle.loads(kept.read_bytes()))
        channels = channels_of(path)
        if mono:
            channels = np.rint(channels.mean(axis=0, keepdims=True)).astype(np.int16)
        audio = AudioInput(recording_id=path.stem, channels=channels)
        result = self.recognizer.transcribe_group([audio])
        heard = Heard(
            transcript=result.transcripts[path.stem],
            speech=result.speech[path.stem],
            channels=channels,
        )
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(pickle.dumps({f.name: getattr(heard, f.name) for f in fields(heard)}))
        return heard

    @property
    def recognizer(self) -> Any:
        return _recognizer(self._models)

    def _place(self, name: str) -> Path | None:
        if self._kept_in is None:
            return None
        engine = self.recognizer.engine.digest.replace(":", "_").replace("/", "_")
        return self._kept_in / engine / f"{name}.pkl"


@cache
def _recognizer(models: Path) -> Any:
    return load_recognizer(None, models, words=domain_words(), device="cpu")


def channels_of(path: Path) -> NDArray[np.int16]:
    """(channels, samples) at 16 kHz as a run reads them."""
    source = SourceFile(location=str(path.resolve()), name=path.name, is_named=True)
    options = IngestOptions()
    return read_channels(read_recording(source, options).recording, options)


def call_of(path: Path, heard: Heard, *, agent_channel: int | None = None) -> Call:
    """The call as its metadata describes it, but for where the agent is."""
    facts = _facts().get(path.name, {})
    recording = Recording(
        recording_id="0" * 64,
        path=path.name,
        name=path.name,
        sample_rate_hz=8000,
        duration_ms=heard.duration_ms,
        audio_channels=heard.channels.shape[0],
    )
    return Call(
        call_id=path.stem,
        recording=recording,
        direction=Direction(facts["direction"]) if facts.get("direction") else None,
        ring_ms=int(facts["ring_ms"]) if facts.get("ring_ms") else None,
        hang_up_by=Role(facts["hang_up_by"]) if facts.get("hang_up_by") else None,
        agent_channel=agent_channel,
    )


@cache
def _facts() -> Mapping[str, Mapping[str, str]]:
    with (SAMPLES / "calls.csv").open(encoding="utf-8-sig") as table:
        return {row["recording"]: row for row in csv.DictReader(table)}
