"""A case without what its callers say about themselves: words, quotes and sound."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from qa_pipeline.cases import cut_clip
from qa_pipeline.cases.pack import PackLine
from qa_pipeline.cases.voices import Lowered, customers_voice
from qa_pipeline.domain.case import Case
from qa_pipeline.domain.interval import Interval, union
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.transcript import Transcript, Utterance
from qa_pipeline.redact import MASK, beep_intervals, mask_for, mask_transcript
from qa_pipeline.redact.beeping import MARGIN_MS

NO_SOUND = "这通电话只有文字"
NO_TIMES = "转写没有时间，不能确定在哪里消音"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactedCase:
    """What may leave of a case.

    `masks` are further texts that a trainer wants hidden: in the words each character
    of them, in the sound the words that spell them. `lower_customer` makes the
    customer's voice lower.
    """

    case: Case
    judged: JudgedCall
    masks: tuple[str, ...] = ()
    lower_customer: bool = False
    _mask: Callable[[str], str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_mask", mask_for(self._transcript))

    @property
    def _transcript(self) -> Transcript:
        return self.judged.analyzed.transcript

    def text(self, text: str) -> str:
        """A text about the case with all that is personal in its call hidden."""
        return _without(self._mask(text), self.masks)

    def lines(self) -> Iterator[PackLine]:
        """What is said in the clip, masked."""
        clip = self.case.clip
        for utterance in mask_transcript(self._transcript).judged_utterances:
            if utterance.interval.overlap_ms(clip) > 0:
                yield PackLine(
                    role=utterance.role,
                    start_ms=max(0, utterance.interval.start_ms - clip.start_ms),
                    text=_without(utterance.text, self.masks),
                )

    @property
    def no_sound(self) -> str:
        """Why the clip cannot leave; empty where it can."""
        if self.judged.analyzed.call.recording.audio_channels == 0:
            return NO_SOUND
        return NO_TIMES if self._transcript.times_are_estimated else ""

    def cut(self, out_path: Path) -> Interval:
        """Write the clip with a tone over all that is hidden; what `cut_clip` returns and raises.

        Only where `no_sound` is empty: ValueError otherwise.
        """
        if self.no_sound:
            raise ValueError(f"{self.case.case_id}: {self.no_sound}")
        lowered: tuple[Lowered, ...] = ()
        if self.lower_customer:
            lowered = customers_voice(self._transcript)
        recording = self.judged.analyzed.call.recording
        return cut_clip(recording, self.case.clip, out_path, beeps=self.beeps(), lowered=lowered)

    def beeps(self) -> tuple[Interval, ...]:
        """When the recording is covered, in milliseconds of it."""
        further = (
            Interval(max(0, found.start_ms - MARGIN_MS), found.end_ms + MARGIN_MS)
            for mask in self.masks
            for utterance in self._transcript.utterances
            for found in _spoken(utterance, mask)
        )
        return union((*beep_intervals(self._transcript), *further))


def _without(text: str, masks: tuple[str, ...]) -> str:
    for hidden in masks:
        text = text.replace(hidden, MASK * len(hidden))
    return text


def _spoken(utterance: Utterance, mask: str) -> Iterator[Interval]:
    """When the utterance says the text: by its words' times, else all of it."""
    at = utterance.text.find(mask) if mask else -1
    if at < 0:
        return
    spelled = "".join(word.text for word in utterance.words)
    first = spelled.find(mask)
    if first < 0:
        yield utterance.interval
        return
    while first >= 0:
        passed, touched = 0, []
        for word in utterance.words:
            if passed < first + len(mask) and passed + len(word.text) > first:
                touched.append(word.interval)
            passed += len(word.text)
        yield Interval(touched[0].start_ms, max(i.end_ms for i in touched))
        first = spelled.find(mask, first + len(mask))
