"""When a recording has to be beeped over."""

from qa_pipeline.domain.interval import Interval, union
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.redact.find import find_personal

MARGIN_MS = 200
"""Word times of a recognizer are some 100 to 200 ms wrong."""


def beep_intervals(
    transcript: Transcript, margin_ms: int = MARGIN_MS, *, with_orders: bool = False
) -> tuple[Interval, ...]:
    """Milliseconds of the recording that hold personal data, joined, in order.

    Each is widened by `margin_ms` on both sides. They concern all audio channels: what
    one side says is often heard faintly on the other's. Where words have no times the
    whole utterance is beeped.
    """
    spans = find_personal(transcript, with_orders=with_orders)
    return union(
        Interval(max(0, s.interval.start_ms - margin_ms), s.interval.end_ms + margin_ms)
        for s in spans
    )
