"""What is meant rather than which words: sentence embeddings, made once and kept.

    embed_utterances  transcript's utterances → Embeddings (stored with the call)
    embed_texts       a rubric's texts        → their vectors (kept by the store)
    similarities      both                    → cosines, without a model

Where the model is not installed `load_embedder` gives None and the layer is off.
"""

from qa_pipeline.embed.compare import Prototypes, along, prototypes, similarities
from qa_pipeline.embed.model import Embedder, load_embedder
from qa_pipeline.embed.utterances import embed_texts, embed_utterances

__all__ = [
    "Embedder",
    "Prototypes",
    "along",
    "embed_texts",
    "embed_utterances",
    "load_embedder",
    "prototypes",
    "similarities",
]
