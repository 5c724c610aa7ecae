"""Ready transcripts, `NAME.transcript.json`: calls that somebody else transcribed.

`{"call_id", "agent_id", "started_at", …, "utterances": [{"role", "text",
"start_ms", "end_ms"}]}`. Only `utterances` with `text` is required; any
calls.csv column may stand as a key. Times are all or nothing: where one
utterance has none, all are estimated, 220 ms a Han character, one after the
other (DESIGN sections 6 and 10).
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qa_pipeline.domain.call import Recording, Role
from qa_pipeline.domain.interval import Interval
from qa_pipeline.domain.transcript import Engine, Transcript, Utterance
from qa_pipeline.errors import UnreadableRecording
from qa_pipeline.ingest.call_facts import (
    CallFacts,
    clean_text,
    parse_facts,
    parse_role,
    without_surrogates,
    zone_of,
)
from qa_pipeline.ingest.source import (
    Block,
    IngestOptions,
    ReadRecording,
    RecordingFormat,
    SourceFile,
    name_at,
    opened,
)
from qa_pipeline.settings import MetricThresholds
from qa_pipeline.text.normalize import han_count

TRANSCRIPT_SUFFIX = ".transcript.json"
ENGINE_NAME = "transcript_file"
ENGINE_VERSION = "1"
_MAX_BYTES = 64 << 20
_MAX_TIME_MS = 1 << 40

_Time = Annotated[float, Field(allow_inf_nan=False, le=_MAX_TIME_MS)]


class _UtteranceText(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    text: str
    role: str = "unknown"
    start_ms: _Time | None = None
    end_ms: _Time | None = None


class _TranscriptText(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")

    utterances: Annotated[list[_UtteranceText], Field(min_length=1)]
    language: str = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptFile:
    """What such a file says. `digest` is the SHA-256 of its bytes.

    The utterances' `audio_channel` is 0; `transcript_for` sets it.
    """

    name: str
    digest: str
    language: str
    facts: CallFacts
    utterances: tuple[Utterance, ...]
    times_are_estimated: bool
    warnings: tuple[str, ...] = ()

    @property
    def duration_ms(self) -> int:
        return max(u.interval.end_ms for u in self.utterances)

    def transcript_for(self, recording: Recording, agent_channel: int | None = None) -> Transcript:
        """The domain Transcript for a recording.

        Without audio and on stereo the agent is on `agent_channel` (default 0) and
        the customer on the other; on mono all are on channel 0.
        """
        agent = agent_channel or 0
        channel_of = {Role.AGENT: agent, Role.CUSTOMER: 1 - agent if agent < 2 else 0}
        is_mono = recording.audio_channels == 1
        return Transcript(
            recording_id=recording.recording_id,
            language=self.language,
            utterances=tuple(
                replace(u, audio_channel=0 if is_mono else channel_of.get(u.role, 0))
                for u in self.utterances
            ),
            engine=Engine(
                name=ENGINE_NAME,
                version=ENGINE_VERSION,
                weights_hash=self.digest,
                settings_digest="none",
            ),
            times_are_estimated=self.times_are_estimated,
        )


def read_transcript_file(location: str, name: str, options: IngestOptions) -> TranscriptFile:
    """Read and check one file; UnreadableRecording says what is wrong and where."""
    with opened(location, name) as stream:
        raw = stream.read(_MAX_BYTES + 1)
    if len(raw) > _MAX_BYTES:
        raise UnreadableRecording(name, f"is larger than {_MAX_BYTES >> 20} MiB: no transcript")
    given = _parsed(raw, name)
    facts, warnings = _facts(given, name, options)
    timed = _has_times(given.utterances, name)
    utterances = tuple(_timed(given, name) if timed else _estimated(given, name))
    if not utterances:
        raise UnreadableRecording(name, "has no utterance with text")
    some_time = any(u.start_ms is not None or u.end_ms is not None for u in given.utterances)
    if some_time and not timed:
        warnings += (f"{name}: some utterances have no times; all times are estimated",)
    found = TranscriptFile(
        name=name,
        digest=hashlib.sha256(raw).hexdigest(),
        language=given.language,
        facts=facts,
        utterances=utterances,
        times_are_estimated=not timed,
        warnings=warnings,
    )
    if found.duration_ms > options.max_duration_ms:
        hours = found.duration_ms / 3_600_000
        reason = f"its last utterance ends after {hours:.1f} h: are the times in milliseconds?"
        raise UnreadableRecording(name, reason)
    return found


def with_transcript(read: ReadRecording, location: str, options: IngestOptions) -> ReadRecording:
    """Put the transcript that lies beside an audio file in the recognizer's place."""
    name = name_at(location)
    try:
        found = read_transcript_file(location, name, options)
    except UnreadableRecording as error:
        reason = f"its ready transcript {name}: {error.reason}"
        raise UnreadableRecording(read.recording.name, reason) from error
    warnings = read.warnings + found.warnings
    late_ms = found.duration_ms - read.recording.duration_ms
    if not found.times_are_estimated and late_ms > 1000:
        warnings += (f"{name}: ends {late_ms / 1000:.1f} s after its audio; is it of this call?",)
    return replace(read, transcript=found, warnings=warnings)


def _parsed(raw: bytes, name: str) -> _TranscriptText:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError as error:
            raise UnreadableRecording(name, "is neither UTF-8 nor GB18030 text") from error
    try:
        content = json.loads(text)
        if "\\u" in text:  # an escape may stand for half a character, which no store takes
            content = json.loads(without_surrogates(json.dumps(content, ensure_ascii=False)))
    except json.JSONDecodeError as error:
        reason = f"is no JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        raise UnreadableRecording(name, reason) from error
    except (ValueError, RecursionError) as error:
        raise UnreadableRecording(name, "is no JSON that a transcript can be") from error
    try:
        return _TranscriptText.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in first["loc"])
        reason = f"is no transcript: {place.lstrip('.') or 'the file'}: {first['msg']}"
        raise UnreadableRecording(name, reason) from error


def _facts(
    given: _TranscriptText, name: str, options: IngestOptions
) -> tuple[CallFacts, tuple[str, ...]]:
    cells = {str(key): _as_cell(value) for key, value in (given.model_extra or {}).items()}
    normalized = {key.strip().lower(): cell for key, cell in cells.items() if cell is not None}
    return parse_facts(normalized, zone_of(options.centre_time_zone), f"{name}:")


def _as_cell(value: Any) -> str | None:
    """A JSON value as the text that calls.csv would hold; None where there is no value."""
    if value is None:
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _has_times(utterances: list[_UtteranceText], name: str) -> bool:
    for index, utterance in enumerate(utterances):
        start_ms, end_ms = utterance.start_ms, utterance.end_ms
        if (start_ms is not None and start_ms < 0) or (end_ms is not None and end_ms < 0):
            _refuse(name, index, "a time is negative")
        if start_ms is not None and end_ms is not None and end_ms < start_ms:
            _refuse(name, index, f"ends ({end_ms:g} ms) before it starts ({start_ms:g} ms)")
    return all(u.start_ms is not None and u.end_ms is not None for u in utterances)


def _spoken(given: _TranscriptText, name: str) -> Iterator[tuple[_UtteranceText, Role, str]]:
    """The utterances that hold text, with their roles."""
    for index, utterance in enumerate(given.utterances):
        try:
            role = parse_role(utterance.role)
        except ValueError:
            _refuse(name, index, f"role {utterance.role[:40]!r} is not agent, customer or unknown")
        text = clean_text(utterance.text).strip()
        if text:
            yield utterance, role, text


def _timed(given: _TranscriptText, name: str) -> Iterator[Utterance]:
    spoken = sorted(_spoken(given, name), key=lambda s: (s[0].start_ms or 0, s[0].end_ms or 0))
    for number, (utterance, role, text) in enumerate(spoken, start=1):
        interval = Interval(round(utterance.start_ms or 0), round(utterance.end_ms or 0))
        yield _utterance(number, role, interval, text)


def _estimated(given: _TranscriptText, name: str) -> Iterator[Utterance]:
    ms_per_char = MetricThresholds().estimated_ms_per_char
    start_ms = 0
    for number, (_, role, text) in enumerate(_spoken(given, name), start=1):
        end_ms = start_ms + max(1, han_count(text)) * ms_per_char
        yield _utterance(number, role, Interval(start_ms, end_ms), text)
        start_ms = end_ms


def _utterance(number: int, role: Role, interval: Interval, text: str) -> Utterance:
    return Utterance(
        utterance_id=f"u{number:04d}", audio_channel=0, role=role, interval=interval, text=text
    )


def _refuse(name: str, index: int, reason: str) -> NoReturn:
    raise UnreadableRecording(name, f"utterances[{index}]: {reason}")


def _claims(name: str, _head: bytes, _options: IngestOptions) -> bool:
    return name.lower().endswith(".json")


def _read(source: SourceFile, options: IngestOptions) -> ReadRecording:
    found = read_transcript_file(source.location, source.name, options)
    recording = Recording(
        recording_id=found.digest,
        path=source.location,
        name=source.name,
        sample_rate_hz=0,
        duration_ms=found.duration_ms,
        audio_channels=0,
    )
    return ReadRecording(recording=recording, warnings=found.warnings, transcript=found)


def _native_blocks(
    _location: str, name: str, _options: IngestOptions
) -> Iterator[tuple[int, Block]]:
    raise UnreadableRecording(name, "is a ready transcript: it holds no sound")


TRANSCRIPT_FILE = RecordingFormat(
    name="transcript_file",
    extensions=frozenset({TRANSCRIPT_SUFFIX}),
    claims=_claims,
    read=_read,
    native_blocks=_native_blocks,
)
