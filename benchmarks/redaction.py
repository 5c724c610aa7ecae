"""Whether personal data is hidden, and nothing else, in text and as a recognizer hears it.

    python -m benchmarks.redaction [--carriers held_back] [--misses] [--spoken FOLDER [--twice]]

Exchanges from written carriers (`redaction_carriers`), filled with drawn numbers in many
manners; as written and misheard by the repository's model at 15 % of the Han characters.
A character that stands for a digit of personal data and is not hidden is leaked; a digit of
money, days, order numbers or 工号 that is hidden is over-masked. With --spoken the examples
that speak_redaction.py spoke go through the real recognizer instead (see redaction_heard.py), with
--twice as what leaves the building does: heard a second time.
Exits with 3 when a goal is missed.
"""

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks.redaction_examples import Example, examples
from benchmarks.redaction_heard import count_heard
from qa_pipeline.redact import mask_transcript
from qa_pipeline.redact.figures import digit_of

CARRIERS = ("development", "development_second", "held_back", "held_back_second")
SEED = 8
PERSONAL, KEPT = 420, 320
RATES = (0.0, 0.15)
MOST_LEAKED, MOST_OVER_MASKED = 0.01, 0.03
LETTER_KINDS = frozenset(("name", "surname", "address"))


@dataclass(slots=True)
class Count:
    """Digits said and digits wrong, by kind; `shown` are examples of what went wrong."""

    said: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)

    @property
    def leaked(self) -> float:
        return _share(self, lambda kind: not _is_other(kind) and not kind.startswith("letters"))

    @property
    def letters_leaked(self) -> float:
        return _share(self, lambda kind: kind.startswith("letters"))

    @property
    def over_masked(self) -> float:
        return _share(self, _is_other)


def _is_other(kind: str) -> bool:
    return kind.startswith("other:")


def _share(count: Count, wanted) -> float:  # type: ignore[no-untyped-def]
    said = sum(n for kind, n in count.said.items() if wanted(kind))
    return sum(n for kind, n in count.wrong.items() if wanted(kind)) / said if said else 0.0


def main() -> int:
    """Print the tables; 3 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--carriers", nargs="+", default=CARRIERS)
    parser.add_argument("--misses", action="store_true", help="show what went wrong")
    parser.add_argument("--spoken", type=Path, help="a folder that speak_redaction.py filled")
    parser.add_argument("--kept-in", type=Path, help="keep what was recognized for another run")
    parser.add_argument("--twice", action="store_true", help="hear a second time, as cases are")
    parser.add_argument("--no-sound", action="store_true", help="do not hear the beeped sound")
    asked = parser.parse_args()
    if asked.spoken:
        return _spoken(asked)
    is_missed = False
    for carriers in asked.carriers:
        for rate in RATES:
            count = count_written(carriers, rate)
            is_missed |= _print(f"{carriers}, misheard {rate:.0%}", count, misses=asked.misses)
    return 3 if is_missed else 0


def _spoken(asked: argparse.Namespace) -> int:
    is_missed = False
    for carriers in asked.carriers:
        count = count_heard(
            asked.spoken,
            carriers,
            kept_in=asked.kept_in,
            with_sound=not asked.no_sound,
            is_twice=asked.twice,
        )
        if not count.examples:
            continue
        print(f"\n{carriers}, heard: {count.examples} examples, {count.seconds:.0f} s, "
              f"{count.leaking} of them leak in the text")  # fmt: skip
        if count.second_n:
            print(f"second hearing: {count.second_s / count.second_n:.2f} processor seconds each")
        rates = count.rates()
        for name, rate in rates.items():
            if rate.share is not None:
                print(f"| {name} | {rate.hits} of {rate.n} | {rate.share:.1%} "
                      f"| {rate.low:.1%}–{rate.high:.1%} |")  # fmt: skip
        print(
            "| kind | said | written | wrong | uncovered | heard again |\n|---|---|---|---|---|---|"
        )
        for kind in sorted(count.said):
            figures = (count.said, count.written, count.wrong, count.uncovered, count.came_back)
            print(f"| {kind} | {' | '.join(str(f[kind]) for f in figures)} |")
        if asked.misses:
            print(*count.shown, sep="\n")
        is_missed |= (rates["leaked in text"].share or 0.0) > MOST_LEAKED
        is_missed |= (rates["over-masked"].share or 0.0) > MOST_OVER_MASKED
    return 3 if is_missed else 0


def count_written(carriers: str, rate: float) -> Count:
    """All examples of the carriers, misheard at `rate`, scored."""
    random = Random(f"{carriers}/{SEED}/{rate}")
    count = Count()
    for part, number in (("personal", PERSONAL), ("kept", KEPT)):
        for example in examples(carriers, part, number, SEED):
            _score(example.misheard(rate, random) if rate else example, example, count)
    return count


def _score(heard: Example, written: Example, count: Count) -> None:
    masked = mask_transcript(heard.transcript())
    wrong: set[str] = set()
    for turn, utterance in zip(heard.turns, masked.utterances, strict=True):
        at = 0
        for text, kind in turn.pieces:
            shown = utterance.text[at : at + len(text)]
            at += len(text)
            if kind is not None:
                wrong |= _score_piece(text, shown, kind, count)
    if wrong:
        said = " / ".join(t.text for t in heard.turns)
        got = " / ".join(u.text for u in masked.utterances)
        count.shown.append(f"{written.name} {sorted(wrong)}\n    {said}\n    {got}")


def _score_piece(text: str, shown: str, kind: str, count: Count) -> set[str]:
    """Count the characters of one piece: those that stand for digits, else letters."""
    wrong: set[str] = set()
    for char, left in zip(text, shown, strict=True):
        name = kind
        if char.isspace():
            continue
        if _is_other(kind):
            if digit_of(char) is None:
                continue
            is_wrong = left != char
        else:
            if kind in LETTER_KINDS and digit_of(char) is None:
                name = f"letters:{kind}"
            is_wrong = left == char
        count.said[name] += 1
        count.wrong[name] += is_wrong
        if is_wrong:
            wrong.add(name)
    return wrong


def _print(title: str, count: Count, *, misses: bool) -> bool:
    print(f"\n{title}: leaked digits {count.leaked:.2%} (goal ≤ {MOST_LEAKED:.0%}), "
          f"over-masked {count.over_masked:.2%} (goal ≤ {MOST_OVER_MASKED:.0%}), "
          f"letters of names and addresses leaked {count.letters_leaked:.2%}")  # fmt: skip
    print("| kind | digits | wrong | share |\n|---|---|---|---|")
    for kind in sorted(count.said):
        n, bad = count.said[kind], count.wrong[kind]
        print(f"| {kind} | {n} | {bad} | {bad / n:.1%} |")
    if misses:
        print(*count.shown, sep="\n")
    return count.leaked > MOST_LEAKED or count.over_masked > MOST_OVER_MASKED


if __name__ == "__main__":
    sys.exit(main())
