"""How fast the review desk answers fifty inspectors over a large store.

    python -m benchmarks.web [--calls N] [--workspace DIR] [--rounds N] [--think S ...]
                             [--database URL]

Builds a workspace (`benchmarks.web_store`; `--workspace` keeps it, and one that is
there already is taken as it is; with `--database` it is moved into that PostgreSQL
database first), serves it with `qa-pipeline serve` and lets 50
inspectors, each logged in, go through Today, a call of theirs with its sound, and
searches: by filter and by phrase in turn, hardly ever the same phrase twice. Between
two pages each waits 0 to 2·S seconds. With 20 in the mean a round takes three minutes,
as a call does, with six or seven searches in it: more than people make. Each `--think`
is measured apart; the goals are those of the first. Prints p50 and p95 of the pages in
milliseconds, and how long the first evidence takes to be audible: its page and the
bytes of the wav from there on. Exits 3 when a p95 of Today, Call or Search is over
150 ms or the evidence over 1 s.
"""

import argparse
import asyncio
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import perf_counter, process_time, sleep
from typing import NamedTuple
from urllib.parse import urlencode

import httpx

from benchmarks.web_store import N_INSPECTORS, Centre, build_store, taken_as_it_is
from benchmarks.web_words import SAID_AT_MS
from qa_pipeline.domain.user import AccountRole
from qa_pipeline.review_web.passwords import Passwords
from qa_pipeline.settings import WebSettings
from qa_pipeline.store import DATABASE_NAME, move_store, open_store

GOAL_P95_MS, GOAL_SOUND_MS = 150.0, 1000.0
GOAL_PAGES = ("today", "call", "search")
PASSWORD = "benchmark-of-the-desk"
WAV_HEADER_BYTES, BYTES_A_MS = 44, 32
_CSRF = re.compile(r'name="csrf_token" value="([0-9a-f]{64})"')
_CALLS = re.compile(r'class="call"><a href="(/calls/[^"]+)"')
_START_S = 120.0
_SPIN_S = 0.2

Times = dict[str, list[float]]


class Figures(NamedTuple):
    """Milliseconds, sorted."""

    p50: float
    p95: float
    slowest: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 3 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--workspace", type=Path, help="build here and keep it")
    parser.add_argument("--database", metavar="URL", help="measure on this PostgreSQL database")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument(
        "--think", type=float, nargs="+", default=[20.0, 5.0], help="mean seconds between pages"
    )
    parser.add_argument("--inspectors", type=int, default=N_INSPECTORS)
    chosen = parser.parse_args(arguments)
    if chosen.workspace is not None:
        return _measured(chosen, chosen.workspace)
    with tempfile.TemporaryDirectory() as folder:
        return _measured(chosen, Path(folder))


def _measured(arguments: argparse.Namespace, workspace: Path) -> int:
    began = perf_counter()
    file = workspace / DATABASE_NAME
    if any(workspace.glob(f"{DATABASE_NAME}*")):
        centre = taken_as_it_is(workspace, arguments.calls)
    else:
        centre = build_store(workspace, arguments.calls)
    if arguments.database is not None:
        os.environ["QA_PIPELINE_DATABASE_URL"] = arguments.database
        if file.is_file():
            move_store(workspace)
    _add_accounts(workspace)
    size = max(path.stat().st_size for path in workspace.glob(f"{DATABASE_NAME}*")) / 1e9
    print(f"{centre.n_calls} calls, {centre.n_with_words} with words; {size:.2f} GB;"
          f" ready after {perf_counter() - began:.0f} s", flush=True)  # fmt: skip
    codes = []
    with served(workspace) as home:
        for think_s in arguments.think:
            print(f"{arguments.inspectors} inspectors, {think_s:g} s between pages,"
                  f" a busy process gets 1/{slowdown():.1f} of a core", flush=True)  # fmt: skip
            visits = [
                _inspector(home, centre, number, arguments.rounds, think_s)
                for number in range(arguments.inspectors)
            ]
            codes.append(report(asyncio.run(_together(visits))))
    return codes[0]


def slowdown() -> float:
    """How much longer than alone a busy process takes on this machine now; at least 1."""
    began, spent = perf_counter(), process_time()
    while process_time() - spent < _SPIN_S:
        pass
    return max(1.0, (perf_counter() - began) / (process_time() - spent))


def report(times: Times) -> int:
    """Print p50 and p95 by page; 3 when a goal is missed."""
    missed = False
    for page in sorted(times):
        figures = figures_of(times[page])
        goal = GOAL_SOUND_MS if page == "evidence audible" else GOAL_P95_MS
        counts = page in GOAL_PAGES or page == "evidence audible"
        missed |= counts and figures.p95 > goal
        print(f"  {page:<29}{len(times[page]):6}  p50 {figures.p50:7.1f} ms   "
              f"p95 {figures.p95:7.1f} ms   slowest {figures.slowest:7.1f}"
              + (f"   goal {goal:.0f}" if counts else ""))  # fmt: skip
    return 3 if missed else 0


def figures_of(times: Sequence[float]) -> Figures:
    """Nearest-rank percentiles of a list that is not empty."""
    ordered = sorted(times)
    last = len(ordered) - 1
    return Figures(ordered[round(0.5 * last)], ordered[round(0.95 * last)], ordered[-1])


def _add_accounts(workspace: Path) -> None:
    """An account for each inspector, hashed as the desk does it."""
    with open_store(workspace) as store:
        known = {account.name for account in store.accounts()}
        hashed = Passwords(WebSettings()).hash(PASSWORD)
        for number in range(N_INSPECTORS):
            name = f"Q{number:02d}"
            if name not in known:
                store.add_account(name, AccountRole.INSPECTOR, hashed, inspector_id=name)


@contextmanager
def served(workspace: Path) -> Iterator[str]:
    """`qa-pipeline serve` on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve = "import sys; from qa_pipeline.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", serve, "serve", "--port", str(port)]
    process = subprocess.Popen([*command, "--workspace", str(workspace)], stdout=subprocess.DEVNULL)
    try:
        home = f"http://127.0.0.1:{port}"
        _wait_for(home, process)
        yield home
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(home: str, process: "subprocess.Popen[bytes]") -> None:
    until = perf_counter() + _START_S
    while perf_counter() < until and process.poll() is None:
        try:
            httpx.get(f"{home}/login", timeout=_START_S)
        except httpx.TransportError:
            sleep(0.2)
        else:
            return
    raise SystemExit(f"the desk did not start at {home} within {_START_S:.0f} s")


async def _together(visits: Sequence[Awaitable[Times]]) -> Times:
    """All visits at once; the times of all."""
    together: Times = defaultdict(list)
    for times in await asyncio.gather(*visits):
        for page, spent in times.items():
            together[page] += spent
    return together


class _Visit:
    """One inspector's browser."""

    def __init__(self, web: httpx.AsyncClient, random: Random, think_s: float) -> None:
        self.web, self.random, self.think_s = web, random, think_s
        self.times: Times = defaultdict(list)

    async def open(self, page: str, address: str, headers: Mapping[str, str] | None = None) -> str:
        """Fetch a page after a pause and note how long it took."""
        await asyncio.sleep(2 * self.think_s * self.random.random())
        began = perf_counter()
        answer = await self.web.get(address, headers=headers)
        spent = (perf_counter() - began) * 1000
        if answer.status_code not in (200, 206):
            raise SystemExit(f"{address}: {answer.status_code} {answer.text[:300]}")
        for name in (page, page.split(" ")[0]) if " " in page else (page,):
            self.times[name].append(spent)
        return answer.text if answer.status_code == 200 else ""

    async def hear(self, address: str) -> None:
        """The call's page, then at once its sound from the first evidence on."""
        before = len(self.times["call"])
        await self.open("call", address)
        page_ms = self.times["call"][before]
        first = WAV_HEADER_BYTES + SAID_AT_MS * BYTES_A_MS
        began = perf_counter()
        sound = f"{address.split('?')[0]}/sound.wav"
        for piece in ("bytes=0-", f"bytes={first}-"):
            answer = await self.web.get(sound, headers={"Range": piece})
            if answer.status_code != 206 or not answer.content:
                raise SystemExit(f"{sound}: {answer.status_code}, no sound")
        self.times["evidence audible"].append(page_ms + (perf_counter() - began) * 1000)


async def _inspector(home: str, centre: Centre, number: int, rounds: int, think_s: float) -> Times:
    random = Random(f"{number}/{think_s}")  # else the desk remembers the searches of before
    # The server closes a connection that is idle for 5 s; browsers cope, httpx raises.
    limits = httpx.Limits(keepalive_expiry=2.0)
    headers = {"Accept": "text/html"}
    async with httpx.AsyncClient(
        base_url=home, timeout=120, follow_redirects=False, headers=headers, limits=limits
    ) as web:
        await _log_in(web, f"Q{number:02d}")
        visit = _Visit(web, random, think_s)
        for turn in range(rounds):
            calls = _CALLS.findall(await visit.open("today", "/"))
            await visit.hear(random.choice(calls).replace("&amp;", "&"))
            for kind, words in searches(centre, random).items():
                if turn % 2 == 0 or kind != "by nothing":
                    await visit.open(f"search {kind}", f"/search?{urlencode(words)}")
        return visit.times


async def _log_in(web: httpx.AsyncClient, name: str) -> None:
    form = await web.get("/login")
    token = _CSRF.search(form.text)
    fields = {"name": name, "password": PASSWORD, "csrf_token": token[1] if token else ""}
    answer = await web.post(
        "/login", data=fields, headers={"Origin": str(web.base_url).rstrip("/")}
    )
    if answer.status_code != 303:
        raise SystemExit(f"{name} cannot log in: {answer.status_code} {answer.text[:300]}")


def searches(centre: Centre, random: Random) -> Mapping[str, Mapping[str, str]]:
    """What an inspector looks for, by kind."""
    phrase, agent = random.choice(centre.phrases), random.choice(centre.agents)
    team, criterion = random.choice(centre.teams), random.choice(centre.criteria[:5])
    return {
        "by nothing": {},
        "by phrase": {"q": phrase},
        "by phrase and team": {"q": phrase, "team": team},
        "by agent": {"agent": agent},
        "by behaviour and team": {"behaviour": "arguing", "team": team},
        "by criterion and score": {"criterion": criterion, "score_max": "60"},
        "by metric": {"dead_air_ms_min": "29", "agent": agent},
    }


if __name__ == "__main__":
    sys.exit(main())
