"""What a beep covers by the recognizer's own word times cannot be heard again."""

import re
from pathlib import Path

import pytest

from qa_pipeline.cases import cut_clip
from qa_pipeline.domain.call import Recording
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.ingest import IngestOptions, SourceFile, read_channels, read_recording
from qa_pipeline.redact import MARGIN_MS, spoken_interval
from qa_pipeline.redact.figures import digit_of
from qa_pipeline.transcribe import AudioInput, Recognizer, load_recognizer

pytestmark = pytest.mark.slow
SAMPLES = Path(__file__).parents[2] / "data_samples"
NUMBER = re.compile(r"[0-9零一二三四五六七八九幺]{3,}")
AROUND_MS = 6000


@pytest.fixture(scope="module")
def recognizer(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    return load_recognizer(None, tmp_path_factory.mktemp("models"))


def recording_of(path: Path) -> Recording:
    source = SourceFile(location=str(path.resolve()), name=path.name, is_named=True)
    return read_recording(source, IngestOptions()).recording


def heard(recognizer: Recognizer, path: Path) -> Transcript:
    channels = read_channels(recording_of(path), IngestOptions())
    audio = AudioInput(recording_id=path.stem, channels=channels)
    return recognizer.transcribe_group([audio]).transcripts[path.stem]


def numbers(transcript: Transcript) -> list[tuple[str, Interval]]:
    return [
        ("".join(digit_of(c) or "" for c in m.group()), spoken_interval(u, m.start(), m.end()))
        for u in transcript.utterances
        for m in NUMBER.finditer(u.text)
    ]


@pytest.mark.parametrize("sample", ["01_inbound_good.wav", "11_missing_greeting.wav"])
def test_beeped_numbers_do_not_come_back(
    sample: str, recognizer: Recognizer, tmp_path: Path
) -> None:
    path = SAMPLES / sample
    said = numbers(heard(recognizer, path))
    assert said, "the sample holds a number"
    first, last = said[0][1], said[-1][1]
    clip = Interval(max(0, first.start_ms - AROUND_MS), last.end_ms + AROUND_MS)
    beeps = [Interval(max(0, i.start_ms - MARGIN_MS), i.end_ms + MARGIN_MS) for _, i in said]
    cut_clip(recording_of(path), clip, tmp_path / "raw.wav")
    cut_clip(recording_of(path), clip, tmp_path / "beeped.wav", beeps=beeps)
    raw = "".join(n for n, _ in numbers(heard(recognizer, tmp_path / "raw.wav")))
    again = heard(recognizer, tmp_path / "beeped.wav")
    left = "".join(digit_of(c) or "" for u in again.utterances for c in u.text)
    assert any(number in raw for number, _ in said)  # heard where nothing covers it
    assert not any(number[i : i + 3] in left for number, _ in said for i in range(len(number) - 2))
