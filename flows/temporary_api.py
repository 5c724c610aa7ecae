"""The process of the temporary Prefect API; `flows.temporary_server` starts and ends it."""

import gc
import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn


class _Server(uvicorn.Server):
    """A server that leaves signals alone: the run decides when it ends."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def main() -> None:
    """Serve on the inherited socket until the starting process closes our stdin or dies."""
    # Ctrl-C and SIGTERM may reach the whole group; the run still has to say goodbye to us.
    for which in (signal.SIGINT, signal.SIGTERM):
        signal.signal(which, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    gc.set_threshold(50_000)  # what is imported stays: looking through it costs a tenth
    from prefect.server.api.server import create_app

    listening = socket.socket(fileno=int(sys.argv[1]))
    config = uvicorn.Config(create_app(), log_level="critical", lifespan="on")
    _Server(config).run(sockets=[listening])


def _leave_with_parent() -> None:
    sys.stdin.buffer.read()
    shutil.rmtree(os.environ["PREFECT_HOME"], ignore_errors=True)
    os._exit(0)  # what it knew was for this run only; nothing is worth a slow goodbye


if __name__ == "__main__":
    main()
