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
