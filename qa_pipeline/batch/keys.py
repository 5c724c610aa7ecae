"""When a stored judgement is still the judgement that would be made now."""

from dataclasses import replace

from qa_pipeline.detect import detectors_digest
from qa_pipeline.detect.answers import VERSION as ANSWERS_VERSION
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.call import Call
from qa_pipeline.domain.phrase_query import PhraseAnswer
from qa_pipeline.domain.rubric import Rubric
from qa_pipeline.measure import VERSION as MEASURE_VERSION
from qa_pipeline.score import VERSION as SCORE_VERSION
from qa_pipeline.settings import Settings
from qa_pipeline.speakers import VERSION as SPEAKERS_VERSION
from qa_pipeline.store.codec import digest, encode

_SEPARATOR = "|"


def judgement_key(
    engine_digest: str,
    call: Call,
    rubric: Rubric,
    settings: Settings,
    *,
    by_default: bool,
    embedding_model: str | None = None,
    answers: tuple[PhraseAnswer, ...] = (),
    hints: frozenset[str] = frozenset(),
    baseline_id: str | None = None,
) -> str:
    """The engine's digest and the digest of all else that a judgement depends on.

    That is: the facts of the call (not where its file lies), the rubric, the
    detectors with their lexicons, who-is-who (`speakers`), `score`, the sentence embedder
    behind the call's embeddings (None without), what the recognizer was asked and what
    it answered, the thresholds, the criteria that may only hint (`batch.trust`), and the
    agent's baseline where the voice was compared with one.
    """
    unplaced = replace(call, recording=replace(call.recording, path="", name=""))
    rest = digest(
        encode(Call, unplaced),
        rubric.digest,
        str(by_default),
        detectors_digest(),
        f"measured={MEASURE_VERSION}",
        f"speakers={SPEAKERS_VERSION}",
        f"score={SCORE_VERSION}",
        f"embeddings={embedding_model}",
        f"asked={ANSWERS_VERSION}",
        encode(tuple[PhraseAnswer, ...], answers),
        settings.metrics.model_dump_json(),
        settings.phrases.model_dump_json(),
        f"hints={','.join(sorted(hints))}",
        *(() if baseline_id is None else (f"baseline={baseline_id}",)),
    )
    return f"{engine_digest}{_SEPARATOR}{rest}"


def engine_of(key: str) -> str:
    """The engine digest within a judgement key."""
    return key.rpartition(_SEPARATOR)[0]


def model_of(analyzed: AnalyzedCall) -> str | None:
    """The sentence embedder behind the call's embeddings, None where it has none."""
    return None if analyzed.embeddings is None else analyzed.embeddings.model_digest
