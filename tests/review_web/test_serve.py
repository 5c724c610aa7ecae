"""`qa-pipeline serve` as a process."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

import pytest

from qa_pipeline.domain.user import AccountRole
from qa_pipeline.review_web.visitor import digest_of, new_token
from qa_pipeline.store import DATABASE_NAME, open_store
from tests.review_web.desk import RUBRIC, an_arguing_call, write_tone

pytestmark = pytest.mark.slow


def test_ctrl_c_ends_it_cleanly_while_a_player_holds_its_answer(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    path = write_tone(tmp_path / "long.wav", 600)
    with open_store(workspace) as store:
        store.save_judged(an_arguing_call("call-1", path=path, duration_ms=600_000), RUBRIC)
        store.add_account("me", AccountRole.INSPECTOR, "none", inspector_id="me")
        token = new_token()
        store.open_session("me", digest_of(token), password_hash="none")
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
                f"Cookie: qa_session={token}\r\nRange: bytes=0-\r\n\r\n".encode()
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


@pytest.mark.parametrize("trusting", [False, True])
def test_an_address_for_others_warns_without_tls_and_names_the_first_account(
    tmp_path: Path, trusting: bool
) -> None:
    with open_store(tmp_path / "workspace") as store:
        store.save_judged(an_arguing_call("call-1"), RUBRIC)
    with closing(sqlite3.connect(tmp_path / "workspace" / DATABASE_NAME)) as database:
        database.execute("UPDATE call_search SET version = 'older'")
        database.commit()
    main = "import sys; from qa_pipeline.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", main, "serve", "--workspace", str(tmp_path / "workspace")]
    port = _free_port()
    more = ["--trust-proxy", "127.0.0.1"] if trusting else []
    server = subprocess.Popen(
        [*command, "--host", "0.0.0.0", "--port", str(port), *more],
        env=os.environ | {"QA_PIPELINE_WEB__ALLOWED_HOSTS": '["desk.example"]'},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        with _connected(port) as browser:
            asked = "GET /login HTTP/1.1\r\nHost: desk.example\r\nX-Forwarded-Proto: https\r\n\r\n"
            browser.sendall(asked.encode())
            answer = browser.recv(10_000)
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=15)
    finally:
        server.kill()
    assert answer.startswith(b"HTTP/1.1 200")
    assert (b"__Host-qa_login" in answer) == trusting, "a proxy is believed where it is named only"
    assert ("without TLS" in said) != trusting
    assert "qa-pipeline user add NAME --role admin" in said
    assert (
        "1 calls of an older version are not found by the search yet; run `qa-pipeline db" in said
    )
