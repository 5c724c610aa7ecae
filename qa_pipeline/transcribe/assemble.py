"""From recognized windows to a Transcript: words, breaths, firewall, cross-talk, ids."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Engine, Transcript, Utterance, Word
from qa_pipeline.text.normalize import normalize
from qa_pipeline.transcribe.audio import AudioInput
from qa_pipeline.transcribe.decoder import TimedToken
from qa_pipeline.transcribe.firewall import Heard, why_not_believed
from qa_pipeline.transcribe.leakage import envelope_db, without_leakage
from qa_pipeline.transcribe.windows import Window
from qa_pipeline.transcribe.words import breaths_of, text_of, words_of


@dataclass(frozen=True, kw_only=True)
class Recognized:
    """What the network made of one window; `second_text` is a disagreeing second pass.

    `dictated` is where digits are dictated by their sound, where that was asked.
    """

    window: Window
    tokens: tuple[TimedToken, ...]
    log_probability: float
    no_speech_probability: float
    was_cut: bool
    second_text: str | None = None
    dictated: tuple[Interval, ...] = ()

    @cached_property
    def text(self) -> str:
        return "".join(token.text for token in self.tokens)

    @cached_property
    def plain(self) -> str:
        return normalize(self.text)

    def beside(self, other: "Recognized") -> "Recognized":
        """This reading, remembering what the other pass read."""
        return replace(self, second_text=other.text)


def transcript_of(
    audio: AudioInput,
    language: str,
    recognized: Sequence[Recognized],
    engine: Engine,
    *,
    prompt: str = "",
) -> Transcript:
    """The transcript of one recording, utterances in time order, roles UNKNOWN.

    `prompt` is what the recognizer was told before it listened.
    """
    utterances = [u for r in recognized for u in _utterances_of(audio, r, prompt)]
    ordered = sorted(utterances, key=lambda u: (u.interval, u.audio_channel))
    judged = without_leakage(audio, ordered)
    return Transcript(
        recording_id=audio.recording_id,
        language=language,
        utterances=_numbered(judged),
        engine=engine,
    )


def _utterances_of(audio: AudioInput, recognized: Recognized, prompt: str) -> Iterator[Utterance]:
    regions = recognized.window.regions
    words = words_of(recognized.tokens, recognized.window)
    for interval, spoken in breaths_of(words, regions):
        speech_ms = sum(interval.overlap_ms(region) for region in regions)
        channel = recognized.window.audio_channel
        text = text_of(spoken)
        heard = Heard(
            text=text,
            speech_ms=speech_ms,
            level_db=_peak_level_db(audio, channel, interval),
            log_probability=_log_probability(spoken),
            no_speech_probability=recognized.no_speech_probability,
            second_text=recognized.second_text,
            prompt=prompt,
        )
        yield Utterance(
            utterance_id="",
            audio_channel=channel,
            role=Role.UNKNOWN,
            interval=interval,
            text=text,
            words=_trimmed(spoken),
            confidence=sum(w.probability for w in spoken) / len(spoken),
            quarantined_because=why_not_believed(heard),
        )


def _log_probability(words: Sequence[Word]) -> float:
    # The window's own figure would let a weak breath hide among strong ones.
    return sum(math.log(max(word.probability, 1e-4)) for word in words) / len(words)


def _peak_level_db(audio: AudioInput, channel: int, interval: Interval) -> float:
    return float(envelope_db(audio, channel, interval).max())


def _trimmed(words: Sequence[Word]) -> tuple[Word, ...]:
    return tuple(replace(word, text=word.text.strip()) for word in words)


def _numbered(utterances: Iterable[Utterance]) -> tuple[Utterance, ...]:
    return tuple(
        replace(u, utterance_id=f"u{number:04d}") for number, u in enumerate(utterances, start=1)
    )
