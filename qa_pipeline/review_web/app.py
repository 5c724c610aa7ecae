"""The web application: which address answers with what."""

from pathlib import Path
from threading import Lock

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from qa_pipeline.errors import NotFound, StoreError
from qa_pipeline.review_web import call_actions, pages, sound
from qa_pipeline.review_web.guard import LoopbackGuard
from qa_pipeline.review_web.page_templates import page_templates
from qa_pipeline.review_web.texts import LanguageChoice
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallStore

_STATIC = Path(__file__).parent / "static"


def create_app(store: CallStore, settings: Settings) -> FastAPI:
    """Build the application over an open store.

    There is no login yet, so it answers loopback names only, and a change must
    come from its own pages.
    """
    app = FastAPI(title="qa-pipeline", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.store = store
    app.state.settings = settings
    app.state.templates = page_templates(settings.queue.centre_time_zone)
    app.state.decoding = Lock()
    app.add_middleware(LanguageChoice)
    app.add_middleware(LoopbackGuard)
    app.include_router(sound.router)
    app.include_router(call_actions.router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    app.add_exception_handler(NotFound, _unknown_call)
    app.add_exception_handler(StoreError, _store_failed)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _bad_request)
    return app


async def _unknown_call(request: Request, _error: Exception) -> Response:
    return _error_page(
        request,
        404,
        "找不到这通通话",
        "它不在当前工作区，或已按期清除。请检查地址，或回到今日队列。",
    )


async def _store_failed(request: Request, error: Exception) -> Response:
    return _error_page(
        request, 503, "数据库暂时不可用", "刚才的内容没有保存，请返回上一页再试。", str(error)
    )


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        return _error_page(request, 404, "没有这个页面", "请检查地址，或回到今日队列。")
    return _error_page(request, status, "无法处理这个请求", "请回到今日队列再试。")


async def _bad_request(request: Request, error: Exception) -> Response:
    fields = [".".join(map(str, e["loc"])) for e in getattr(error, "errors", list)()]
    return _error_page(
        request, 400, "提交的内容不完整", "请回到通话页面重新提交。", "，".join(fields)
    )


def _error_page(
    request: Request, status: int, title: str, advice: str, detail: str = ""
) -> Response:
    context = {"title": title, "advice": advice, "detail": detail, "status": status}
    response: Response = request.app.state.templates.TemplateResponse(
        request, "error.html", context, status_code=status
    )
    return response
