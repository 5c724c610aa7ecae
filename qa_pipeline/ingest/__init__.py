"""PLUG-IN: a file on disk (and what is known of it) becomes a Recording and a Call.

`discover` finds files, `read_recording` measures one, `open_audio` yields its
sound, `read_calls_csv` and `call_for` say whose call it is. The formats are
listed in `FORMATS`.
"""

from qa_pipeline.ingest.call_facts import COLUMNS, CallFacts, call_for
from qa_pipeline.ingest.discovery import Discovery, discover
from qa_pipeline.ingest.formats import FORMATS, open_audio, read_channels, read_recording
from qa_pipeline.ingest.metadata import (
    CallTable,
    compile_name_pattern,
    fields_from_name,
    parse_since,
    read_calls_csv,
)
from qa_pipeline.ingest.raw_audio import parse_raw_format
from qa_pipeline.ingest.source import (
    IngestOptions,
    RawFormat,
    ReadRecording,
    SourceFile,
    parse_channel_map,
)
from qa_pipeline.ingest.transcript_file import TranscriptFile, read_transcript_file

__all__ = [
    "COLUMNS",
    "FORMATS",
    "CallFacts",
    "CallTable",
    "Discovery",
    "IngestOptions",
    "RawFormat",
    "ReadRecording",
    "SourceFile",
    "TranscriptFile",
    "call_for",
    "compile_name_pattern",
    "discover",
    "fields_from_name",
    "open_audio",
    "parse_channel_map",
    "parse_raw_format",
    "parse_since",
    "read_calls_csv",
    "read_channels",
    "read_recording",
    "read_transcript_file",
]
