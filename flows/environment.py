"""Prefect without a server of its own, without telemetry and without noise.

Prefect reads its settings when it is imported, so these variables have to be in
place before; that is why this module imports nothing of it.
"""

import os
from pathlib import Path

_QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",  # failures are ours to report, one line each
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
}
_ELSEWHERE = ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_PROFILE", "PREFECT_API_AUTH_STRING")


def use_temporary_server(workspace: Path) -> None:
    """Point Prefect at a temporary API on this machine that lives inside the workspace.

    Takes away any address of a real server from this process: `qa-pipeline run`
    asks for none. A scheduled deployment (prefect.yaml) does not call this.
    """
    home = workspace / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    for name in _ELSEWHERE:
        os.environ.pop(name, None)
    os.environ.update(_QUIET)
    os.environ["PREFECT_HOME"] = str(home.resolve())
    os.environ["PREFECT_PROFILES_PATH"] = str((home / "profiles.toml").resolve())
