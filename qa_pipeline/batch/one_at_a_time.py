"""Two runs on one workspace take turns."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK_NAME = "run.lock"
_LOOK_AGAIN_S = 0.2


@contextmanager
def turn(workspace: Path, check: Callable[[], None], say: Callable[[str], None]) -> Iterator[None]:
    """Wait until no other run works in the workspace, and keep the others out.

    A run that comes second then finds the work done instead of doing it twice.
    `check` is called while waiting; what it raises is passed on. The lock goes with
    the process, however that ends. Where files cannot be locked (some network
    folders) nobody waits.
    """
    try:
        handle = os.open(workspace / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError:
        yield  # the store says better why this workspace cannot be written
        return
    try:
        told = False
        while not _taken(handle):
            if not told:
                say(f"another run is at work in {workspace}; waiting for it to finish")
                told = True
            check()
            time.sleep(_LOOK_AGAIN_S)
        yield
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
