"""What a detector is given, and the parts of the call that several of them share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from operator import itemgetter
from typing import Any, TypeVar

from qa_pipeline.detect.meaning import RubricMeaning
from qa_pipeline.detect.meant import MeantStretches, NearMeanings
from qa_pipeline.detect.taught import (
    TaughtStretches,
    stretches_of,
    taught_log_odds,
    taught_stretches,
)
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.audio_quality import QualityVerdict
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.phrase_query import PhraseAnswer
from qa_pipeline.domain.prosody import AgentBaseline
from qa_pipeline.domain.rubric import Criterion, Rubric, Strictness, Trigger
from qa_pipeline.settings import MetricThresholds, PhraseThresholds
from qa_pipeline.text.phrases import NEAR_MISS, Contest, PhraseMatch, PhraseSearch, find_phrase
from qa_pipeline.text.stream import UtteranceStream, stream_of

Made = TypeVar("Made")

EXCEPTED_FROM = 0.85
"""How sure an `unless` phrase must be before it takes anything away."""
_SCORE_TOLERANCE = 0.02
_LEAST_FORBIDDEN, _LEAST_TRIGGER = 0.5, 0.6

_MANDARIN = ("zh", "cmn", "und", "")
_ROLE_NAMES = {Role.AGENT: "坐席", Role.CUSTOMER: "客户", Role.UNKNOWN: "未知说话人"}


@dataclass(frozen=True, kw_only=True)
class DetectionContext:
    """One analyzed call with the rubric and settings that it is judged by.

    Streams and searches are made once and kept as long as the context lives.
    Without `meaning` (no sentence embedder) scripts are judged by their words alone.
    """

    call: AnalyzedCall
    rubric: Rubric
    phrases: PhraseThresholds = field(default_factory=PhraseThresholds)
    metrics: MetricThresholds = field(default_factory=MetricThresholds)
    baseline: AgentBaseline | None = None
    answers: Mapping[str, PhraseAnswer] = field(default_factory=dict)
    meaning: RubricMeaning | None = None
    _streams: dict[Role, UtteranceStream] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _searches: dict[Role, tuple[Mapping[str, float], PhraseSearch]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _found: dict[tuple[Role, tuple[str, ...], float], tuple[PhraseMatch, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _within: dict[tuple[Role, str, tuple[Interval, ...]], TaughtStretches] = field(
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

    def find(
        self, phrases: tuple[str, ...], role: Role, min_probability: float
    ) -> tuple[PhraseMatch, ...]:
        """Where the role said one of the phrases, anywhere in the call, phrase by phrase.

        All that the rubric asks of the role in any case is searched together.
        """
        key = (role, phrases, min_probability)
        if key not in self._found:
            wanted, search = self._search(role)
            # a rubric asks for most of its phrases with one and the same probability
            if min_probability >= max(map(wanted.get, phrases, repeat(1.0)), default=0.0):
                self._found[key] = search.find(phrases, min_probability)
            else:
                self._found[key] = tuple(
                    match
                    for phrase in phrases
                    for match in self._found_anew(phrase, role, min_probability)
                )
        return self._found[key]

    def _found_anew(
        self, phrase: str, role: Role, min_probability: float
    ) -> tuple[PhraseMatch, ...]:
        wanted, search = self._search(role)
        if min_probability >= wanted.get(phrase, 1.0):
            return search.find((phrase,), min_probability)
        return find_phrase(phrase, self.stream(role), min_probability=min_probability)

    def meant(self, criterion: Criterion) -> MeantStretches | None:
        """How near each stretch of the criterion's role comes to it; None without embeddings."""
        meaning, embeddings = self.meaning, self.call.embeddings
        if meaning is None or embeddings is None:
            return None
        if embeddings.model_digest != meaning.prototypes.model_digest:
            return None
        # all that nothing was taught for are asked sooner or later: together they cost less
        untaught = tuple(c.criterion_id for c in self.rubric.criteria if c.taught is None)
        is_one = criterion.criterion_id in untaught
        asked = untaught if is_one else (criterion.criterion_id,)
        role = criterion.role
        near = self.shared(
            f"near:{role}:{is_one or criterion.criterion_id}",
            lambda: NearMeanings(
                meaning, asked, embeddings, self.stream(role), self._stretches(role)
            ),
        )
        return near.to(criterion.criterion_id)

    def _stretches(self, role: Role) -> tuple[tuple[int, int, int], ...]:
        return self.shared(
            f"stretches:{role}", lambda: stretches_of(self.stream(role), self.call.embeddings)
        )

    def taught(self, wanted: Criterion | Trigger) -> TaughtStretches | None:
        """How surely each stretch of the role says it; None where nothing was taught."""
        if wanted.taught is None:
            return None
        role = wanted.role
        return self.shared(f"taught:{role}", lambda: self._taught(role))[wanted.taught.name]

    def taught_within(
        self, wanted: Criterion | Trigger, windows: tuple[Interval, ...]
    ) -> TaughtStretches | None:
        """Those stretches that begin in one of the windows: several layers ask for the same."""
        taught = self.taught(wanted)
        if taught is None or wanted.taught is None:
            return None
        key = (wanted.role, wanted.taught.name, windows)
        if key not in self._within:
            self._within[key] = taught.within(windows)
        return self._within[key]

    def _taught(self, role: Role) -> Mapping[str, TaughtStretches]:
        """The stretches under all that was taught for the role."""
        stream, places = self.stream(role), self._stretches(role)
        asked: tuple[Criterion | Trigger, ...] = (*self.rubric.criteria, *self.rubric.triggers)
        wordings = [
            each.taught
            for each in asked
            if each.taught and (each.role is role or role is Role.UNKNOWN)
        ]
        log_odds = taught_log_odds(wordings, stream, places, self.call.embeddings)
        return taught_stretches(log_odds, places, stream)

    def decide(
        self, role: Role, contests: Sequence[Contest]
    ) -> tuple[tuple[PhraseMatch, ...], ...]:
        """What the role said of each contest's phrases: see PhraseSearch.decide."""
        return self._search(role)[1].decide(contests)

    def _search(self, role: Role) -> tuple[Mapping[str, float], PhraseSearch]:
        if role not in self._searches:
            wanted = wanted_of(self.rubric, role)
            search = PhraseSearch(wanted, self.stream(role))
            search.prepare(_always_asked(self.rubric, role, wanted))
            self._searches[role] = (wanted, search)
        return self._searches[role]

    def conversation(self) -> Interval:
        """From the first to the last unquarantined utterance of either side.

        Ring-back and silence before the first word belong to no window.
        """
        return self.shared("from first to last word", self._conversation)

    def _conversation(self) -> Interval:
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


def wanted_of(rubric: Rubric, role: Role) -> dict[str, float]:
    """Every phrase that the rubric looks for on this side, with the least useful probability.

    UNKNOWN is both sides together, where only scripts are looked for.
    """
    listed: list[tuple[tuple[str, ...], float]] = []
    for criterion in rubric.criteria:
        if role in (criterion.role, Role.UNKNOWN):
            listed += [(step.any_of, NEAR_MISS) for step in criterion.steps]
        if role is criterion.role:
            listed.append((criterion.any_of, _LEAST_FORBIDDEN))
            listed.append((criterion.unless, EXCEPTED_FROM))
            listed.append((criterion.listen_for, _LEAST_TRIGGER))
    for trigger in rubric.triggers:
        if role is trigger.role:
            listed.append((trigger.any_of, _LEAST_TRIGGER))
            listed.append((trigger.unless, EXCEPTED_FROM))
    # in the order of the rubric; of two probabilities the smaller stays
    wanted = dict.fromkeys(chain.from_iterable(phrases for phrases, _ in listed), 1.0)
    for phrases, least in sorted(listed, key=itemgetter(1), reverse=True):
        wanted.update(dict.fromkeys(phrases, least))
    return wanted


def _always_asked(rubric: Rubric, role: Role, wanted: Mapping[str, float]) -> dict[str, float]:
    """What will be searched for in any case; most scripts wait until their window is known."""
    asked = {phrase: least for phrase, least in wanted.items() if least > NEAR_MISS}
    for trigger in rubric.triggers:
        if trigger.role is role:
            asked |= {p: min(_LEAST_TRIGGER, asked.get(p, 1.0)) for p in trigger.any_of}
    for criterion in rubric.criteria:
        if criterion.role is role and sum(not step.optional for step in criterion.steps) > 1:
            asked |= {p: NEAR_MISS for step in criterion.steps for p in step.any_of}
    return asked


def excepted_in(wanted: Criterion | Trigger, context: DetectionContext) -> list[PhraseMatch]:
    """Where the role said one of the criterion's or trigger's `unless` phrases."""
    return list(context.find(wanted.unless, wanted.role, EXCEPTED_FROM))


def without_excepted(
    matches: tuple[PhraseMatch, ...],
    unless: tuple[str, ...],
    role: Role,
    context: DetectionContext,
) -> tuple[PhraseMatch, ...]:
    """The matches that are neither negated nor part of an `unless` phrase.

    An exception has to be heard well, and not worse than the match that it takes away.
    """
    standing = tuple(m for m in matches if not m.negated)
    if not standing or not unless:
        return standing
    excepted = context.find(unless, role, EXCEPTED_FROM)
    return tuple(
        m
        for m in standing
        if not any(m.overlaps(e) and e.score >= m.score - _SCORE_TOLERANCE for e in excepted)
    )
