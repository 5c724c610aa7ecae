"""What a window still holds after its reading broke off.

Whisper sometimes ends its text after the first sentence of a window and leaves ten
seconds of clear speech unread; nothing in its own figures shows it.
"""

from qa_pipeline.transcribe.assemble import Recognized
from qa_pipeline.transcribe.windows import Window

LEAST_REST_MS = 2_500
FEWEST_A_SECOND = 2.0
"""字 a second of speech; people on the telephone say four to six."""
_LAST_WORD_MS = 600


def unread_rest(recognized: Recognized) -> Window | None:
    """The breaths after the last word of a reading that is too short; None for a whole one.

    Nothing is read again where nothing was read: that is no sentence that broke off.
    """
    window = recognized.window
    if not recognized.plain or not recognized.tokens:
        return None
    speech_s = sum(region.duration_ms for region in window.regions) / 1000
    if len(recognized.plain) >= FEWEST_A_SECOND * speech_s:
        return None
    until_ms = int(recognized.tokens[-1].start_s * 1000) + _LAST_WORD_MS
    rest = tuple(
        region
        for region, start_ms in zip(window.regions, window.starts_ms, strict=True)
        if start_ms >= until_ms
    )
    if sum(region.duration_ms for region in rest) < LEAST_REST_MS:
        return None
    return Window(recording=window.recording, audio_channel=window.audio_channel, regions=rest)
