"""A case as it may leave: without what its call gives away, in words, quotes and sound.

Also whether a case may be shown: hidden by what its call says today, and its approval.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from qa_pipeline.batch.second_hearing import SecondHearing
from qa_pipeline.cases import cut_clip
from qa_pipeline.cases.pack import PackLine
from qa_pipeline.cases.voices import Lowered, customers_voice
from qa_pipeline.domain.case import Case, CaseStatus
from qa_pipeline.domain.case_card import CardText, HeardAgain, Redaction
from qa_pipeline.domain.interval import Interval, union
from qa_pipeline.domain.judged_call import JudgedCall
from qa_pipeline.domain.transcript import Transcript, Utterance
from qa_pipeline.errors import UsageError
from qa_pipeline.redact import (
    MARGIN_MS,
    MASK,
    VERSION,
    PersonalKind,
    PersonalSpan,
    beep_intervals,
    find_agents,
    mask_both,
    spoken_interval,
)
from qa_pipeline.store import CallStore

NO_SOUND = "这通电话只有文字"
NO_TIMES = "转写没有时间，不能确定在哪里消音"
LISTENED = "已听完遮蔽后的片段"
SOME_AGENT = "坐席A"
"""What stands in a case for its agent's name: nobody is to be laughed at by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactedCase:
    """What may leave of a case.

    The agent is SOME_AGENT and has no 工号. `masks` are further texts that a trainer wants
    hidden: in the words each character of them, in the sound the words that spell them.
    `heard` is what a second hearing of the sound found, None where there was none.
    `lower_customer` makes the customer's voice lower.
    """

    case: Case
    judged: JudgedCall
    masks: tuple[str, ...] = ()
    heard: tuple[HeardAgain, ...] | None = None
    lower_customer: bool = False
    _shown: Transcript = field(init=False, repr=False)
    _mask: Callable[[str], str] = field(init=False, repr=False)
    _agents: tuple[PersonalSpan, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        shown, mask = mask_both(self._transcript, self.heard or ())
        object.__setattr__(self, "_shown", shown)
        object.__setattr__(self, "_mask", mask)
        name = self.judged.analyzed.call.agent_name
        agents = find_agents(self._transcript, (name,) if name else ())
        object.__setattr__(self, "_agents", agents)

    @property
    def _transcript(self) -> Transcript:
        return self.judged.analyzed.transcript

    def text(self, text: str) -> str:
        """A text about the case with all that is personal in its call hidden."""
        hidden = _without(self._mask(text), self.masks)
        said = {u.utterance_id: u.text for u in self._transcript.utterances}
        shown = {said[s.utterance_id][s.start : s.end]: _stand_in(s) for s in self._agents}
        name = self.judged.analyzed.call.agent_name
        if name:
            shown[name] = SOME_AGENT
        for surface in sorted(shown, key=len, reverse=True):
            hidden = hidden.replace(surface, shown[surface])
        return hidden

    def lines(self) -> Iterator[PackLine]:
        """What is said in the clip, masked."""
        clip = self.case.clip
        for utterance in self._shown.judged_utterances:
            if utterance.interval.overlap_ms(clip) > 0:
                yield PackLine(
                    role=utterance.role,
                    start_ms=max(0, utterance.interval.start_ms - clip.start_ms),
                    text=_without(self._without_agent(utterance), self.masks),
                )

    def _without_agent(self, utterance: Utterance) -> str:
        text = utterance.text
        for span in reversed(self._agents):
            if span.utterance_id == utterance.utterance_id:
                text = text[: span.start] + _stand_in(span) + text[span.end :]
        return text

    @property
    def key(self) -> str:
        """The digest of all that this redaction is computed from."""
        return redaction_key(self.judged, self.masks, self.heard)

    def fits(self, kept: Redaction | None) -> bool:
        """Whether what was kept was computed from the same transcript, masks and rules."""
        return kept is not None and kept.key == self.key

    @property
    def no_sound(self) -> str:
        """Why the clip cannot leave; empty where it can."""
        if self.judged.analyzed.call.recording.audio_channels == 0:
            return NO_SOUND
        return NO_TIMES if self._transcript.times_are_estimated else ""

    @property
    def needs_a_listener(self) -> bool:
        """Whether there is a clip that no second hearing went through."""
        return self.heard is None and not self.no_sound

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
        said = [span.interval for span in self._agents]
        said += [one.interval for one in self.heard or ()]
        said += [
            found
            for mask in self.masks
            for utterance in self._transcript.utterances
            for found in _spoken(utterance, mask)
        ]
        further = (Interval(max(0, i.start_ms - MARGIN_MS), i.end_ms + MARGIN_MS) for i in said)
        return union((*beep_intervals(self._transcript), *further))


def redaction_key(
    judged: JudgedCall, masks: tuple[str, ...], heard: tuple[HeardAgain, ...] | None = None
) -> str:
    """The digest of all that a redaction is computed from."""
    transcript = judged.analyzed.transcript
    said = [
        (u.utterance_id, u.role.value, u.interval, u.text, [(w.text, w.interval) for w in u.words])
        for u in transcript.utterances
    ]
    name = judged.analyzed.call.agent_name
    made_of = repr((VERSION, transcript.recording_id, said, masks, name, heard))
    return hashlib.sha256(made_of.encode()).hexdigest()[:32]


def card_text(store: CallStore, case_id: str) -> CardText:
    """The card as it was last left; empty for one that nobody edited."""
    edits = store.card_edits(case_id)
    return edits[-1].text if edits else CardText()


def redacted(store: CallStore, case_id: str) -> RedactedCase:
    """The case with its call and the trainer's masks; NotFound where either is unknown."""
    case = store.case(case_id)
    kept = store.redaction(case_id)
    return RedactedCase(
        case=case,
        judged=store.judged_call(case.call_id),
        masks=card_text(store, case_id).masks,
        heard=kept.heard if kept else None,
    )


def redact_case(store: CallStore, case_id: str, ears: SecondHearing | None = None) -> Redaction:
    """Compute on the current transcript what is hidden, and keep it.

    `ears` listen to the clip a second time; without them what they found before stays.
    """
    hidden = redacted(store, case_id)
    clip = hidden.case.clip
    if ears is not None and not hidden.no_sound:
        heard = ears.hear(hidden.judged, clip)
        hidden = replace(hidden, heard=hidden.heard if heard is None else heard)
    made = Redaction(
        key=hidden.key,
        beeps=tuple(b for b in hidden.beeps() if b.overlap_ms(clip) > 0),
        heard=hidden.heard,
    )
    store.save_redaction(case_id, made)
    return made


def is_redacted(store: CallStore, case_id: str) -> bool:
    """Whether what was computed still fits the transcript, the masks and the rules."""
    return redacted(store, case_id).fits(store.redaction(case_id))


class NotListenedTo(UsageError):
    """A clip that nobody, machine or person, heard for what the transcript misheard."""


def approve_case(store: CallStore, case_id: str, *, who: str, has_listened: bool = False) -> None:
    """Take a case into the library.

    UsageError where it is not redacted on the current transcript, or lost its call;
    NotListenedTo where its sound was not heard a second time and `who` does not say that
    they heard all of the beeped clip themselves.
    """
    case = store.case(case_id)
    if not store.call_ids(call_ids=(case.call_id,)):
        raise UsageError(f"case {case_id}: its call was purged; it stays retired")
    if not is_redacted(store, case_id):
        raise UsageError(
            f"case {case_id} is not redacted on its current transcript; open its card in the"
            " review page and press 遮蔽, then approve it"
        )
    if not has_listened and redacted(store, case_id).needs_a_listener:
        raise NotListenedTo(
            f"case {case_id} was not heard a second time: numbers may sound through that the"
            " transcript misheard; run `qa-pipeline cases hear`, or listen to its whole clip and"
            " approve it with --listened, or on its card with the box ticked"
        )
    store.set_case_status(
        case_id, CaseStatus.APPROVED, who=who, note=LISTENED if has_listened else ""
    )


def clip_file(store: CallStore, workspace: Path, case_id: str) -> Path:
    """The case's clip with a tone over personal data, cut once and kept in the workspace.

    Raises UnreadableRecording where the recording is gone, UsageError where the clip
    may not leave (no sound, no times).
    """
    hidden = redacted(store, case_id)
    if hidden.no_sound:
        raise UsageError(f"case {case_id}: {hidden.no_sound}")
    key = hidden.key
    path = workspace / "clips" / "cases" / f"{case_id}-{key[:12]}.wav"
    if not path.is_file():
        hidden.cut(path)
        store.save_clip(case_id, str(path))
    return path


def _stand_in(span: PersonalSpan) -> str:
    return SOME_AGENT if span.kind is PersonalKind.AGENT else MASK * (span.end - span.start)


def _without(text: str, masks: tuple[str, ...]) -> str:
    for hidden in masks:
        text = text.replace(hidden, MASK * len(hidden))
    return text


def _spoken(utterance: Utterance, mask: str) -> Iterator[Interval]:
    """When the utterance says the text: by its words' times, else all of it."""
    at = utterance.text.find(mask) if mask else -1
    while at >= 0:
        yield spoken_interval(utterance, at, at + len(mask))
        at = utterance.text.find(mask, at + len(mask))
