"""`serve`: the review desk."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from qa_pipeline.cli.common import (
    EXIT_DONE,
    WorkspaceOption,
    existing_store,
    settings_for,
    stderr,
    stdout,
)
from qa_pipeline.errors import UsageError
from qa_pipeline.settings import Settings, WebSettings
from qa_pipeline.store import CallStore

if TYPE_CHECKING:
    from fastapi import FastAPI

LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERYWHERE = ("0.0.0.0", "::")
TURN_S = 0.001
"""How long one request computes before another may: five times as often as Python's own."""


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8765,
    trust_proxy: Annotated[
        str | None,
        typer.Option(
            "--trust-proxy",
            help="Address of the TLS proxy in front, such as 127.0.0.1: its X-Forwarded-For and"
            " X-Forwarded-Proto are believed.",
        ),
    ] = None,
    workspace: WorkspaceOption = None,
) -> int:
    """Open the review desk, on this machine only unless --host says otherwise."""
    settings = _reachable(settings_for(workspace), host)
    from qa_pipeline.review_web.app import create_app
    from qa_pipeline.review_web.built import ADVICE, NAMES, is_built

    if not all(map(is_built, NAMES)):
        stdout.print(ADVICE, markup=False, soft_wrap=True)
    if host not in LOOPBACK and trust_proxy is None:
        stderr.print(
            f"warning: --host {host} without TLS: passwords and customers' words travel in the"
            " clear; put a TLS proxy in front, listen on 127.0.0.1 and say --trust-proxy",
            markup=False,
            soft_wrap=True,
        )
    with existing_store(settings) as store:
        if not store.accounts():
            stderr.print(
                "nobody can log in yet; make the first account with"
                f" `qa-pipeline user add NAME --role admin --workspace {settings.workspace}`",
                markup=False,
                soft_wrap=True,
            )
        _tell_of_older_calls(store, settings)
        shown = f"[{host}]" if ":" in host else host
        stdout.print(
            f"复核页面：http://{shown}:{port}/   （Ctrl-C 结束）", markup=False, soft_wrap=True
        )
        _answer(create_app(store, settings), host, port, trust_proxy)
    return EXIT_DONE


def _answer(app: "FastAPI", host: str, port: int, trust_proxy: str | None) -> None:
    """Answer requests until Ctrl-C."""
    import uvicorn

    # A row that is fetched waits for the interpreter, which a search by phrase holds.
    sys.setswitchinterval(TURN_S)
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        proxy_headers=trust_proxy is not None,
        forwarded_allow_ips=trust_proxy,
    )


def _tell_of_older_calls(store: CallStore, settings: Settings) -> None:
    """An older version's calls are there and no search finds them: one line says what to do."""
    n = len(store.calls_to_index())
    if n:
        stderr.print(
            f"{n} calls of an older version are not found by the search yet; run"
            f" `qa-pipeline db upgrade --workspace {settings.workspace}`",
            markup=False,
            soft_wrap=True,
        )


def _reachable(settings: Settings, host: str) -> Settings:
    """The settings with the host's own name allowed; UsageError where no name would be."""
    web = settings.web
    if host in LOOPBACK:
        return settings
    if host in EVERYWHERE:
        if not web.allowed_hosts:
            raise UsageError(
                f"--host {host} listens on every address; name what browsers will call it:"
                " QA_PIPELINE_WEB__ALLOWED_HOSTS='[\"desk.example\"]'"
            )
        return settings
    name = f"[{host}]" if ":" in host else host
    allowed = WebSettings(**(web.model_dump() | {"allowed_hosts": (*web.allowed_hosts, name)}))
    return settings.model_copy(update={"web": allowed})
