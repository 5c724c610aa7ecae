"""What is said in the calls of `benchmarks.web_store`."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import yaml

from benchmarks.mishearing import mishear
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Engine, Transcript, Utterance, Word
from qa_pipeline.text.normalize import han_count

SCRIPTS = Path(__file__).parents[1] / "data_samples" / "scripts"
N_CHARACTERS, SAID_AT_MS = 150, 30_000
ENGINE = Engine(name="benchmark", version="1", weights_hash="0" * 64, settings_digest="none")


def a_transcript(random: Random) -> Transcript:
    """About 150 字 in turns of three seconds; one character in five is misheard."""
    utterances: list[Utterance] = []
    while sum(han_count(u.text) for u in utterances) < N_CHARACTERS:
        role, text = random.choice(_TURNS)
        text = mishear(text[:40], 0.2, random)
        start = SAID_AT_MS + 4000 * len(utterances)
        step = 3000 / max(1, len(text))
        words = tuple(
            Word(text=c, probability=0.9, interval=Interval(
                round(start + k * step), round(start + (k + 1) * step)))
            for k, c in enumerate(text)
        )  # fmt: skip
        utterances.append(
            Utterance(
                utterance_id=f"u{len(utterances):04d}", audio_channel=0, role=role, text=text,
                interval=Interval(start, start + 3000), words=words, confidence=0.9,
            )
        )  # fmt: skip
    return Transcript(recording_id="", language="zh", utterances=tuple(utterances), engine=ENGINE)


def _turns() -> Sequence[tuple[Role, str]]:
    found = []
    for path in sorted(SCRIPTS.glob("*.yaml")):
        turns = yaml.safe_load(path.read_text("utf-8")).get("turns", [])
        found += [(Role(t["role"]), t["text"]) for t in turns if "text" in t]
    return found


_TURNS = _turns()
