"""Written dialogues of benchmarks/dialogues, and polite ones, as analyzed calls."""

import json
import random
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from benchmarks.mishearing import mishear
from qa_pipeline.detect import arguing, coldness, interrogating, monologuing, stiffness
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.call import Role
from qa_pipeline.embed import embed_utterances, load_embedder
from qa_pipeline.measure import measure
from qa_pipeline.settings import MetricThresholds
from qa_pipeline.text.normalize import han_count
from tests.builders import Line, a_call, a_split, a_transcript
from tests.detect.dialogues import read_dialogues, timed

DIALOGUES = Path(__file__).with_name("dialogues")
CROSSWOZ = Path(__file__).parents[2] / "shared/data/text/crosswoz_test.json.zip"
SHORT = Path(__file__).parents[1] / "tests/detect"
MODULES: Mapping[str, ModuleType] = {
    "arguing": arguing,
    "interrogating": interrogating,
    "monologuing": monologuing,
    "coldness": coldness,
    "stiffness": stiffness,
}
AGAINST = frozenset(
    {
        "contest_softened",
        "content_end",
        "polite_share",
        "warm",
        "helping",
        "checks",
        "asked_for",
    }
)
"""The signs that speak against a behaviour: their weights may not be positive."""
TRAINING, HELD_BACK = ("pass_a.yaml", "pass_b.yaml"), "pass_c.yaml"
HEARD = "heard.json"
"""What base ASR made of the spoken ones of pass_a and pass_b (`spoken_calls --write`)."""

USUAL_PACE, USUAL_GAP_MS = 4.6, 400
_SHORTEST_MS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    role: Role
    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """One written call; `spans` are first and last place in `said` by behaviour."""

    name: str
    scenario: str
    said: tuple[Said, ...]
    present: frozenset[str] = frozenset()
    near_miss: frozenset[str] = frozenset()
    spans: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    provoked: Mapping[str, bool] = field(default_factory=dict)


def read_pass(name: str) -> tuple[Dialogue, ...]:
    """The dialogues of one pass (`pass_a.yaml`)."""
    written = yaml.safe_load((DIALOGUES / name).read_text(encoding="utf-8"))
    return tuple(
        Dialogue(
            name=d["id"],
            scenario=f"{name}:{d['scenario']}",
            said=tuple(_timed(d["turns"])),
            present=frozenset(d["present"]),
            near_miss=frozenset(d.get("near_miss") or ()),
            spans={k: tuple((a, b) for a, b in v) for k, v in (d.get("spans") or {}).items()},
            provoked=d.get("provoked") or {},
        )
        for d in written
    )


def read_heard() -> tuple[Dialogue, ...]:
    """The training dialogues that were spoken, with the words and times that were heard.

    The labels are those of the dialogue as written; `spans` count its turns, so here
    there are none.
    """
    written = {d.name: d for name in TRAINING for d in read_pass(name)}
    heard = json.loads((DIALOGUES / HEARD).read_text(encoding="utf-8"))
    return tuple(
        replace(
            written[name],
            said=tuple(
                Said(role=Role(role), text=text, start_ms=start_ms, end_ms=end_ms)
                for role, start_ms, end_ms, text in lines
            ),
            spans={},
        )
        for name, lines in heard.items()
    )


def read_short() -> tuple[Dialogue, ...]:
    """The short dialogues that the tests keep; the lexicons were widened for them."""
    return tuple(
        Dialogue(
            name=short.name,
            scenario=f"short:{short.name}",
            said=tuple(
                Said(role=role, text=text, start_ms=start_ms, end_ms=end_ms)
                for role, start_ms, end_ms, text in timed(short.lines)
            ),
            present=short.behaviours,
        )
        for path in sorted(SHORT.glob("dialogues*.yaml"))
        for short in read_dialogues(path)
    )


def read_polite() -> tuple[Dialogue, ...]:
    """The 500 dialogues of CrossWOZ, the system as the agent; none where they are not."""
    if not CROSSWOZ.exists():
        return ()
    with zipfile.ZipFile(CROSSWOZ) as archive:
        dialogues = json.loads(archive.read("test.json"))
    return tuple(
        Dialogue(
            name=f"crosswoz-{key}",
            scenario=f"crosswoz-{key}",
            said=tuple(
                _timed(
                    {
                        "role": "agent" if m["role"] == "sys" else "customer",
                        "text": m["content"].replace("\n", " "),
                    }
                    for m in d["messages"]
                )
            ),
        )
        for key, d in dialogues.items()
    )


def _timed(turns: Iterator[dict[str, Any]] | Sequence[dict[str, Any]]) -> Iterator[Said]:
    end_ms = 0
    for turn in turns:
        start_ms = max(0, end_ms + int(turn.get("gap_ms", USUAL_GAP_MS)))
        pace = float(turn.get("pace", USUAL_PACE))
        lasts_ms = max(_SHORTEST_MS, round(1000 * han_count(turn["text"]) / pace))
        end_ms = start_ms + lasts_ms
        yield Said(
            role=Role(turn["role"]), text=turn["text"].strip(), start_ms=start_ms, end_ms=end_ms
        )


def misheard(dialogue: Dialogue, rate: float) -> Dialogue:
    """The dialogue as a recognizer with this error rate might have heard it."""
    noise = random.Random(dialogue.name)
    said = tuple(
        Said(role=s.role, text=mishear(s.text, rate, noise), start_ms=s.start_ms, end_ms=s.end_ms)
        for s in dialogue.said
    )
    return replace(dialogue, said=said)


def analyzed(dialogue: Dialogue, *, is_timed: bool, with_meaning: bool = True) -> AnalyzedCall:
    """The call as measured; without times it is a ready transcript's, one after the other."""
    lines: list[Line] = []
    at_ms = 0
    for said in dialogue.said:
        start_ms, end_ms = said.start_ms, said.end_ms
        if not is_timed:
            start_ms, end_ms = at_ms, at_ms + max(1, 220 * han_count(said.text))
            at_ms = end_ms
        lines.append((said.role, start_ms, end_ms, said.text))
    transcript = a_transcript(lines, estimated=not is_timed)
    call = a_call(dialogue.name, duration_ms=max(line[2] for line in lines) + 500)
    split = a_split(transcript)
    embedder = load_embedder() if with_meaning else None
    return AnalyzedCall(
        call=call,
        transcript=transcript,
        split=split,
        quality=None,
        prosody=(),
        metrics=measure(call, transcript, split, (), None, MetricThresholds(), None),
        embeddings=embed_utterances(embedder, transcript.utterances) if embedder else None,
    )
