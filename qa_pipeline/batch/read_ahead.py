"""What comes next is read while this group is still being listened to."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """Anything that says how much memory waits with it."""

    @property
    def size_bytes(self) -> int: ...


T = TypeVar("T", bound=Sized)


class ReadAhead(Generic[T]):
    """Does promised work in one background thread until what waits is large enough.

    Beyond `most_bytes` of results that nobody has taken nothing more is begun, and
    whoever needs it does it in its turn.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="read-ahead")
        self._begun: dict[str, Future[T | None]] = {}
        self._held_bytes = 0
        self._lock = threading.Lock()

    def begin(self, work: Mapping[str, Callable[[], T]]) -> None:
        """Do each piece of work, in order, as far as there is room; returns at once."""
        with self._lock:
            for key, piece in work.items():
                if key not in self._begun:
                    self._begun[key] = self._pool.submit(self._do, piece)

    def take(self, key: str) -> T | None:
        """The result, waited for when it is under way; None when it was not begun.

        What the work raised is raised here. A result is given once.
        """
        with self._lock:
            begun = self._begun.pop(key, None)
        if begun is None or begun.cancel():
            return None
        try:
            result = begun.result()
        except CancelledError:
            return None
        if result is not None:
            with self._lock:
                self._held_bytes -= result.size_bytes
        return result

    def close(self) -> None:
        """Begin nothing more; what is under way comes to its end first."""
        self._pool.shutdown(cancel_futures=True)

    def _do(self, piece: Callable[[], T]) -> T | None:
        with self._lock:
            if self._held_bytes >= self._most_bytes:
                return None
        result = piece()
        with self._lock:
            self._held_bytes += result.size_bytes
        return result
