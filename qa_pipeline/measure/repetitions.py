"""The same thing said for the third time."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from qa_pipeline.domain.call import Role
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.measure.turns import Floor
from qa_pipeline.measure.words import words_of
from qa_pipeline.settings import MetricThresholds
from qa_pipeline.text.normalize import han_count, normalize

Vector = Mapping[str, float]


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
    times = [1] * len(spoken)
    for later, utterance in enumerate(spoken):
        for earlier in range(later):
            between = turn_of[utterance.utterance_id] - turn_of[spoken[earlier].utterance_id] - 1
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
    seen_in = Counter(word for count in counts for word in count)
    rarity = {word: math.log((1 + len(texts)) / (1 + seen)) + 1 for word, seen in seen_in.items()}
    return tuple({word: n * rarity[word] for word, n in count.items()} for count in counts)


def cosine(left: Vector, right: Vector) -> float:
    """The cosine of two sparse vectors, 0 for an empty one."""
    if left.keys().isdisjoint(right):
        return 0.0
    shared = sum(weight * right[word] for word, weight in left.items() if word in right)
    norms = math.sqrt(sum(w * w for w in left.values()) * sum(w * w for w in right.values()))
    return shared / norms if norms else 0.0
