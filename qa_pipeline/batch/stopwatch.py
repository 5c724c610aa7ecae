"""Seconds per stage."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Adds up wall seconds under stage names; one per task run, shared by its threads.

    What threads do at the same time is added up, so a stage may show more seconds than passed.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._lock = threading.Lock()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.add(name, time.perf_counter() - begun)

    def add(self, name: str, seconds: float) -> None:
        with self._lock:
            self.seconds[name] = self.seconds.get(name, 0.0) + seconds

    def hand_over(self, other: "Stopwatch") -> None:
        """Add everything to another watch and begin again from nothing."""
        with self._lock:
            told, self.seconds = self.seconds, {}
        for name, seconds in told.items():
            other.add(name, seconds)
