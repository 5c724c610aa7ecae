"""What a second hearing of the sound gives away, brought into the words of the first.

A recognizer that expects dictated numbers writes them where the first hearing wrote other
words (邮霸士 for 幺八四). What is personal in its words is hidden, by the time it was said at,
in the first hearing's words too, and in the sound. It serves what leaves the building, so
numbers that nothing explains are hidden from four digits on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.case_card import HeardAgain
from qa_pipeline.domain.dictated import Dictated
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Transcript, Utterance
from qa_pipeline.redact.by_sound import by_sound, has_sound
from qa_pipeline.redact.explained import explained_times
from qa_pipeline.redact.find import find_personal, find_places
from qa_pipeline.redact.masking import mask_with_quotes
from qa_pipeline.redact.spans import PersonalKind, Place
from qa_pipeline.redact.times import characters_within

EXPECTED = (
    "手机号是幺三八零零幺三五二四六",
    "身份证号三二零幺零二幺九九零",
    "验证码是五九零三幺八",
)
"""What a recognizer has to be told to expect, so that it writes dictated digits as digits."""
_SLACK_MS = 120
"""Two hearings put the same word some 100 ms apart."""
_SAME_SHARE = 0.5

_Explained = tuple[int, Interval]


def heard_again(
    first: Transcript, second: Transcript, dictated: Sequence[Dictated] | None = None
) -> tuple[HeardAgain, ...]:
    """What the second hearing of a recording holds that is personal, in the order of time.

    Its speakers are taken from the first: by channel, and by time within it. A number of
    which neither knows what it is stays where the first hearing's words explain it, or where
    `dictated` (None where the sound could not be asked) says that no digits were dictated. A
    dictation of which no words say that it is nobody's own is hidden, whatever was written.
    """
    told = replace(
        second,
        utterances=tuple(replace(u, role=_role_of(u, first.utterances)) for u in second.utterances),
    )
    explained = (*_explained(first, dictated or ()), *_explained(told, dictated or ()))
    found = tuple(
        heard
        for kind, heard in _found(told, dictated)
        if kind is not PersonalKind.NUMBER or not _is_among(heard, explained)
    )
    if dictated is None:
        return found
    return (*found, *by_sound(found, dictated, (first, told)))


def _found(
    told: Transcript, dictated: Sequence[Dictated] | None
) -> Iterator[tuple[PersonalKind, HeardAgain]]:
    """What its words give away; a number that only its length makes suspect, where it sounds so."""
    channels = {u.utterance_id: u.audio_channel for u in told.utterances}
    for span in find_personal(told, is_strict=True):
        channel = channels[span.utterance_id]
        is_known = span.kind is not PersonalKind.NUMBER or dictated is None
        if is_known or has_sound(span.interval, channel, dictated or ()):
            yield (
                span.kind,
                HeardAgain(
                    audio_channel=channel,
                    interval=span.interval,
                    is_name=span.kind is PersonalKind.NAME,
                ),
            )


def mask_both(
    transcript: Transcript, heard: Sequence[HeardAgain]
) -> tuple[Transcript, Callable[[str], str]]:
    """The transcript, and a mask for texts about it, with what either hearing found hidden."""
    places = zip(
        find_places(transcript.utterances),
        places_heard(transcript.utterances, heard),
        strict=True,
    )
    return mask_with_quotes(transcript, [(*first, *second) for first, second in places])


def places_heard(
    utterances: Sequence[Utterance], heard: Sequence[HeardAgain]
) -> tuple[tuple[Place, ...], ...]:
    """For each utterance the characters that were said while the second hearing gave data away.

    All of an utterance whose words have no times.
    """
    return tuple(
        tuple(
            place
            for one in heard
            if one.audio_channel == utterance.audio_channel
            and one.interval.overlap_ms(utterance.interval) > 0
            for place in _places(utterance, one)
        )
        for utterance in utterances
    )


def _explained(hearing: Transcript, dictated: Sequence[Dictated]) -> Iterator[_Explained]:
    for channel in {u.audio_channel for u in hearing.utterances}:
        runs = [d.interval for d in dictated if d.audio_channel == channel]
        for interval in explained_times(hearing, channel, runs):
            yield channel, interval


def _is_among(heard: HeardAgain, explained: Sequence[_Explained]) -> bool:
    """Whether it is for the most part one of the numbers that are known to be nobody's own."""
    said = heard.interval
    return any(
        channel == heard.audio_channel
        and known.overlap_ms(said) > _SAME_SHARE * min(known.duration_ms, said.duration_ms)
        for channel, known in explained
    )


def _role_of(utterance: Utterance, known: Sequence[Utterance]) -> Role:
    same = [u for u in known if u.audio_channel == utterance.audio_channel]
    nearest = max(same, key=lambda u: _nearness(u.interval, utterance.interval), default=None)
    return nearest.role if nearest is not None else Role.UNKNOWN


def _nearness(known: Interval, heard: Interval) -> tuple[int, int]:
    apart_ms = max(known.start_ms - heard.end_ms, heard.start_ms - known.end_ms, 0)
    return known.overlap_ms(heard), -apart_ms


def _places(utterance: Utterance, heard: HeardAgain) -> Iterator[Place]:
    kind = PersonalKind.NAME if heard.is_name else PersonalKind.NUMBER
    within = characters_within(utterance, heard.interval, _SLACK_MS)
    if within:
        yield Place(within[0], within[-1] + 1, kind)
