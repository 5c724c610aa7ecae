"""The web application: which address answers with what."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.trustedhost import TrustedHostMiddleware

from qa_pipeline.errors import NotFound
from qa_pipeline.review_web import pages, sound
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore

_HERE = Path(__file__).parent
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"


def create_app(store: CallStore, settings: Settings) -> FastAPI:
    """Build the application over an open store.

    There is no login yet, so it answers loopback names only, and a change must
    come from its own pages (the browser's Origin is compared).
    """
    app = FastAPI(title="qa-pipeline", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.store = store
    app.state.settings = settings
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK, "testserver"])
    app.middleware("http")(_guard)
    app.include_router(pages.router)
    app.include_router(sound.router)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    app.add_exception_handler(NotFound, _not_found)
    return app


async def _guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    origin = request.headers.get("origin")
    if request.method == "POST" and origin != str(request.base_url).rstrip("/"):
        return PlainTextResponse("来源不符，请从本页面提交", status_code=403)
    response = await call_next(request)
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


async def _not_found(_request: Request, error: Exception) -> Response:
    return PlainTextResponse(f"找不到：{error}", status_code=404)
