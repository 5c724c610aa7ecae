"""When numbers were said of which words around them say that they are nobody's own."""

from collections.abc import Iterator, Sequence

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Transcript, Utterance
from qa_pipeline.redact.figures import digit_by_sound, digit_of
from qa_pipeline.redact.find import explained_places
from qa_pipeline.redact.kinds import is_explained_by_words
from qa_pipeline.redact.lines import View, views_of
from qa_pipeline.redact.runs import Run
from qa_pipeline.redact.times import characters_within, spoken_interval


def explained_times(
    hearing: Transcript, channel: int, dictated: Sequence[Interval] = ()
) -> Iterator[Interval]:
    """Explained numbers on one channel: as they are written, and those of `dictated` that the
    words around explain, whatever is written in their place.
    """
    utterances = hearing.utterances
    for utterance, places in zip(utterances, explained_places(utterances), strict=True):
        for place in places:
            if utterance.audio_channel == channel:
                yield spoken_interval(utterance, place.start, place.end)
    views = tuple(views_of(utterances)) if dictated else ()
    for interval in dictated:
        if any(_is_explained(view, utterances, channel, interval) for view in views):
            yield interval


def _is_explained(
    view: View, utterances: Sequence[Utterance], channel: int, interval: Interval
) -> bool:
    """Whether words of this side, or a question that it answers, explain the dictation."""
    spoken = {
        (index, at)
        for index, utterance in enumerate(utterances)
        if utterance.audio_channel == channel
        for at in characters_within(utterance, interval)
    }
    places = tuple(
        at
        for at, whole in enumerate(view.to_whole)
        if (view.owners[whole], view.places[whole]) in spoken
    )
    if not places:
        return False
    digits = [digit_of(view.text[at]) or digit_by_sound(view.text[at]) or "?" for at in places]
    certain = sum(digit_of(view.text[at]) is not None for at in places)
    run = Run(places[0], places[-1] + 1, places, "".join(digits), certain)
    return is_explained_by_words(view, run)
