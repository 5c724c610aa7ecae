"""What the recognizer is asked about doubtful places, and what its answers prove.

A detector never reaches for audio. It looks up the answer to the question that a
doubtful place raises (`answer_for`), and adds `answer_evidence` to its log-odds;
`queries_for` collects the questions that nobody has answered yet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa_pipeline.detect.contests import contenders
from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.detect.decoys import decoys_of
from qa_pipeline.detect.settled import Settled, settled
from qa_pipeline.detect.windows import places_of
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.detection import Abstention, Detection, Outcome
from qa_pipeline.domain.interval import Interval, union
from qa_pipeline.domain.phrase_query import PhraseAnswer, PhraseQuery, query_id_of
from qa_pipeline.domain.rubric import Criterion, CriterionKind
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.text.normalize import normalize, readable
from qa_pipeline.text.pattern import Literal, parse_pattern
from qa_pipeline.text.phrases import PhraseMatch
from qa_pipeline.text.stream import UtteranceStream

VERSION = "2"
"""Raised when other questions are asked or an answer weighs otherwise."""

MAX_QUERIES = 6
MS_A_QUERY = 20_000
"""Most questions a call, and the length of recording that pays for one.

What they cost is bounded, whatever the rubric asks: about a tenth of transcribing.
"""
_BELOW, _ABOVE = 0.25, 0.10
# Fitted with base on 385 doubtful places (match probability 0.08 to 0.8; 186 said) in sample
# calls, clean and with noise at 8 and 3 dB, and in AISHELL sentences at 8 kHz with noise at
# 10 dB: phrases of the rubrics and of other calls, said and not said in equal weight. On calls
# left out AUC is 0.954, ECE 0.04 (forced less decoys alone 0.889, less the free decode 0.936,
# the weakest tokens 0.945); the match's own probability has 0.51 there.
_INTERCEPT, _PER_MARGIN, _PER_WEAKEST = 8.40, 1.037, 0.837
_MOST_EVIDENCE = 4.0
_LEAST_FORBIDDEN = 0.5
_MAX_WINDOW_MS, _ENOUGH_MS, _MAX_PAUSE_MS = 14_000, 6_000, 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A stretch of a role's stream where `phrase` (no braces) may have been said.

    `doubt` orders places: what is asked first has the least.
    """

    role: Role
    start_column: int
    end_column: int
    phrase: str
    doubt: float = 0.0


def queries_for(
    context: DetectionContext, detections: Sequence[Detection]
) -> tuple[PhraseQuery, ...]:
    """The questions that doubtful scripts and forbidden phrases raise, the most doubtful first.

    Doubtful is a probability from 0.25 below "not said" to 0.1 above "said". Questions
    that `context.answers` answers are not asked again, but count towards MAX_QUERIES.
    """
    probability = {d.detector_id: d.probability for d in detections if _may_be_asked(d)}
    places = [
        place
        for criterion in context.rubric.criteria
        if criterion.detector_id in probability
        and _is_doubtful(probability[criterion.detector_id], criterion, context)
        for place in _places(criterion, context)
    ]
    wanted = sorted(dict.fromkeys(places), key=lambda p: (p.doubt, p.start_column, p.phrase))
    queries = (query_of(place, context) for place in wanted)
    first = {q.query_id: q for q in queries if q is not None}
    allowed = context.call.call.recording.duration_ms // MS_A_QUERY
    some = tuple(first.values())[: min(MAX_QUERIES, allowed)]
    return tuple(q for q in some if q.query_id not in context.answers)


def answer_evidence(answer: PhraseAnswer) -> float | None:
    """The log-odds that an answer alone adds, −4..4; positive where the phrase was said.

    From how much less willing the decoder was to say the phrase than what it wrote, and
    from the phrase's least likely tokens. None where it trusted nothing at all.
    """
    if answer.decoy_log_probability is not None and (
        answer.free_log_probability < answer.decoy_log_probability
    ):
        return None
    margin = answer.forced_log_probability - answer.free_log_probability
    logit = _INTERCEPT + _PER_MARGIN * margin + _PER_WEAKEST * answer.weakest_log_probability
    return round(min(_MOST_EVIDENCE, max(-_MOST_EVIDENCE, logit)), 4)


def match_evidence(match: PhraseMatch, role: Role, context: DetectionContext) -> float | None:
    """What the recognizer's answer adds to the log-odds of a match; None where it was not asked."""
    if not context.answers:
        return None
    place = place_of(match, role, context)
    answer = None if place is None else answer_for(place, context)
    return None if answer is None else answer_evidence(answer)


def place_of(match: PhraseMatch, role: Role, context: DetectionContext) -> Place | None:
    """The place of a match that a question can be asked about, None where none helps.

    None for what was heard letter by letter: hearing it again proves nothing new.
    """
    stream = context.stream(role)
    phrase = spoken(match, stream)
    heard = normalize(stream.text[match.start_column : match.end_column])
    if not phrase or normalize(phrase) == heard:
        return None
    return Place(
        role=role,
        start_column=match.start_column,
        end_column=match.end_column,
        phrase=phrase,
        doubt=abs(match.probability - 0.5),
    )


def spoken(match: PhraseMatch, stream: UtteranceStream) -> str:
    """The wanted phrase as it would have been said here: what was heard fills gaps and slots."""
    elements = parse_pattern(match.wanted).elements
    columns = iter(match.literal_columns)
    if len(match.literal_columns) != sum(isinstance(e, Literal) for e in elements):
        return ""
    parts: list[str] = []
    written, is_open = match.start_column, False
    for element in elements:
        if not isinstance(element, Literal):
            is_open = True
            parts.append("")
            gap = len(parts) - 1
            continue
        column = next(columns)
        if column >= 0:
            if is_open:
                parts[gap] = stream.text[written:column]
            written, is_open = column + 1, False
        parts.append(element.char)
    if is_open:
        parts[gap] = stream.text[written : match.end_column]
    return "".join(parts)


def answer_for(place: Place, context: DetectionContext) -> PhraseAnswer | None:
    """What the recognizer answered about the place, None where it was not asked."""
    if not context.answers:
        return None
    utterance = _utterance_at(place.start_column, context.stream(place.role))
    return context.answers.get(_query_id(place, utterance.audio_channel, context))


def query_of(place: Place, context: DetectionContext) -> PhraseQuery | None:
    """The question about a place; None where there is no sound or too much of it."""
    stream = context.stream(place.role)
    first, last = (_utterance_at(c, stream) for c in (place.start_column, place.end_column - 1))
    if not first.words or first.audio_channel != last.audio_channel:
        return None
    channel = tuple(
        u
        for u in context.call.transcript.judged_utterances
        if u.audio_channel == first.audio_channel
    )
    window = _window(channel, channel.index(first), channel.index(last))
    said = {u.role for u in channel[channel.index(first) : channel.index(last) + 1]}
    if window is None or len(said) > 1:
        return None
    heard = stream.quote(place.start_column, place.end_column).replace(" ", "")
    ahead = "".join(readable(u.text) for u in window[: window.index(first)])
    return PhraseQuery(
        query_id=_query_id(place, first.audio_channel, context),
        recording_id=context.call.call.recording.recording_id,
        audio_channel=first.audio_channel,
        interval=stream.interval(place.start_column, place.end_column),
        phrase=place.phrase,
        decoys=decoys_of(place.phrase, heard),
        regions=union(u.interval for u in window),
        before=ahead + _ahead_in(first, place.start_column, stream),
        heard=heard,
    )


def _may_be_asked(detection: Detection) -> bool:
    return detection.outcome is not Outcome.CANNOT_TELL or (
        detection.abstention is Abstention.DOUBTFUL
    )


def _is_doubtful(probability: float, criterion: Criterion, context: DetectionContext) -> bool:
    said_above, not_said_below = context.cut_points(criterion.strictness)
    return not_said_below - _BELOW <= probability <= said_above + _ABOVE


def _places(criterion: Criterion, context: DetectionContext) -> Iterator[Place]:
    """The likeliest doubtful place of each step (of the list, for a forbidden phrase)."""
    windows = _unsettled(criterion, context)
    required = [step for step in criterion.steps if not step.optional]
    lists = [
        [m for window in windows for m in contenders(step, criterion, window, context)]
        for step in required
    ] or [_forbidden(criterion, windows, context)]
    for matches in lists:
        found = [match for match in matches if not match.negated]
        best = max(found, key=lambda m: (m.probability, -m.start_column), default=None)
        if best is not None and _is_doubtful(best.probability, criterion, context):
            place = place_of(best, criterion.role, context)
            if place is not None:
                yield place


def _unsettled(criterion: Criterion, context: DetectionContext) -> tuple[Interval, ...]:
    """The windows in which words can still change the answer.

    Where what was taught decides a script alone, no phrase is weighed and no answer read.
    """
    windows = places_of(criterion, context).intervals
    if criterion.kind is not CriterionKind.SCRIPT:
        return windows
    return tuple(w for w in windows if settled(criterion, w, context) is Settled.OPEN)


def _forbidden(
    criterion: Criterion, windows: tuple[Interval, ...], context: DetectionContext
) -> list[PhraseMatch]:
    """The likely enough matches of all listed phrases that start inside a window."""
    return [
        match
        for match in context.find(criterion.any_of, criterion.role, _LEAST_FORBIDDEN)
        if any(w.start_ms <= match.interval.start_ms < w.end_ms for w in windows)
    ]


def _query_id(place: Place, audio_channel: int, context: DetectionContext) -> str:
    return query_id_of(
        context.call.call.recording.recording_id,
        audio_channel,
        context.stream(place.role).interval(place.start_column, place.end_column),
        place.phrase,
        context.call.transcript.engine.digest,
    )


def _utterance_at(column: int, stream: UtteranceStream) -> Utterance:
    return stream.utterances[stream.owners[column]]


def _ahead_in(utterance: Utterance, column: int, stream: UtteranceStream) -> str:
    """What the utterance says before the column."""
    owner = stream.owners[column]
    begins = sum(len(readable(u.text)) + 1 for u in stream.utterances[:owner])
    return readable(utterance.text)[: stream.offsets[column] - begins]


def _window(channel: tuple[Utterance, ...], first: int, last: int) -> tuple[Utterance, ...] | None:
    """The utterances to listen to: those of the place with some words around them."""
    if _length_ms(channel[first : last + 1]) > _MAX_WINDOW_MS:
        return None
    while first > 0 and _length_ms(channel[first - 1 : last + 1]) <= _ENOUGH_MS:
        first -= 1
    while last + 1 < len(channel) and _length_ms(channel[first : last + 2]) <= _ENOUGH_MS:
        last += 1
    return channel[first : last + 1]


def _length_ms(utterances: tuple[Utterance, ...]) -> int:
    """How long the recognizer would listen: speech, and what it keeps of each pause."""
    regions: tuple[Interval, ...] = union(u.interval for u in utterances)
    return sum(r.duration_ms for r in regions) + sum(
        min(_MAX_PAUSE_MS, after.start_ms - before.end_ms) for before, after in pairwise(regions)
    )
