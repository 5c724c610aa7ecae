"""Dictated digits that were heard as such, whatever was written for them.

Where the sound is dictation and nothing around it says that the number is nobody's own, it
is hidden; where the sound is none, what only its length made suspect stays.
"""

from collections.abc import Iterable, Iterator, Sequence

from qa_pipeline.domain.case_card import HeardAgain
from qa_pipeline.domain.dictated import Dictated
from qa_pipeline.domain.interval import Interval, difference, total_ms, union
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.redact.explained import explained_times

_LEAST_MS = 560
"""Three digits and more, quickly said."""
_LEAST_BESIDE_MS, _BESIDE_MS = 240, 4_000
"""A shorter stretch counts so near a number that was found."""
_EXPLAINED_SHARE = 0.5
_LEAST_SOUND = 0.2


def has_sound(said: Interval, channel: int, dictated: Sequence[Dictated]) -> bool:
    """Whether at least a fifth of the time is dictation by its sound."""
    heard = sum(d.interval.overlap_ms(said) for d in dictated if d.audio_channel == channel)
    return heard >= _LEAST_SOUND * max(1, said.duration_ms)


def by_sound(
    found: Sequence[HeardAgain], dictated: Sequence[Dictated], hearings: Sequence[Transcript]
) -> Iterator[HeardAgain]:
    """Each dictation that is not known to be nobody's own, less what `found` covers.

    `hearings` are the transcripts whose words may say what it is.
    """
    for channel in sorted({d.audio_channel for d in dictated}):
        runs = [d.interval for d in dictated if d.audio_channel == channel]
        known = union(one.interval for one in found if one.audio_channel == channel)
        explained = union(
            interval for hearing in hearings for interval in explained_times(hearing, channel, runs)
        )
        explained = difference(explained, known)
        for run in runs:
            for part in _unexplained(run, explained):
                if part.duration_ms >= _LEAST_MS or _is_near(part, known):
                    yield HeardAgain(audio_channel=channel, interval=part)


def _unexplained(run: Interval, explained: Sequence[Interval]) -> Iterator[Interval]:
    """The parts of a run that nothing explains; none where most of it is explained."""
    left = difference((run,), explained)
    if total_ms(left) > (1 - _EXPLAINED_SHARE) * run.duration_ms:
        yield from left


def _is_near(part: Interval, known: Iterable[Interval]) -> bool:
    return part.duration_ms >= _LEAST_BESIDE_MS and any(
        max(part.start_ms - one.end_ms, one.start_ms - part.end_ms) <= _BESIDE_MS for one in known
    )
