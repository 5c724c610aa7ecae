"""What a run was asked to do."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The arguments of `qa-pipeline run`, as the flow gets them.

    `agent_channel` is the audio channel of the agent where metadata does not say;
    `name_pattern` a regular expression with named groups over file names;
    `raw_format` how to read headerless audio ("ulaw:8000:1"); `channel_map` which two
    of more than two channels are agent and customer.
    """

    paths: tuple[str, ...]
    workspace: Path
    metadata: Path | None = None
    rubric: Path | None = None
    inspectors: Path | None = None
    model: str | None = None
    workers: int = 1
    since: date | None = None
    retranscribe: bool = False
    agent_channel: int | None = None
    name_pattern: str | None = None
    raw_format: str | None = None
    channel_map: tuple[int, int] | None = None
