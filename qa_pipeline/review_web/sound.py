"""The sound of a call for the browser's player."""

import re
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response

from qa_pipeline.errors import QaPipelineError
from qa_pipeline.review_web.call_access import check_may_see, hears_all
from qa_pipeline.review_web.playback import covered, playable
from qa_pipeline.review_web.visitor import visitor_of
from qa_pipeline.store import CallStore

PIECE_BYTES = 2 * 1024**2
"""The most that one range request gets: the player asks again for more.

A player that is paused would otherwise hold its answer open, and Ctrl-C would
wait for it.
"""

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)

router = APIRouter()


@router.get("/calls/{call_id:path}/sound.wav")
def call_sound(request: Request, call_id: str) -> Response:
    """The whole recording as PCM WAV, all channels; answers range requests.

    Who does not have to judge the call hears a tone over customers' names and numbers
    (ADR 14). Browsers do not play every telephone codec: see `playable`. No path comes
    from the client.
    """
    store: CallStore = request.app.state.store
    visitor = visitor_of(request)
    call = store.call_facts(call_id)
    check_may_see(visitor, call)
    recording = call.recording
    if recording.audio_channels == 0:
        return PlainTextResponse("该通话只有文本，没有录音。", status_code=404)
    try:
        if hears_all(visitor):
            playback = playable(request, recording)
        else:
            playback = covered(request, store.judged_call(call_id))
    except QaPipelineError as error:
        return PlainTextResponse(f"录音无法播放：{error}", status_code=404)
    store.audit_once(visitor.account.name, "hear", call_id, visitor.session_name)
    wanted = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if wanted is None or not any(wanted.groups()):
        return FileResponse(playback, media_type="audio/wav")
    return _piece(playback, *wanted.groups())


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
