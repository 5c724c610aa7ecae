"""Everything that a detector may see of one call."""

from collections.abc import Mapping
from dataclasses import dataclass

from qa_pipeline.domain.audio_quality import AudioQuality
from qa_pipeline.domain.call import Call, Role
from qa_pipeline.domain.embeddings import Embeddings
from qa_pipeline.domain.metrics import ConversationMetrics
from qa_pipeline.domain.phrase_query import PhraseAnswer
from qa_pipeline.domain.prosody import Prosody
from qa_pipeline.domain.speakers import SpeakerSplit
from qa_pipeline.domain.transcript import Transcript, Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzedCall:
    """A call with its transcript, speakers, sound and figures.

    `quality` is None for a ready transcript (no audio was seen); `prosody` is
    then empty. `embeddings` is None where no sentence embedder was installed.
    `answers` are what the recognizer said of doubtful places, in order of query_id.
    """

    call: Call
    transcript: Transcript
    split: SpeakerSplit
    quality: AudioQuality | None
    prosody: tuple[Prosody, ...]
    metrics: ConversationMetrics
    embeddings: Embeddings | None = None
    answers: tuple[PhraseAnswer, ...] = ()

    @property
    def answers_by_id(self) -> Mapping[str, PhraseAnswer]:
        return {answer.query_id: answer for answer in self.answers}

    @property
    def roles_are_reliable(self) -> bool:
        """Whether role-dependent answers may be given (bar: 0.8, DESIGN section 2.4)."""
        return self.split.role_confidence >= MIN_ROLE_CONFIDENCE

    def utterances_of(self, role: Role) -> tuple[Utterance, ...]:
        """The role's utterances that may be judged, in time order."""
        return tuple(u for u in self.transcript.judged_utterances if u.role is role)


MIN_ROLE_CONFIDENCE = 0.8
