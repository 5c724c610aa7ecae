"""How a run is asked to stop, and how long one recording may take."""

import threading
import time
from dataclasses import dataclass, field


class Stopped(Exception):
    """The run was asked to stop; what was finished is saved."""


class TookTooLong(Exception):
    """One recording used up its time."""


@dataclass(frozen=True, slots=True)
class StopSignal:
    """Set once (Ctrl-C, SIGTERM); looked at between pieces of work.

    A thread cannot be killed in Python, so work is cut into pieces and each
    begins by asking.
    """

    _event: threading.Event = field(default_factory=threading.Event)

    def request(self) -> None:
        self._event.set()

    @property
    def requested(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raise Stopped when the run was asked to stop."""
        if self._event.is_set():
            raise Stopped


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment (monotonic seconds) after which a recording is given up."""

    at_s: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(time.monotonic() + seconds)

    def check(self) -> None:
        """Raise TookTooLong when the time is used up."""
        if time.monotonic() > self.at_s:
            raise TookTooLong
