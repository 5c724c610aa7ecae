"""Sound that browsers play, kept in the workspace: as recorded, or covered by tones."""

import hashlib
import wave
import zlib
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from fastapi import Request

from qa_pipeline.cases.clips import cut_clip
from qa_pipeline.domain.call import Recording
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.errors import QaPipelineError, UnreadableRecording
from qa_pipeline.redact import beep_intervals
from qa_pipeline.settings import Settings

KEPT_BYTES = 2 * 1024**3
"""How much decoded sound stays in the workspace; the oldest goes first."""

DECODERS = 8
"""So many recordings are decoded at once; of one recording, one copy."""

MOST_KNOWN = 1000
NO_TIMES = "转写没有时间，不能确定在哪里消音"


class Covers:
    """When the sound of the last calls has to be covered: 0.2 s of search, for every piece."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[Interval, ...]] = {}
        self._lock = Lock()

    def of(self, judged: JudgedCall) -> tuple[Interval, ...]:
        """Milliseconds of the recording with customers' names and numbers."""
        key = judged.call_id, judged.judgement_key
        found = self._known.get(key)
        if found is None:
            found = beep_intervals(judged.analyzed.transcript)
            with self._lock:
                while len(self._known) >= MOST_KNOWN:
                    del self._known[next(iter(self._known))]
                self._known[key] = found
        return found


def decoders() -> tuple[Lock, ...]:
    return tuple(Lock() for _ in range(DECODERS))


def playable(request: Request, recording: Recording) -> Path:
    """A 16-bit WAV file of the whole recording; UnreadableRecording where there is none.

    The recording itself where it already is one, so that the longest call is
    heard at once; otherwise decoded and kept in the workspace.
    """
    if _is_plain_wav(recording):
        return Path(recording.path)
    return _made(request, recording, ".wav", ())


def prepare(request: Request, recording: Recording) -> None:
    """Make what `playable` would make, so that it is there when somebody presses play."""
    try:
        if recording.audio_channels and not _is_plain_wav(recording):
            playable(request, recording)
    except QaPipelineError:
        return  # who opens the call is told why


def covered(request: Request, judged: JudgedCall) -> Path:
    """The same with a tone over customers' names and numbers.

    UnreadableRecording also where nobody knows when they are said.
    """
    analyzed = judged.analyzed
    recording = analyzed.call.recording
    if analyzed.transcript.times_are_estimated:
        raise UnreadableRecording(recording.name, NO_TIMES)
    covers: Covers = request.app.state.covers
    beeps = covers.of(judged)
    if not beeps:
        return playable(request, recording)
    spans = repr([(b.start_ms, b.end_ms) for b in beeps])
    key = hashlib.sha256(spans.encode()).hexdigest()[:12]
    return _made(request, recording, f".{key}.wav", beeps)


def kept_sound(workspace: Path, recording: Recording, suffix: str) -> Path:
    """Where what was made of a recording's sound is kept, by the recording's hash."""
    return workspace / "clips" / "playback" / f"{recording.recording_id}{suffix}"


def make_room(folder: Path, limit_bytes: int, *, kept: Path) -> None:
    """Delete the oldest WAV files of `folder` until the rest fits; `kept` stays."""
    files = sorted(folder.glob("*.wav"), key=lambda p: p.stat().st_mtime_ns)
    excess = sum(p.stat().st_size for p in files) - limit_bytes
    for path in files:
        if excess <= 0:
            return
        if path != kept:
            excess -= path.stat().st_size
            path.unlink(missing_ok=True)


def _made(request: Request, recording: Recording, suffix: str, beeps: Sequence[Interval]) -> Path:
    """The kept file, decoded now where it is not there."""
    settings: Settings = request.app.state.settings
    playback = kept_sound(settings.workspace, recording, suffix)
    if playback.is_file():
        return playback
    locks: tuple[Lock, ...] = request.app.state.decoders
    # The player asks twice before the first answer is there.
    with locks[zlib.crc32(recording.recording_id.encode()) % len(locks)]:
        if not playback.is_file():
            cut_clip(recording, Interval(0, recording.duration_ms), playback, beeps=beeps)
            make_room(playback.parent, KEPT_BYTES, kept=playback)
    return playback


def _is_plain_wav(recording: Recording) -> bool:
    """Whether every browser plays the file as it is: PCM of 16 bits, whole.

    A header that promises another length than the file has is decoded: players
    show nonsense for it.
    """
    path = Path(recording.path)
    if path.suffix.lower() != ".wav" or not path.is_file():
        return False
    try:
        with wave.open(str(path), "rb") as file:
            frame_bytes = file.getnchannels() * file.getsampwidth()
            promised = file.getnframes() * frame_bytes
            is_whole = promised <= path.stat().st_size <= promised + 4096
            return file.getsampwidth() == 2 and is_whole and promised > 0
    except (OSError, EOFError, wave.Error):
        return False
