"""Whether personal data is hidden in what the real recognizer heard, and in the sound.

`benchmarks/speak_redaction.py` speaks the examples; `benchmarks/redaction.py --spoken FOLDER`
listens to them and prints what this module counts. In the text a digit of personal data
leaks when what the recognizer wrote in its place, whatever it is, is not hidden; it is
readable when that is the digit or sounds like it. In the sound it leaks when no beep covers
its middle (by its place within the spoken turn), and comes back when the recognizer,
listening to the beeped recording, writes it again. With `is_twice` what leaves the building is
scored: what a second hearing finds (qa_pipeline/batch/second_hearing.py) is hidden and beeped too.
"""

import hashlib
import json
import pickle
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.listening import Listener, channels_of
from benchmarks.redaction_alignment import aligned, canonical
from qa_pipeline.cases import cut_clip
from qa_pipeline.domain.call import Recording, Role
from qa_pipeline.domain.case_card import HeardAgain
from qa_pipeline.domain.dictated import Dictated
from qa_pipeline.domain.interval import Interval, union
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.ingest import IngestOptions, SourceFile, read_recording
from qa_pipeline.redact import EXPECTED, MARGIN_MS, beep_intervals, heard_again, mask_both
from qa_pipeline.redact.figures import digit_by_sound, digit_of
from qa_pipeline.report.rates import Rate, rate_of
from qa_pipeline.transcribe import AudioInput, Recognizer, load_recognizer

MODELS = Path("workspace/models")
Truth = dict[str, Any]
"""What speak_redaction wrote: `turns`, each with role, start_ms, end_ms and pieces."""


class Sign(NamedTuple):
    """One character of a row; `kind` is what it truly is, `at_ms` about when it was spoken."""

    char: str
    kind: str | None
    at_ms: int


class Written(NamedTuple):
    char: str
    is_hidden: bool


Pair = tuple[Sign, str, Written | None]


@dataclass(slots=True)
class HeardCount:
    """Digits by kind: said, written by the recognizer, and what went wrong with them."""

    examples: int = 0
    leaking: int = 0
    seconds: float = 0.0
    second_s: float = 0.0
    second_n: int = 0
    said: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    readable: Counter[str] = field(default_factory=Counter)
    uncovered: Counter[str] = field(default_factory=Counter)
    came_back: Counter[str] = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)

    def rates(self) -> dict[str, Rate]:
        """What the benchmark prints, by its name."""
        return {
            "leaked in text": self._rate(self.wrong, self.written, is_other=False),
            "readable in text": self._rate(self.readable, self.said, is_other=False),
            "over-masked": self._rate(self.wrong, self.written, is_other=True),
            "not covered by a beep": self._rate(self.uncovered, self.said, is_other=False),
            "beeped over": self._rate(self.uncovered, self.said, is_other=True),
            "heard again": self._rate(self.came_back, self.said, is_other=False),
        }

    def _rate(self, hits: Counter[str], of: Counter[str], *, is_other: bool) -> Rate:
        kinds = [k for k in of if k.startswith("other:") is is_other]
        return rate_of(sum(hits[k] for k in kinds), sum(of[k] for k in kinds))


def count_heard(
    folder: Path,
    carriers: str,
    *,
    kept_in: Path | None = None,
    with_sound: bool = True,
    is_twice: bool = False,
) -> HeardCount:
    """Every spoken example of those carriers in the folder, heard, masked and counted."""
    count = HeardCount()
    listener = Listener(MODELS, kept_in)
    for path in sorted(folder.glob(f"{carriers}-[pk]*.wav")):
        truth: Truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        transcript = _with_roles(listener, path)
        again = heard_again(transcript, *_second(path, kept_in, count)) if is_twice else ()
        masked = mask_both(transcript, again)[0]
        beeps = _beeps(transcript, again)
        count.examples += 1
        count.seconds += max(t["end_ms"] for t in truth["turns"]) / 1000
        wrong = _score_text(truth, transcript, masked, count)
        _score_times(truth, beeps, count)
        if any(not kind.startswith("other:") for kind in wrong):
            count.leaking += 1
        if wrong:
            count.shown.append(_shown(path.stem, wrong, truth, transcript, masked))
        if with_sound and "-personal-" in path.stem:
            back = _score_sound(truth, path, beeps, count)
            if back:
                count.shown.append(f"{path.stem} heard again: {back}")
    return count


def _second(
    path: Path, kept_in: Path | None, count: HeardCount
) -> tuple[Transcript, tuple[Dictated, ...]]:
    """What a recognizer that expects numbers hears of it, and where its sound is dictation."""
    recognizer = _expecting()
    engine = recognizer.engine.digest.replace(":", "_").replace("/", "_")
    kept = kept_in / engine / f"{path.stem}.{_ear_digest()}.pkl" if kept_in else None
    if kept and kept.exists():
        known: tuple[Transcript, tuple[Dictated, ...]] = pickle.loads(kept.read_bytes())
        return known
    audio = AudioInput(recording_id=path.stem, channels=channels_of(path))
    begun = time.process_time()
    result = recognizer.transcribe_group([audio])
    count.second_s += time.process_time() - begun
    count.second_n += 1
    heard = result.transcripts[path.stem], (result.dictated or {}).get(path.stem, ())
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(heard))
    return heard


@cache
def _expecting() -> Recognizer:
    return load_recognizer(None, MODELS, words=EXPECTED, device="cpu", hears_digits=True)


@cache
def _ear_digest() -> str:
    weights = files("qa_pipeline.transcribe") / "digit_ear.npz"
    return hashlib.sha256(weights.read_bytes()).hexdigest()[:8]


def _beeps(transcript: Transcript, again: Sequence[HeardAgain]) -> tuple[Interval, ...]:
    said = (one.interval for one in again)
    further = (Interval(max(0, i.start_ms - MARGIN_MS), i.end_ms + MARGIN_MS) for i in said)
    return union((*beep_intervals(transcript), *further))


def _with_roles(listener: Listener, path: Path) -> Transcript:
    transcript = listener.hear(path, mono=False).transcript
    roles = (Role.AGENT, Role.CUSTOMER)
    return replace(
        transcript,
        utterances=tuple(
            replace(u, role=roles[u.audio_channel]) for u in transcript.utterances
        ),
    )  # fmt: skip


def _said(truth: Truth, role: Role) -> Iterator[Sign]:
    for turn in truth["turns"]:
        if turn["role"] == role.value:
            signs = [(canonical(c), kind) for text, kind in turn["pieces"] for c in text]
            signs = [(char, kind) for char, kind in signs if char]
            length_ms = turn["end_ms"] - turn["start_ms"]
            for place, (char, kind) in enumerate(signs):
                at_ms = turn["start_ms"] + round((place + 0.5) * length_ms / len(signs))
                yield Sign(char, kind, at_ms)


def _written(transcript: Transcript, masked: Transcript, role: Role) -> Iterator[Written]:
    for raw, shown in zip(transcript.utterances, masked.utterances, strict=True):
        if raw.role is role:
            for char, left in zip(raw.text, shown.text, strict=True):
                if canonical(char):
                    yield Written(canonical(char), left != char)


def _digits(truth: Truth, role: Role, written: Sequence[Written]) -> Iterator[Pair]:
    """Each digit that was said on purpose, with what was written in its place."""
    said = list(_said(truth, role))
    for i, j in aligned([s.char for s in said], [w.char for w in written]):
        sign = said[i] if i is not None else None
        if sign is not None and sign.kind is not None and digit_of(sign.char) is not None:
            yield sign, sign.kind, written[j] if j is not None else None


def _score_text(
    truth: Truth, transcript: Transcript, masked: Transcript, count: HeardCount
) -> list[str]:
    wrong: set[str] = set()
    for role in (Role.AGENT, Role.CUSTOMER):
        for sign, kind, heard in _digits(truth, role, list(_written(transcript, masked, role))):
            count.said[kind] += 1
            if heard is None:
                continue
            count.written[kind] += 1
            if heard.is_hidden is kind.startswith("other:"):
                count.wrong[kind] += 1
                wrong.add(kind)
                is_readable = sign.char in (heard.char, digit_by_sound(heard.char))
                count.readable[kind] += is_readable and not kind.startswith("other:")
    return sorted(wrong)


def _score_times(truth: Truth, beeps: Sequence[Interval], count: HeardCount) -> None:
    """Whether the middle of each digit lies under a beep."""
    for role in (Role.AGENT, Role.CUSTOMER):
        for sign in _said(truth, role):
            if sign.kind is None or digit_of(sign.char) is None:
                continue
            is_covered = any(b.start_ms <= sign.at_ms < b.end_ms for b in beeps)
            count.uncovered[sign.kind] += is_covered is sign.kind.startswith("other:")


def _score_sound(truth: Truth, path: Path, beeps: Sequence[Interval], count: HeardCount) -> str:
    """Beep the recording and listen again; which digits of personal data come back."""
    with tempfile.TemporaryDirectory() as folder:
        beeped = Path(folder) / f"{path.stem}.wav"
        cut_clip(_recording(path), Interval(0, 10**7), beeped, beeps=beeps)
        again = _with_roles(Listener(MODELS), beeped)
    back = ""
    for role in (Role.AGENT, Role.CUSTOMER):
        for sign, kind, heard in _digits(truth, role, list(_written(again, again, role))):
            if heard is not None and heard.char == sign.char and not kind.startswith("other:"):
                count.came_back[kind] += 1
                back += sign.char
    return back


def _recording(path: Path) -> Recording:
    source = SourceFile(location=str(path.resolve()), name=path.name, is_named=True)
    return read_recording(source, IngestOptions()).recording


def _shown(
    name: str,
    wrong: Sequence[str],
    truth: Truth,
    transcript: Transcript,
    masked: Transcript,
) -> str:
    said = " / ".join("".join(p[0] for p in t["pieces"]) for t in truth["turns"])
    heard = " / ".join(u.text for u in transcript.utterances)
    left = " / ".join(u.text for u in masked.utterances)
    return f"{name} {wrong}\n    {said}\n    {heard}\n    {left}"
