"""The sound of a call for the browser's player."""

import re
import wave
from pathlib import Path
from threading import Lock

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response

from qa_pipeline.cases.clips import cut_clip
from qa_pipeline.domain.call import Recording
from qa_pipeline.domain.interval import Interval
from qa_pipeline.errors import QaPipelineError
from qa_pipeline.review_web.call_access import check_may_see
from qa_pipeline.review_web.visitor import visitor_of
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore

KEPT_BYTES = 2 * 1024**3
"""How much decoded sound stays in the workspace; the oldest goes first."""

PIECE_BYTES = 2 * 1024**2
"""The most that one range request gets: the player asks again for more.

A player that is paused would otherwise hold its answer open, and Ctrl-C would
wait for it.
"""

_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)

router = APIRouter()


@router.get("/calls/{call_id:path}/sound.wav")
def call_sound(request: Request, call_id: str) -> Response:
    """The whole recording as PCM WAV, all channels; answers range requests.

    Browsers do not play every telephone codec: see `playable`. No path comes from
    the client.
    """
    store: CallStore = request.app.state.store
    visitor = visitor_of(request)
    call = store.call_facts(call_id)
    check_may_see(visitor, call)
    recording = call.recording
    if recording.audio_channels == 0:
        return PlainTextResponse("该通话只有文本，没有录音。", status_code=404)
    try:
        playback = playable(request, recording)
    except QaPipelineError as error:
        return PlainTextResponse(f"录音无法播放：{error}", status_code=404)
    store.audit_once(visitor.account.name, "hear", call_id, visitor.session_name)
    wanted = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if wanted is None or not any(wanted.groups()):
        return FileResponse(playback, media_type="audio/wav")
    return _piece(playback, *wanted.groups())


def playable(request: Request, recording: Recording) -> Path:
    """A 16-bit WAV file of the whole recording; UnreadableRecording where there is none.

    The recording itself where it already is one, so that the longest call is
    heard at once; otherwise decoded and kept in the workspace.
    """
    if _is_plain_wav(recording):
        return Path(recording.path)
    settings: Settings = request.app.state.settings
    decoding: Lock = request.app.state.decoding
    playback = kept_sound(settings.workspace, recording, ".wav")
    # The player asks twice before the first answer is there.
    with decoding:
        if not playback.is_file():
            cut_clip(recording, Interval(0, recording.duration_ms), playback)
            make_room(playback.parent, KEPT_BYTES, kept=playback)
    return playback


def kept_sound(workspace: Path, recording: Recording, suffix: str) -> Path:
    """Where what was made of a recording's sound is kept, by the recording's hash."""
    return workspace / "clips" / "playback" / f"{recording.recording_id}{suffix}"


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


def _piece(path: Path, first: str, last: str) -> Response:
    """The bytes from `first` to `last`; without `first`, the `last` many bytes at the end."""
    size = path.stat().st_size
    start = int(first) if first else max(0, size - int(last))
    end = min(size - 1, int(last) if first and last else size - 1, start + PIECE_BYTES - 1)
    headers = {"Accept-Ranges": "bytes"}
    if end < start:
        headers["Content-Range"] = f"bytes */{size}"
        return Response(status_code=416, headers=headers)
    with path.open("rb") as file:
        file.seek(start)
        content = file.read(end - start + 1)
    headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    return Response(content, status_code=206, media_type="audio/wav", headers=headers)


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
