"""Which language a recording is in: Mandarin unless another is clearly more probable."""

from collections.abc import Iterable, Mapping

DEFAULT_LANGUAGE = "zh"
CLEARLY = 0.8
HARDLY = 0.1
_CHINESE = ("zh", "yue")


def language_of(heard: Iterable[tuple[float, Mapping[str, float]]]) -> str:
    """The language code of a recording.

    `heard` holds (seconds, probability of each language) of some of its windows;
    their mean, weighted by seconds, decides.
    """
    total = 0.0
    mean: dict[str, float] = {}
    for seconds, probabilities in heard:
        total += seconds
        for code, probability in probabilities.items():
            mean[code] = mean.get(code, 0.0) + seconds * probability
    if total <= 0.0:
        return DEFAULT_LANGUAGE
    best = max(mean, key=lambda code: mean[code])
    chinese = sum(mean.get(code, 0.0) for code in _CHINESE) / total
    if best not in _CHINESE and mean[best] / total > CLEARLY and chinese < HARDLY:
        return best
    return DEFAULT_LANGUAGE
