"""`qa-pipeline serve` as a process."""

import signal
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from qa_pipeline.store import open_store
from tests.review_web.desk import RUBRIC, an_arguing_call, write_tone

pytestmark = pytest.mark.slow


def test_ctrl_c_ends_it_cleanly_while_a_player_holds_its_answer(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    path = write_tone(tmp_path / "long.wav", 600)
    with open_store(workspace) as store:
        store.save_judged(an_arguing_call("call-1", path=path, duration_ms=600_000), RUBRIC)
    port = _free_port()
    main = "import sys; from qa_pipeline.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", main, "serve", "--workspace", str(workspace)]
    server = subprocess.Popen(
        [*command, "--port", str(port)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        with _connected(port) as player:
            player.sendall(
                f"GET /calls/call-1/sound.wav HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                "Range: bytes=0-\r\n\r\n".encode()
            )
            assert player.recv(100).startswith(b"HTTP/1.1 206")
            server.send_signal(signal.SIGINT)
            said, _ = server.communicate(timeout=15)
    finally:
        server.kill()
    assert server.returncode in (0, 130)
    assert "Traceback" not in said
    assert "ERROR" not in said


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _connected(port: int) -> socket.socket:
    deadline = monotonic() + 60
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=30)
        except ConnectionRefusedError:
            assert monotonic() < deadline, "serve did not start"
            sleep(0.2)
