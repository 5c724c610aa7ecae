"""Sentence embeddings where a store and perhaps a model are at hand."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from qa_pipeline.batch.stopwatch import Stopwatch
from qa_pipeline.detect.meaning import RubricMeaning, prototype_texts, rubric_meaning
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.embeddings import Embeddings, TextVectors
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.embed import Embedder, embed_texts, embed_utterances, load_embedder
from qa_pipeline.store import CallStore


@dataclass(slots=True, kw_only=True)
class Meaning:
    """Makes vectors once and keeps them; without `embedder` it gives what is kept.

    Safe to share between threads: the worst that two can do is the same work. What
    loading took is on the watch of the first who embeds, also when it was loaded before.
    """

    store: CallStore
    embedder: Embedder | None = field(default_factory=load_embedder)
    _texts: dict[tuple[str, str], bytes] = field(default_factory=dict)
    _rubrics: dict[tuple[str, str], RubricMeaning] = field(default_factory=dict)
    _rubrics_lock: threading.Lock = field(default_factory=threading.Lock)
    _untold: Stopwatch = field(default_factory=Stopwatch)

    def load(self) -> None:
        """Read the model's weights now, for whoever embeds next."""
        if self.embedder is not None:
            with self._untold.stage("model_load"):
                self.embedder.load()

    def embed(self, transcript: Transcript, watch: Stopwatch) -> Embeddings | None:
        """The transcript's embeddings made now; None without a model."""
        if self.embedder is None:
            return None
        self.load()
        self._untold.hand_over(watch)
        with watch.stage("embed"):
            return embed_utterances(self.embedder, transcript.utterances)

    def again(
        self, stored: AnalyzedCall, transcript: Transcript, watch: Stopwatch
    ) -> Embeddings | None:
        """The stored embeddings while they fit the words and the model, else new ones."""
        kept = stored.embeddings if _words(transcript) == _words(stored.transcript) else None
        if self.embedder is None:
            return kept
        if kept is not None and kept.model_digest == self.embedder.model_digest:
            return kept
        return self.embed(transcript, watch)

    def brought_up_to_date(self, stored: AnalyzedCall, watch: Stopwatch) -> AnalyzedCall:
        """The call with embeddings of today's model, from its stored words."""
        return replace(stored, embeddings=self.again(stored, stored.transcript, watch))

    def model_for(self, recording_id: str) -> str | None:
        """The digest of the model that a judgement of the recording would use today."""
        if self.embedder is not None:
            return self.embedder.model_digest
        return self.store.embedding_model(recording_id)

    def vectors(self, texts: Sequence[str], embeddings: Embeddings) -> TextVectors:
        """The texts' vectors under the model of `embeddings`.

        From this process, else from the store, else made and kept; a text for which
        none of them helps is left out.
        """
        model = embeddings.model_digest
        wanted = tuple(dict.fromkeys(texts))
        missing = [text for text in wanted if (model, text) not in self._texts]
        if missing:
            self._keep(model, self.store.text_vectors(model, missing))
            missing = [text for text in missing if (model, text) not in self._texts]
        if missing and self.embedder is not None and self.embedder.model_digest == model:
            made = embed_texts(self.embedder, missing)
            self.store.save_text_vectors(model, made)
            # Another process may have been first: its vectors are the ones that count.
            self._keep(model, self.store.text_vectors(model, missing))
        return TextVectors(
            model_digest=model,
            dimensions=embeddings.dimensions,
            vectors={
                text: self._texts[model, text] for text in wanted if (model, text) in self._texts
            },
        )

    def of_rubric(self, rubric: Rubric, embeddings: Embeddings | None) -> RubricMeaning | None:
        """What the rubric's criteria mean under the model of `embeddings`; made once.

        None where the call has no embeddings, or a text's vector cannot be had.
        """
        if embeddings is None:
            return None
        key = (embeddings.model_digest, rubric.digest)
        with self._rubrics_lock:  # a second that two threads would both spend
            if key not in self._rubrics:
                made = rubric_meaning(rubric, self.vectors(prototype_texts(rubric), embeddings))
                if made is None:
                    return None
                self._rubrics[key] = made
            return self._rubrics[key]

    def _keep(self, model: str, vectors: Mapping[str, bytes]) -> None:
        self._texts.update({(model, text): vector for text, vector in vectors.items()})


def _words(transcript: Transcript) -> tuple[tuple[str, str, bool], ...]:
    """What the embeddings of a transcript depend on."""
    return tuple(
        (said.utterance_id, said.text, said.quarantined_because is None)
        for said in transcript.utterances
    )
