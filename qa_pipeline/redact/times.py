"""When the characters of an utterance were said, by the times of its words."""

from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.text.normalize import normalize


def spoken_interval(utterance: Utterance, start: int, end: int) -> Interval:
    """When characters `start` to `end` (exclusive) were said.

    The whole utterance where it has no words, or where they do not spell its text.
    """
    spelt = [word for word in utterance.words for _ in normalize(word.text)]
    if not spelt or len(spelt) != len(normalize(utterance.text)):
        return utterance.interval
    first = len(normalize(utterance.text[:start]))
    last = len(normalize(utterance.text[:end])) - 1
    if last < first:  # punctuation only
        return utterance.interval
    begin, finish = spelt[first].interval.start_ms, spelt[last].interval.end_ms
    return Interval(begin, finish) if begin < finish else utterance.interval


def characters_within(utterance: Utterance, time: Interval, slack_ms: int = 0) -> tuple[int, ...]:
    """The characters whose word's middle lies in that time, or so near it.

    All of an utterance whose words do not spell its text, if they are said in that time at all.
    """
    spelt = [word for word in utterance.words for _ in normalize(word.text)]
    said = [at for at, char in enumerate(utterance.text) if normalize(char)]
    if not spelt or len(said) != len(spelt):
        return tuple(range(len(utterance.text))) if utterance.interval.overlap_ms(time) else ()
    around = time.padded(slack_ms, slack_ms)
    return tuple(
        at
        for at, word in zip(said, spelt, strict=True)
        if around.start_ms <= (word.interval.start_ms + word.interval.end_ms) // 2 <= around.end_ms
    )
