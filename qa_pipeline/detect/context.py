"""What a detector is given, and the parts of the call that several of them share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.audio_quality import QualityVerdict
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.phrase_query import PhraseAnswer
from qa_pipeline.domain.prosody import AgentBaseline
from qa_pipeline.domain.rubric import Rubric, Strictness
from qa_pipeline.settings import MetricThresholds, PhraseThresholds
from qa_pipeline.text.phrases import PhraseMatch, find_phrase
from qa_pipeline.text.stream import UtteranceStream, stream_of

Made = TypeVar("Made")

_MANDARIN = ("zh", "cmn", "und", "")
_ROLE_NAMES = {Role.AGENT: "坐席", Role.CUSTOMER: "客户", Role.UNKNOWN: "未知说话人"}


@dataclass(frozen=True, kw_only=True)
class DetectionContext:
    """One analyzed call with the rubric and settings that it is judged by.

    Streams and searches are made once and kept as long as the context lives.
    """

    call: AnalyzedCall
    rubric: Rubric
    phrases: PhraseThresholds = field(default_factory=PhraseThresholds)
    metrics: MetricThresholds = field(default_factory=MetricThresholds)
    baseline: AgentBaseline | None = None
    answers: Mapping[str, PhraseAnswer] = field(default_factory=dict)
    _streams: dict[Role, UtteranceStream] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _found: dict[tuple[Role, str, float], tuple[PhraseMatch, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _shared: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def shared(self, name: str, make: Callable[[], Made]) -> Made:
        """What several detectors derive from the call, made by the first that asks."""
        if name not in self._shared:
            self._shared[name] = make()
        made: Made = self._shared[name]
        return made

    def stream(self, role: Role) -> UtteranceStream:
        """What the role said, quarantined utterances left out; UNKNOWN means both sides."""
        if role not in self._streams:
            self._streams[role] = stream_of(
                self.call.transcript.judged_utterances
                if role is Role.UNKNOWN
                else self.call.utterances_of(role)
            )
        return self._streams[role]

    def find(self, phrase: str, role: Role, min_probability: float) -> tuple[PhraseMatch, ...]:
        """Where the role said the phrase, anywhere in the call."""
        key = (role, phrase, min_probability)
        if key not in self._found:
            self._found[key] = find_phrase(
                phrase, self.stream(role), min_probability=min_probability
            )
        return self._found[key]

    def conversation(self) -> Interval:
        """From the first to the last unquarantined utterance of either side.

        Ring-back and silence before the first word belong to no window.
        """
        judged = self.call.transcript.judged_utterances
        if not judged:
            return Interval(0, 0)
        return Interval(
            min(u.interval.start_ms for u in judged), max(u.interval.end_ms for u in judged)
        )

    def cut_points(self, strictness: Strictness) -> tuple[float, float]:
        """Probabilities from which a phrase counts as said, and up to which as not said."""
        shift = {
            Strictness.STRICT: self.phrases.strict_shift,
            Strictness.STANDARD: 0.0,
            Strictness.LENIENT: self.phrases.lenient_shift,
        }[strictness]
        return self.phrases.said_above + shift, self.phrases.not_said_below + shift

    def why_not_judgeable(self, role: Role) -> str | None:
        """Why no phrase of this role can be judged in this call, None when it can.

        The text is for inspectors.
        """
        language = self.call.transcript.language.lower()
        if language.split("-")[0] not in _MANDARIN:
            return f"通话语言为 {language}，普通话短语不可判"
        quality = self.call.quality
        if quality is not None and quality.verdict is QualityVerdict.UNFIT:
            return f"录音质量不足以判断：{quality.because or '信噪比过低'}"
        if role is not Role.UNKNOWN and not self.call.roles_are_reliable:
            return self.call.split.undivided_because or "无法可靠区分坐席与客户"
        return None


def role_name(role: Role) -> str:
    """The role as an inspector calls it."""
    return _ROLE_NAMES[role]


def without_excepted(
    matches: tuple[PhraseMatch, ...],
    unless: tuple[str, ...],
    role: Role,
    context: DetectionContext,
) -> tuple[PhraseMatch, ...]:
    """The matches that are neither negated nor part of an `unless` phrase."""
    standing = tuple(m for m in matches if not m.negated)
    if not standing or not unless:
        return standing
    excepted = [m for u in unless for m in context.find(u, role, context.phrases.said_above)]
    return tuple(m for m in standing if not any(m.overlaps(e) for e in excepted))
