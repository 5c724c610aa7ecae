"""Words of the centre that the recognizer should expect: products, the company, people."""

from collections.abc import Callable, Sequence

_OPENING = "客服电话录音："
_CLOSING = "。"
WORD_MARK = "、"
MAX_TOKENS = 80
"""Whisper reads at most 223 tokens of context, and each costs time in every window."""


def prompt_of(words: Sequence[str], n_tokens: Callable[[str], int]) -> str:
    """The text that is said to have come before each window, "" without words.

    Words beyond 80 tokens are left out, so the most important ones stand first.
    """
    prompt = ""
    for count in range(1, len(words) + 1):
        longer = _OPENING + WORD_MARK.join(words[:count]) + _CLOSING
        if n_tokens(longer) > MAX_TOKENS:
            break
        prompt = longer
    return prompt
