"""Whether personal data is hidden in what the real recognizer heard, and in the sound.

`benchmarks/speak_redaction.py` speaks the examples; `benchmarks/redaction.py --spoken FOLDER`
listens to them and prints what this module counts. In the text a digit of personal data
leaks when what the recognizer wrote in its place, whatever it is, is not hidden. In the
sound it leaks when the recognizer, listening to the beeped recording, writes it again.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from benchmarks.listening import Listener
from benchmarks.redaction_alignment import aligned, canonical
from qa_pipeline.cases import cut_clip
from qa_pipeline.domain.call import Recording, Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Transcript
from qa_pipeline.ingest import IngestOptions, SourceFile, read_recording
from qa_pipeline.redact import beep_intervals, mask_transcript
from qa_pipeline.redact.figures import digit_of
from qa_pipeline.report.rates import Rate, rate_of

MODELS = Path("workspace/models")


class Sign(NamedTuple):
    """One character of a row; `kind` is what it truly is, `shown` what is left of it masked."""

    char: str
    kind: str | None
    shown: str


@dataclass(slots=True)
class HeardCount:
    """Digits by kind: said, written by the recognizer, left or hidden wrongly, heard again."""

    examples: int = 0
    leaking: int = 0
    audibly_leaking: int = 0
    seconds: float = 0.0
    said: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    audible: Counter[str] = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)

    def leaked(self) -> Rate:
        return self._rate(self.wrong, self.written, is_other=False)

    def over_masked(self) -> Rate:
        return self._rate(self.wrong, self.written, is_other=True)

    def heard_again(self) -> Rate:
        return self._rate(self.audible, self.said, is_other=False)

    def _rate(self, hits: Counter[str], of: Counter[str], *, is_other: bool) -> Rate:
        kinds = [k for k in of if k.startswith("other:") is is_other]
        return rate_of(sum(hits[k] for k in kinds), sum(of[k] for k in kinds))


def count_heard(
    folder: Path, carriers: str, *, kept_in: Path | None = None, with_sound: bool = True
) -> HeardCount:
    """Every spoken example of those carriers in the folder, heard, masked and counted."""
    count = HeardCount()
    listener = Listener(MODELS, kept_in)
    for path in sorted(folder.glob(f"{carriers}-[pk]*.wav")):
        truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        transcript = _with_roles(listener, path)
        masked = mask_transcript(transcript)
        count.examples += 1
        count.seconds += max(t["end_ms"] for t in truth["turns"]) / 1000
        wrong = _score_text(truth, transcript, masked, count)
        if any(not kind.startswith("other:") for kind in wrong):
            count.leaking += 1
        if wrong:
            count.shown.append(_shown(path.stem, wrong, truth, transcript, masked))
        if with_sound and "-personal-" in path.stem:
            back = _score_sound(truth, path, transcript, count)
            if back:
                count.audibly_leaking += 1
                count.shown.append(f"{path.stem} heard again: {back}")
    return count


def _with_roles(listener: Listener, path: Path) -> Transcript:
    transcript = listener.hear(path, mono=False).transcript
    roles = (Role.AGENT, Role.CUSTOMER)
    return replace(
        transcript,
        utterances=tuple(
            replace(u, role=roles[u.audio_channel]) for u in transcript.utterances
        ),
    )  # fmt: skip


def _said(truth: dict[str, list[dict[str, object]]], role: Role) -> Iterator[Sign]:
    for turn in truth["turns"]:
        if turn["role"] == role.value:
            for text, kind in turn["pieces"]:  # type: ignore[attr-defined]
                yield from (Sign(canonical(c), kind, "") for c in text if canonical(c))


def _written(transcript: Transcript, masked: Transcript, role: Role) -> Iterator[Sign]:
    for raw, shown in zip(transcript.utterances, masked.utterances, strict=True):
        if raw.role is role:
            for char, left in zip(raw.text, shown.text, strict=True):
                if canonical(char):
                    yield Sign(canonical(char), None, left if left != char else "")


def _score_text(
    truth: dict[str, list[dict[str, object]]],
    transcript: Transcript,
    masked: Transcript,
    count: HeardCount,
) -> list[str]:
    wrong: list[str] = []
    for role in (Role.AGENT, Role.CUSTOMER):
        said = list(_said(truth, role))
        written = list(_written(transcript, masked, role))
        for i, j in aligned([s.char for s in said], [w.char for w in written]):
            kind = said[i].kind if i is not None else None
            if i is None or kind is None or digit_of(said[i].char) is None:
                continue
            count.said[kind] += 1
            if j is None:
                continue
            count.written[kind] += 1
            if (written[j].shown == "") is not kind.startswith("other:"):
                count.wrong[kind] += 1
                wrong.append(kind)
    return sorted(set(wrong))


def _score_sound(
    truth: dict[str, list[dict[str, object]]],
    path: Path,
    transcript: Transcript,
    count: HeardCount,
) -> str:
    """Beep the recording and listen again; which digits of personal data come back."""
    beeps = beep_intervals(transcript)
    with tempfile.TemporaryDirectory() as folder:
        beeped = Path(folder) / f"{path.stem}.wav"
        cut_clip(_recording(path), Interval(0, 10**7), beeped, beeps=beeps)
        again = _with_roles(Listener(MODELS), beeped)
    back = ""
    for role in (Role.AGENT, Role.CUSTOMER):
        said, heard = list(_said(truth, role)), list(_written(again, again, role))
        for i, j in aligned([s.char for s in said], [h.char for h in heard]):
            sign = said[i] if i is not None else None
            if sign is None or sign.kind is None or sign.kind.startswith("other:"):
                continue
            if digit_of(sign.char) is not None and j is not None and heard[j].char == sign.char:
                count.audible[sign.kind] += 1
                back += sign.char
    return back


def _recording(path: Path) -> Recording:
    source = SourceFile(location=str(path.resolve()), name=path.name, is_named=True)
    return read_recording(source, IngestOptions()).recording


def _shown(
    name: str,
    wrong: Sequence[str],
    truth: dict[str, list[dict[str, object]]],
    transcript: Transcript,
    masked: Transcript,
) -> str:
    said = " / ".join("".join(p[0] for p in t["pieces"]) for t in truth["turns"])  # type: ignore[attr-defined]
    heard = " / ".join(u.text for u in transcript.utterances)
    left = " / ".join(u.text for u in masked.utterances)
    return f"{name} {wrong}\n    {said}\n    {heard}\n    {left}"
