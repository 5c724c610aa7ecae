"""What was just looked up: from each call of a list people come back to the list."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """At most `most` values, each for `seconds`; safe to share between threads."""

    def __init__(
        self, *, most: int, seconds: float, clock: Callable[[], float] = monotonic
    ) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._lock = Lock()

    def of(self, key: K, make: Callable[[], V]) -> V:
        """The value of the key, made where it is not known or too old.

        What `make` raises is raised, and nothing is kept.
        """
        with self._lock:
            self._forget_old()
            if key in self._kept:
                return self._kept[key][1]
        made = make()  # outside the lock: others need not wait
        with self._lock:
            self._kept[key] = self._clock(), made
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made

    def _forget_old(self) -> None:
        oldest = self._clock() - self._seconds
        while self._kept and next(iter(self._kept.values()))[0] <= oldest:
            self._kept.popitem(last=False)
