"""Personal data in spoken Chinese: found, masked in text, and where to beep."""

from qa_pipeline.redact.agents import find_agents
from qa_pipeline.redact.beeping import MARGIN_MS, beep_intervals
from qa_pipeline.redact.fields import mask_field, mask_file_name, mask_whole
from qa_pipeline.redact.find import find_personal, find_places
from qa_pipeline.redact.masking import (
    MASK,
    NAME_MASK,
    hide,
    mask_for,
    mask_text,
    mask_transcript,
    mask_with_quotes,
)
from qa_pipeline.redact.second_hearing import EXPECTED, heard_again, mask_both, places_heard
from qa_pipeline.redact.spans import PersonalKind, PersonalSpan, Place
from qa_pipeline.redact.times import spoken_interval

VERSION = "5"
"""Raised when the rules find something else: what was redacted before is redacted anew."""

__all__ = [
    "EXPECTED",
    "MARGIN_MS",
    "MASK",
    "NAME_MASK",
    "VERSION",
    "PersonalKind",
    "PersonalSpan",
    "Place",
    "beep_intervals",
    "find_agents",
    "find_personal",
    "find_places",
    "heard_again",
    "hide",
    "mask_both",
    "mask_field",
    "mask_file_name",
    "mask_for",
    "mask_text",
    "mask_transcript",
    "mask_whole",
    "mask_with_quotes",
    "places_heard",
    "spoken_interval",
]
