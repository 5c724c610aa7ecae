"""Asking the recognizer about the doubtful places of a call whose sound is at hand."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from qa_pipeline.batch.stopwatch import Stopwatch
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.scorecard import Evaluation
from qa_pipeline.transcribe import AudioInput, Recognizer

Evaluate = Callable[[AnalyzedCall], Evaluation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """The sound of one recording and the recognizer that can hear it again.

    `recognizer` is called only where there is something to ask.
    """

    audio: AudioInput
    recognizer: Callable[[Stopwatch], Recognizer]
    check: Callable[[], None] | None = None


def evaluated(
    analyzed: AnalyzedCall, evaluate: Evaluate, ear: Ear | None, watch: Stopwatch
) -> tuple[AnalyzedCall, Evaluation]:
    """The evaluation, made a second time when its questions were answered.

    The call comes back with what was answered before and now. Without an ear, or
    where there is nothing to ask, the first evaluation stands.
    """
    with watch.stage("evaluate"):
        first = evaluate(analyzed)
    if ear is None or not first.queries:
        return analyzed, first
    recognizer = ear.recognizer(watch)
    if recognizer.engine.digest != analyzed.transcript.engine.digest:
        return analyzed, first  # another model's willingness says nothing of these words
    answered = recognizer.answer([ear.audio], first.queries, check=ear.check)
    watch.add("verify", answered.seconds)
    if not answered.answers:
        return analyzed, first
    known = {**analyzed.answers_by_id, **answered.answers}
    asked = replace(analyzed, answers=tuple(known[i] for i in sorted(known)))
    with watch.stage("evaluate"):
        return asked, evaluate(asked)
