"""Keeping out what nobody said: each reason is a sentence in Chinese for the reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from importlib.resources import files

from rapidfuzz import fuzz

from qa_pipeline.text.normalize import han_count, normalize
from qa_pipeline.transcribe.domain_words import WORD_MARK

MAX_CHARS_PER_SECOND = 12.0
MAX_LETTERS_PER_SECOND = 40.0
MIN_LEVEL_DB = -62.0
LOW_LOG_PROBABILITY = -1.0
HOPELESS_LOG_PROBABILITY = -1.8
HIGH_NO_SPEECH = 0.6
MIN_AGREEMENT = 0.5
_NEARLY_ALL = 0.8
_RATE_MIN_CHARS = 6
_ECHO_CHARS = 6
_SENTENCE_CHARS = 6
"""A whole sentence three times over is a loop; shorter words people do say three times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What is known of one utterance when it is checked.

    `level_db` is its loudest 20 ms relative to full scale. `log_probability` is the
    mean over its words; `no_speech_probability` and `second_text` are its window's:
    what a second pass made of it, None when none was needed. `prompt` is what the
    recognizer was told before it listened.
    """

    text: str
    speech_ms: int
    level_db: float
    log_probability: float
    no_speech_probability: float
    second_text: str | None = None
    prompt: str = ""


def why_not_believed(heard: Heard) -> str | None:
    """The reason to quarantine an utterance, None when it may be judged."""
    plain = normalize(heard.text)
    if heard.level_db < MIN_LEVEL_DB:
        return f"该时段几乎无声（{heard.level_db:.0f} dB），文字不可信"
    if (phrase := _junk_in(plain)) is not None:
        return f"疑似识别模型自带的字幕套话：“{phrase}”"
    if _echoes(plain, heard.prompt):
        return "疑似识别模型复述提示词，并非通话内容"
    if is_loop(plain):
        return "同一词语机械重复，疑似识别循环"
    if (rate := _impossible_rate(heard.text, plain, heard.speech_ms)) is not None:
        return rate
    return _why_doubtful(heard)


def is_loop(plain: str) -> bool:
    """Whether most of a normalized text is one piece said over and over."""
    for size in range(1, min(12, len(plain) // 3) + 1):
        least = 8 if size == 1 else 4 if size < _SENTENCE_CHARS else 3
        run, longest = 1, 1
        for at in range(size, len(plain) - size + 1, size):
            run = run + 1 if plain[at : at + size] == plain[at - size : at] else 1
            longest = max(longest, run)
        if longest >= least and longest * size >= 0.6 * len(plain):
            return True
    return False


def is_doubled(plain: str) -> bool:
    """Whether a normalized text is the same sentence of four characters or more, twice."""
    half = len(plain) // 2
    return half >= 4 and plain[:half] == plain[-half:] and len(plain) - 2 * half <= 1


def agreement(text: str, other_reading: str) -> float:
    """How much of an utterance another reading of its window holds too, 0..1."""
    return float(fuzz.partial_ratio(normalize(text), normalize(other_reading))) / 100


def _echoes(plain: str, prompt: str) -> bool:
    # A word of the list alone may well be said; several in the list's own order are not.
    if len(plain) < _ECHO_CHARS or not prompt:
        return False
    told = normalize(prompt)
    shared = SequenceMatcher(None, plain, told, autojunk=False).find_longest_match()
    if shared.size < max(_ECHO_CHARS, len(plain) // 2):
        return False
    piece = plain[shared.a : shared.a + shared.size]
    return not any(piece in normalize(word) for word in prompt.split(WORD_MARK))


def _why_doubtful(heard: Heard) -> str | None:
    if heard.log_probability < HOPELESS_LOG_PROBABILITY:
        return "识别置信度极低，文字不可信"
    if heard.log_probability >= LOW_LOG_PROBABILITY:
        return None
    if heard.no_speech_probability > HIGH_NO_SPEECH:
        return "识别置信度低且可能无人说话"
    if heard.second_text is not None and (agreement(heard.text, heard.second_text) < MIN_AGREEMENT):
        return "识别置信度低且两次识别结果不一致"
    return None


def _impossible_rate(text: str, plain: str, speech_ms: int) -> str | None:
    seconds = max(speech_ms, 1) / 1000
    n_chars = han_count(text)
    if n_chars >= _RATE_MIN_CHARS and n_chars / seconds > MAX_CHARS_PER_SECOND:
        return f"语速不可能：每秒 {n_chars / seconds:.0f} 字"
    letters = len(plain) - n_chars
    if letters >= 4 * _RATE_MIN_CHARS and letters / seconds > MAX_LETTERS_PER_SECOND:
        return f"语速不可能：每秒 {letters / seconds:.0f} 个字母"
    return None


def _junk_in(plain: str) -> str | None:
    anywhere, whole = _junk()
    for phrase in anywhere:
        if phrase in plain:
            return phrase
    for phrase in whole:
        if phrase in plain and len(phrase) >= _NEARLY_ALL * len(plain):
            return phrase
    return None


@lru_cache(maxsize=1)
def _junk() -> tuple[Sequence[str], Sequence[str]]:
    content = (files("qa_pipeline.transcribe") / "junk_phrases.txt").read_text("utf-8")
    lines = [line.strip() for line in content.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    anywhere = tuple(normalize(line) for line in lines if not line.startswith("="))
    whole = tuple(normalize(line[1:]) for line in lines if line.startswith("="))
    return anywhere, whole
