"""Telling "I hear you" from a contribution of one's own."""

import re
from functools import lru_cache

from qa_pipeline.text.lexicons import lexicon
from qa_pipeline.text.normalize import normalize


def is_acknowledgement_only(text: str) -> bool:
    """Whether the text holds nothing but acknowledgement words (嗯, 对, 好的 …)."""
    return _only(lexicon("acknowledgement")).fullmatch(normalize(text)) is not None


@lru_cache(maxsize=8)
def _only(words: tuple[str, ...]) -> re.Pattern[str]:
    ordered = sorted({normalize(word) for word in words}, key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(map(re.escape, ordered))})+")
