"""Make qa_pipeline/text/background_syllables.tsv: how often each toned syllable is spoken.

    python -m benchmarks.build_background CROSSWOZ_ZIP

The geometric mean of two frequencies, so that what is common in one kind of text only
(the 点 and 景 of travel talk) counts as rare: jieba's word frequencies (MIT; written
Chinese) and the CrossWOZ dialogues (Apache-2.0; people asking and answering
politely). Only the frequencies per million syllables are written, no text.
"""

import argparse
import json
import math
import sys
import zipfile
from collections import Counter
from pathlib import Path

import jieba

from qa_pipeline.text.normalize import is_han, readable
from qa_pipeline.text.syllables import FINALS, INITIALS, N_PLAIN, read_aloud

TARGET = Path(__file__).parents[1] / "qa_pipeline" / "text" / "background_syllables.tsv"
_LEAST_PER_MILLION = 1


def main() -> int:
    """Write the table; the same inputs give the same bytes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("crosswoz", type=Path)
    dialogues = parser.parse_args().crosswoz
    parts = (_of_words(), _of_dialogues(dialogues))
    totals = [sum(counted.values()) for counted in parts]
    shares = {
        syllable: math.prod((c[syllable] + 0.5) / t for c, t in zip(parts, totals, strict=True))
        ** (1 / len(parts)) * 1e6
        for syllable in set().union(*parts)
    }  # fmt: skip
    lines = [
        f"{INITIALS[sound // len(FINALS)]}\t{FINALS[sound % len(FINALS)]}\t{tone}\t{round(share)}"
        for (sound, tone), share in sorted(shares.items())
        if sound < N_PLAIN and share >= _LEAST_PER_MILLION
    ]
    TARGET.write_text("initial\tfinal\ttone\tper_million\n" + "\n".join(lines) + "\n", "utf-8")
    print(f"{len(lines)} syllables -> {TARGET.name}")
    return 0


def _count(counted: Counter[tuple[int, int]], text: str, times: int = 1) -> None:
    for syllable in read_aloud(text):
        counted[syllable] += times


def _of_words() -> Counter[tuple[int, int]]:
    counted: Counter[tuple[int, int]] = Counter()
    for line in (Path(jieba.__file__).parent / "dict.txt").read_text("utf-8").splitlines():
        word, times, *_ = line.split(" ")
        if int(times) >= 50 and all(map(is_han, word)):
            _count(counted, word, int(times))
    return counted


def _of_dialogues(path: Path) -> Counter[tuple[int, int]]:
    with zipfile.ZipFile(path) as archive:
        dialogues = json.loads(archive.read(archive.namelist()[0]))
    counted: Counter[tuple[int, int]] = Counter()
    for dialogue in dialogues.values():
        for message in dialogue["messages"]:
            text = "".join(filter(is_han, readable(message["content"])))
            if text:
                _count(counted, text)
    return counted


if __name__ == "__main__":
    sys.exit(main())
