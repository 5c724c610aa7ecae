"""Work on one recording that must not cost its neighbours."""

import logging
from collections.abc import Callable
from typing import TypeVar

from qa_pipeline.batch.outcomes import OutcomeKind, RecordingOutcome
from qa_pipeline.batch.stopping import Stopped, TookTooLong
from qa_pipeline.errors import (
    ConfigurationError,
    OutputError,
    QaPipelineError,
    StoreError,
    UnreadableRecording,
)
from qa_pipeline.ingest import SourceFile

log = logging.getLogger("qa_pipeline.batch")

T = TypeVar("T")

NOBODYS_FAULT = (Stopped, StoreError, OutputError, ConfigurationError)
"""What would cost every recording of the night its judgement: it ends the night."""


def attempt(source: SourceFile, limit_s: int, body: Callable[[], T]) -> T | RecordingOutcome:
    """What `body` returns, or the outcome that says why the recording is not readable.

    What is not the recording's fault (`NOBODYS_FAULT`: a full disk, a missing model, a
    request to stop) is raised.
    """
    try:
        return body()
    except NOBODYS_FAULT:
        raise
    except UnreadableRecording as error:
        return unreadable(source, error.reason)
    except TookTooLong:
        return unreadable(source, f"took longer than {limit_s} s; given up")
    except QaPipelineError as error:
        return unreadable(source, str(error))
    except Exception as error:
        log.exception("%s failed", source.name)
        return unreadable(source, f"failed with {type(error).__name__}: {error}")


def unreadable(source: SourceFile, reason: str) -> RecordingOutcome:
    return RecordingOutcome(
        recording=source.name,
        path=source.location,
        kind=OutcomeKind.NOT_READABLE,
        reason=reason,
    )
