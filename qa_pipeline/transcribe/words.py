"""From aligned tokens to words on the recording's clock, and from windows to utterances."""

import unicodedata
from collections.abc import Sequence
from itertools import groupby

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Word
from qa_pipeline.text.normalize import readable
from qa_pipeline.transcribe.decoder import TimedToken
from qa_pipeline.transcribe.windows import Window

BREATH_GAP_MS = 600
_BROKEN = "\ufffd"


def words_of(tokens: Sequence[TimedToken], window: Window) -> tuple[Word, ...]:
    """Words in simplified characters, each lying within one of the window's regions.

    Marks hang on the word before them; a leading space separates latin words.
    """
    regions = window.regions
    spelled = _simplified([t.text.replace(_BROKEN, "") for t in tokens])
    words: list[Word] = []
    floor_ms = regions[0].start_ms
    for text, token in zip(spelled, tokens, strict=True):
        if not _is_spoken(text):
            if words and text.strip():
                words[-1] = _with_text(words[-1], words[-1].text + text.strip())
            continue
        start_ms = window.recording_ms(round(token.start_s * 1000))
        end_ms = window.recording_ms(round(token.end_s * 1000))
        heard = Interval(start_ms, max(start_ms, end_ms))
        interval = _into_speech(heard, regions, floor_ms)
        floor_ms = interval.end_ms
        words.append(Word(text=text, interval=interval, probability=token.probability))
    return tuple(words)


def breaths_of(
    words: Sequence[Word], regions: Sequence[Interval]
) -> tuple[tuple[Interval, tuple[Word, ...]], ...]:
    """Divide words at pauses of at least 0.6 s; each part with its time of speech."""
    groups = _region_groups(regions)

    def group_of(word: Word) -> int:
        middle_ms = (word.interval.start_ms + word.interval.end_ms) // 2
        return min(range(len(groups)), key=lambda g: _distance_ms(groups[g], middle_ms))

    return tuple((groups[g], tuple(part)) for g, part in groupby(words, key=group_of))


def text_of(words: Sequence[Word]) -> str:
    """The words as a person reads them."""
    return "".join(word.text for word in words).strip()


def _region_groups(regions: Sequence[Interval]) -> list[Interval]:
    groups: list[Interval] = []
    for region in regions:
        if groups and region.start_ms - groups[-1].end_ms < BREATH_GAP_MS:
            groups[-1] = Interval(groups[-1].start_ms, region.end_ms)
        else:
            groups.append(region)
    return groups


def _distance_ms(interval: Interval, at_ms: int) -> int:
    return max(interval.start_ms - at_ms, at_ms - interval.end_ms, 0)


def _into_speech(heard: Interval, regions: Sequence[Interval], floor_ms: int) -> Interval:
    # Whisper gives the pause before a word to that word; the detector knows better.
    best = max(regions, key=lambda r: (r.overlap_ms(heard), -_distance_ms(r, heard.end_ms)))
    start_ms = max(floor_ms, min(max(heard.start_ms, best.start_ms), best.end_ms))
    return Interval(start_ms, max(start_ms, min(heard.end_ms, best.end_ms)))


def _simplified(texts: list[str]) -> list[str]:
    whole = "".join(texts)
    converted = readable(whole)
    if len(converted) != len(whole):
        return [readable(text) for text in texts]
    pieces: list[str] = []
    at = 0
    for text in texts:
        pieces.append(converted[at : at + len(text)])
        at += len(text)
    return pieces


def _is_spoken(text: str) -> bool:
    return any(unicodedata.category(char)[0] in "LN" for char in text)


def _with_text(word: Word, text: str) -> Word:
    return Word(text=text, interval=word.interval, probability=word.probability)
