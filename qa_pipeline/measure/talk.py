"""Who spoke when, cleaned of what may not be judged: what all measures start from."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from qa_pipeline.domain.analyzed_call import MIN_ROLE_CONFIDENCE
from qa_pipeline.domain.call import Call, Role
from qa_pipeline.domain.interval import Interval, difference, intersection, total_ms, union
from qa_pipeline.domain.prosody import Prosody
from qa_pipeline.domain.speakers import SpeakerSplit
from qa_pipeline.domain.transcript import Transcript, Utterance
from qa_pipeline.text.echoes import echo_ids
from qa_pipeline.text.normalize import normalize

_UNTRANSCRIBED_NOISE_MS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Judged utterances in order, and each role's speech inside the call.

    `utterances` are unquarantined, hold words and are no echo of the other
    channel. `speech` lies in 0..duration, outside the holds and outside the
    utterances that may not be judged. `is_timed` is False when the times come
    from text length.
    """

    duration_ms: int
    is_timed: bool
    roles_are_known: bool
    overlap_is_known: bool
    utterances: tuple[Utterance, ...]
    speech: Mapping[Role, tuple[Interval, ...]]
    holds: tuple[Interval, ...]
    _spoken: dict[str, tuple[Interval, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def of(self, role: Role) -> tuple[Utterance, ...]:
        return tuple(u for u in self.utterances if u.role is role)

    def spoken(self, utterance: Utterance) -> tuple[Interval, ...]:
        """When the utterance was really voiced; its whole interval where that is unknown."""
        known = self._spoken.get(utterance.utterance_id)
        if known is None:
            known = _parts_within(self.speech.get(utterance.role, ()), utterance.interval)
            known = self._spoken[utterance.utterance_id] = known or (utterance.interval,)
        return known

    def span(self, utterance: Utterance) -> Interval:
        """From the first to the last voiced moment of the utterance."""
        heard = self.spoken(utterance)
        return Interval(heard[0].start_ms, heard[-1].end_ms)

    @property
    def anyone(self) -> tuple[Interval, ...]:
        """The time in which at least one side spoke."""
        return union(i for intervals in self.speech.values() for i in intervals)

    @property
    def spoken_ms(self) -> int:
        """How much judged speech there is, both sides added."""
        return sum(total_ms(self.spoken(u)) for u in self.utterances)


def _parts_within(intervals: tuple[Interval, ...], whole: Interval) -> tuple[Interval, ...]:
    """What of the sorted, disjoint intervals lies within `whole`."""
    first = bisect_right(intervals, whole.start_ms, key=lambda i: i.end_ms)
    found = []
    for place in range(first, len(intervals)):
        start_ms = max(intervals[place].start_ms, whole.start_ms)
        end_ms = min(intervals[place].end_ms, whole.end_ms)
        if start_ms >= end_ms:
            break
        found.append(Interval(start_ms, end_ms))
    return tuple(found)


def talk_of(
    call: Call, transcript: Transcript, split: SpeakerSplit, prosody: tuple[Prosody, ...]
) -> Talk:
    """Clean the transcript and the speech activity of one call."""
    echoes: frozenset[str] = frozenset()
    if not transcript.times_are_estimated:
        loudness = {p.utterance_id: p.loudness_db for p in prosody if p.loudness_db is not None}
        echoes = echo_ids(transcript.judged_utterances, loudness)
    judged = tuple(
        u
        for u in transcript.judged_utterances
        if u.utterance_id not in echoes and normalize(u.text)
    )
    kept = {u.utterance_id for u in judged}
    dropped = tuple(u for u in transcript.utterances if u.utterance_id not in kept)
    last_ms = max((u.interval.end_ms for u in transcript.utterances), default=0)
    duration_ms = call.recording.duration_ms or last_ms
    whole = (Interval(0, duration_ms),)
    holds = intersection(call.holds, whole)
    roles = set(split.speech) | {u.role for u in judged}
    return Talk(
        duration_ms=duration_ms,
        is_timed=not transcript.times_are_estimated,
        roles_are_known=split.role_confidence >= MIN_ROLE_CONFIDENCE,
        overlap_is_known=split.overlap_is_measurable,
        utterances=judged,
        speech={
            role: difference(intersection(_speech_of(role, split, judged, dropped), whole), holds)
            for role in sorted(roles)
        },
        holds=holds,
    )


def _speech_of(
    role: Role,
    split: SpeakerSplit,
    judged: tuple[Utterance, ...],
    dropped: tuple[Utterance, ...],
) -> tuple[Interval, ...]:
    own = union(u.interval for u in judged if u.role is role)
    not_judged = difference((u.interval for u in dropped if u.role is role), own)
    active = difference(split.speech.get(role, ()), not_judged)
    # A cough or a click that left no word must not cut a silence in two.
    heard = tuple(
        i for i in active if i.duration_ms >= _UNTRANSCRIBED_NOISE_MS or _parts_within(own, i)
    )
    unheard = (i for i in own if not _parts_within(heard, i))
    return union((*heard, *unheard))
