"""Written dialogues with labels, made into analyzed calls."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from qa_pipeline.detect.context import DetectionContext
from qa_pipeline.domain.analyzed_call import AnalyzedCall
from qa_pipeline.domain.call import Role
from qa_pipeline.domain.rubric import Criterion, Rubric, Section
from qa_pipeline.measure import measure
from qa_pipeline.settings import MetricThresholds
from qa_pipeline.text.normalize import han_count
from tests.builders import A, C, Line, a_call, a_split, a_transcript

MS_PER_CHAR = 220
PAUSE_MS = 400
_LINE = re.compile(r"(?P<who>[ac])(?: (?P<shift>=|[+-]\d+))?: ?(?P<text>.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    name: str
    behaviours: frozenset[str]
    lines: tuple[str, ...]


def read_dialogues(path: Path | None = None) -> tuple[Dialogue, ...]:
    source = path or Path(__file__).with_name("dialogues.yaml")
    return tuple(
        Dialogue(name=d["id"], behaviours=frozenset(d["is"]), lines=tuple(d["lines"]))
        for d in yaml.safe_load(source.read_text(encoding="utf-8"))
    )


def timed(lines: Sequence[str]) -> Iterator[Line]:
    """Give every line the time its characters take, 0.4 s apart or shifted as it says.

    "a -800: …" starts 0.8 s before the line before ends, "a +5000: …" 5 s after it,
    "a =: …" at the same time as it.
    """
    start_ms = end_ms = -PAUSE_MS
    for line in lines:
        found = _LINE.fullmatch(line)
        assert found, line
        shift = found["shift"]
        if shift != "=":
            start_ms = max(0, end_ms + (int(shift) if shift else PAUSE_MS))
        end_ms = start_ms + max(400, MS_PER_CHAR * han_count(found["text"]))
        yield (A if found["who"] == "a" else C), start_ms, end_ms, found["text"]


def a_rubric(*criteria: Criterion) -> Rubric:
    section = Section(section_id="all", title="全部", criteria=criteria)
    return Rubric(rubric_id="test", version=1, title="测试", pass_percent=85, sections=(section,))


def a_context(
    lines: Sequence[Line],
    rubric: Rubric | None = None,
    *,
    estimated: bool = False,
    **facts: Any,
) -> DetectionContext:
    """A context as evaluate_call makes it, from lines with times."""
    transcript = a_transcript(lines, estimated=estimated)
    call = a_call(duration_ms=max(line[2] for line in lines) + 500, **facts)
    split = a_split(transcript)
    metrics = measure(call, transcript, split, (), None, MetricThresholds(), None)
    analyzed = AnalyzedCall(
        call=call, transcript=transcript, split=split, quality=None, prosody=(), metrics=metrics
    )
    return DetectionContext(call=analyzed, rubric=rubric or a_rubric())


def spoken(*lines: str, estimated: bool = False) -> DetectionContext:
    """A context from written lines ("a: 您好", "c -800: 等一下")."""
    return a_context(list(timed(lines)), estimated=estimated)


__all__ = ["Dialogue", "Role", "a_context", "a_rubric", "read_dialogues", "spoken", "timed"]
