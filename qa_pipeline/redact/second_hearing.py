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
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Transcript, Utterance, Word
from qa_pipeline.redact.find import explained_places, find_personal, find_places
from qa_pipeline.redact.masking import mask_with_quotes
from qa_pipeline.redact.spans import PersonalKind, Place
from qa_pipeline.redact.times import spoken_interval
from qa_pipeline.text.normalize import normalize

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


def heard_again(first: Transcript, second: Transcript) -> tuple[HeardAgain, ...]:
    """What the second hearing of a recording holds that is personal, in the order of time.

    Its speakers are taken from the first: by channel, and by time within it. A number of
    which neither knows what it is stays where the first hearing's words explain it.
    """
    told = replace(
        second,
        utterances=tuple(replace(u, role=_role_of(u, first.utterances)) for u in second.utterances),
    )
    channels = {u.utterance_id: u.audio_channel for u in told.utterances}
    explained = tuple(_explained(first))
    found = [
        (span.kind, HeardAgain(
            audio_channel=channels[span.utterance_id],
            interval=span.interval,
            is_name=span.kind is PersonalKind.NAME,
        ))
        for span in find_personal(told, is_strict=True)
    ]  # fmt: skip
    return tuple(
        heard
        for kind, heard in found
        if kind is not PersonalKind.NUMBER or not _is_among(heard, explained)
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


def _explained(first: Transcript) -> Iterator[_Explained]:
    found = explained_places(first.utterances)
    for utterance, places in zip(first.utterances, found, strict=True):
        for place in places:
            yield utterance.audio_channel, spoken_interval(utterance, place.start, place.end)


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
    spelt = [word for word in utterance.words for _ in normalize(word.text)]
    said = [at for at, char in enumerate(utterance.text) if normalize(char)]
    if not spelt or len(said) != len(spelt):
        yield Place(0, len(utterance.text), kind)
        return
    within = [at for at, word in zip(said, spelt, strict=True) if _is_within(word, heard.interval)]
    if within:
        yield Place(within[0], within[-1] + 1, kind)


def _is_within(word: Word, heard: Interval) -> bool:
    middle_ms = (word.interval.start_ms + word.interval.end_ms) // 2
    return heard.start_ms - _SLACK_MS <= middle_ms <= heard.end_ms + _SLACK_MS
