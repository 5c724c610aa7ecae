"""The same thing said for the third time."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.measure.turns import Floor
from qa_pipeline.measure.words import words_of
from qa_pipeline.settings import MetricThresholds
from qa_pipeline.text.normalize import han_count, normalize


class Vector:
    """A sparse vector of words, and the square of its length."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self.weights = weights
        self.square = sum(weight * weight for weight in weights.values())


def find_repetitions(
    floor: Floor, role: Role, thresholds: MetricThresholds
) -> tuple[Utterance, ...]:
    """The role's utterances that say something for the third time or more.

    Two utterances of ≥ 5 字 in different turns say the same when the cosine of
    their TF-IDF over jieba words is ≥ 0.6 and at most 3 own turns lie between.
    """
    turn_of = {
        utterance_id: place
        for place, turn in enumerate(t for t in floor.turns if t.role is role)
        for utterance_id in turn.utterance_ids
    }
    spoken = [
        u
        for u in floor.utterances
        if u.role is role and han_count(u.text) >= thresholds.repetition_min_chars
    ]
    vectors = weigh_words([u.text for u in spoken])
    turns = [turn_of[u.utterance_id] for u in spoken]
    times = [1] * len(spoken)
    for later, turn in enumerate(turns):
        for earlier in range(later):
            between = turn - turns[earlier] - 1
            if not 0 <= between <= thresholds.repetition_max_turns_between:
                continue
            if cosine(vectors[earlier], vectors[later]) >= thresholds.repetition_similarity:
                times[later] = max(times[later], times[earlier] + 1)
    return tuple(
        u for u, count in zip(spoken, times, strict=True) if count >= thresholds.repetition_count
    )


def weigh_words(texts: Sequence[str]) -> tuple[Vector, ...]:
    """TF-IDF over jieba words, the texts of the call being the documents."""
    counts = [Counter(words_of(normalize(text))) for text in texts]
    seen_in = Counter(chain.from_iterable(counts))
    rarity = {word: math.log((1 + len(texts)) / (1 + seen)) + 1 for word, seen in seen_in.items()}
    return tuple(Vector({word: n * rarity[word] for word, n in count.items()}) for count in counts)


def cosine(left: Vector, right: Vector) -> float:
    """The cosine of two sparse vectors, 0 for an empty one."""
    if left.weights.keys().isdisjoint(right.weights):
        return 0.0
    others = right.weights
    shared = sum(weight * others[word] for word, weight in left.weights.items() if word in others)
    norms = math.sqrt(left.square * right.square)
    return shared / norms if norms else 0.0
