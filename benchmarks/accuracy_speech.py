"""How far words and speakers can be trusted: one set of tables.

    python -m benchmarks.accuracy_speech [--sentences N] [--samples N] [--only PART]

CER counts edits of simplified characters without punctuation; "numbers" spells
figures as spoken on both sides first; "quarantined" on the read sentences are
the firewall's false alarms. The bad line (noise, leakage, unequal levels) is
made from the samples with fixed seeds. Then what was written where nobody
spoke, who speaks (benchmarks.accuracy_speakers), and whether passes stay no
fails when channels are swapped or mixed (benchmarks.turned_round). Exits 3
below the floors.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.accuracy_speakers import measure_channels, measure_mono
from benchmarks.listening import Listener
from benchmarks.speech_data import (
    SAMPLES,
    Sound,
    errors_of,
    on_a_bad_line,
    read_sentences,
    sample_truth,
    sound_of,
    stretches_without_speech,
    texts_of_channels,
    through_telephone,
)
from benchmarks.turned_round import measure_turned
from qa_pipeline.domain.transcript import Utterance
from qa_pipeline.text.normalize import normalize
from qa_pipeline.transcribe import AudioInput, Recognizer

MOST_FALSE_ALARMS = 0.01
MOST_INVENTED_CHARS = 0
WORST_CER = {
    "read sentences, 16 kHz": 0.26,
    "read sentences, 8 kHz µ-law": 0.27,
    "samples": 0.22,
    "samples on a bad line": 0.45,
}
SILENCE = "no speech"
PARTS: Mapping[str, Callable[[Listener], list[str]] | None] = {
    SILENCE: None,  # needs the recognizer alone
    "channels": measure_channels,
    "mono": measure_mono,
    "turned round": measure_turned,
}
_GROUP = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One set of recordings; rates are over characters."""

    name: str
    cer: float
    cer_numbers: float
    cer_with_quarantined: float
    quarantined: float

    @property
    def failures(self) -> list[str]:
        """The floors that this line misses."""
        return [
            *([f"{self.name}: CER {self.cer:.3f}"] if self.cer > WORST_CER[self.name] else []),
            *(
                [f"{self.name}: {self.quarantined:.1%} quarantined"]
                if self.name.startswith("read") and self.quarantined > MOST_FALSE_ALARMS
                else []
            ),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A recording with what was said on each of its channels."""

    name: str
    sound: Sound
    texts: tuple[str, ...]


def main() -> None:
    """Print the tables; exit 3 where a floor is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, help="only the first N read sentences")
    parser.add_argument("--samples", type=int, help="only the first N sample calls, for the words")
    parser.add_argument(
        "--only", choices=(*WORST_CER, *PARTS), action="append", help="this part; may be repeated"
    )
    parser.add_argument("--cache", type=Path, help="keep what the speakers' parts recognized")
    parser.add_argument("--models", type=Path, default=Path("workspace/models"))
    options = parser.parse_args()
    wanted = frozenset(options.only or (*WORST_CER, *PARTS))
    listener = Listener(options.models, options.cache)
    failed = _words(listener.recognizer, wanted, options.sentences, options.samples)
    if SILENCE in wanted:
        failed += _no_speech(listener.recognizer)
    for part, measure in PARTS.items():
        if part in wanted and measure is not None:
            failed += measure(listener)
    print(f"\nfloors: {'; '.join(failed) or 'kept'}")
    sys.exit(3 if failed else 0)


def _words(
    recognizer: Recognizer, wanted: frozenset[str], n_sentences: int | None, n_samples: int | None
) -> list[str]:
    """Print the error rates; what fell below a floor."""
    failed: list[str] = []
    print(f"{'set':30} {'CER':>6} {'numbers':>8} {'with quarantined':>17} {'quarantined':>12}")
    for name, items in _sets(n_sentences, n_samples):
        if name not in wanted:
            continue
        line = _measured(recognizer, name, items)
        print(
            f"{line.name:30} {line.cer:6.3f} {line.cer_numbers:8.3f} "
            f"{line.cer_with_quarantined:17.3f} {line.quarantined:12.2%}",
            flush=True,
        )
        failed += line.failures
    return failed


def _no_speech(recognizer: Recognizer) -> list[str]:
    """Print what was written where nobody spoke; more than nothing is a failure."""
    invented = _invented(recognizer)
    print(f"\n{'no speech':30} {'characters kept':>16} {'quarantined':>12}")
    for name, (kept, held) in invented.items():
        print(f"{name:30} {kept:16} {held:12}")
    total = sum(kept for kept, _ in invented.values())
    return [f"{total} invented characters"] if total > MOST_INVENTED_CHARS else []


def _sets(
    n_sentences: int | None, n_samples: int | None
) -> Iterator[tuple[str, Callable[[], Iterator[Item]]]]:
    sentences = list(read_sentences(n_sentences))

    def read(change: Callable[[Sound], Sound]) -> Iterator[Item]:
        for path, text in sentences:
            yield Item(name=path.name, sound=change(sound_of(path)), texts=(text,))

    def calls(change: Callable[[Sound, int], Sound]) -> Iterator[Item]:
        truth = sample_truth()
        names = [n for n in sorted(truth) if truth[n]["utterances"]][:n_samples]
        for seed, name in enumerate(names):
            sound = sound_of(SAMPLES / name)
            texts = texts_of_channels(truth[name], len(sound))
            yield Item(name=name, sound=change(sound, seed), texts=texts)

    if sentences:
        yield "read sentences, 16 kHz", lambda: read(lambda sound: sound)
        yield "read sentences, 8 kHz µ-law", lambda: read(through_telephone)
    yield "samples", lambda: calls(lambda sound, _: sound)
    yield "samples on a bad line", lambda: calls(on_a_bad_line)


def _measured(recognizer: Recognizer, name: str, items: Callable[[], Iterator[Item]]) -> Line:
    believed: list[tuple[str, str]] = []
    everything: list[tuple[str, str]] = []
    for item, utterances in _heard(recognizer, list(items())):
        for channel, text in enumerate(item.texts):
            own = [u for u in utterances if u.audio_channel == channel]
            kept = "".join(u.text for u in own if u.quarantined_because is None)
            believed.append((text, kept))
            everything.append((text, "".join(u.text for u in own)))
    n_all = sum(len(normalize(text)) for _, text in everything)
    n_kept = sum(len(normalize(text)) for _, text in believed)
    return Line(
        name=name,
        cer=errors_of(believed).rate,
        cer_numbers=errors_of(believed, numbers=True).rate,
        cer_with_quarantined=errors_of(everything).rate,
        quarantined=(n_all - n_kept) / n_all if n_all else 0.0,
    )


def _heard(
    recognizer: Recognizer, items: Sequence[Item]
) -> Iterator[tuple[Item, tuple[Utterance, ...]]]:
    for first in range(0, len(items), _GROUP):
        group = items[first : first + _GROUP]
        result = recognizer.transcribe_group(
            [AudioInput(recording_id=item.name, channels=item.sound) for item in group]
        )
        for item in group:
            yield item, result.transcripts[item.name].utterances


def _invented(recognizer: Recognizer) -> dict[str, tuple[int, int]]:
    """Characters kept and characters quarantined where nobody spoke."""
    items = [
        Item(name=name, sound=sound[None], texts=("",))
        for name, sound in stretches_without_speech().items()
    ]
    counts: dict[str, tuple[int, int]] = {}
    for item, utterances in _heard(recognizer, items):
        kept = [u.text for u in utterances if u.quarantined_because is None]
        held = [u.text for u in utterances if u.quarantined_because is not None]
        counts[item.name] = (len(normalize("".join(kept))), len(normalize("".join(held))))
    return counts


if __name__ == "__main__":
    main()
