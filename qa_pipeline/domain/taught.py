"""What a machine learned about a wording from many example lines."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class TaughtWeights:
    """A linear model: log-odds that a stretch of speech says what was taught.

    `grams` are pairs of one to three syllables ("shao deng") and the weight of one of
    them in a stretch of a single one; `embedding` is base64 of one int8 a dimension,
    in steps of `step`, for the unit vector of the stretch. Without embeddings it is "".
    """

    intercept: float
    grams: tuple[tuple[str, float], ...]
    embedding: str = ""
    step: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A wording taught by examples; equal digests, equal answers.

    `with_meaning` needs vectors of the model `embedder`; `without_meaning` none.
    """

    name: str
    digest: str
    embedder: str = field(compare=False)
    with_meaning: TaughtWeights = field(compare=False, repr=False)
    without_meaning: TaughtWeights = field(compare=False, repr=False)
