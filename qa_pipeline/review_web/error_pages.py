"""Refusals and failures as pages in Chinese."""

from fastapi import Request, Response
from starlette.exceptions import HTTPException

REFUSALS = {
    401: ("请先登录", "登录后再打开这个页面。"),
    403: ("没有权限", "您的账号不能使用这个页面。需要时请联系管理员。"),
    404: ("没有这个页面", "请检查地址，或回到首页。"),
}


def error_page(
    request: Request, status: int, title: str, advice: str, detail: str = "", **values: object
) -> Response:
    """The page that says what happened and what to do; `values` fill the advice."""
    context = {"title": title, "advice": advice, "detail": detail, "values": values}
    response: Response = request.app.state.templates.TemplateResponse(
        request, "error.html", context, status_code=status
    )
    return response


async def not_found(request: Request, _error: Exception) -> Response:
    return error_page(
        request,
        404,
        "找不到要看的内容",
        "它不在当前工作区，或已按期清除。请检查地址，或回到首页。",
    )


async def store_failed(request: Request, error: Exception) -> Response:
    return error_page(
        request, 503, "数据库暂时不可用", "刚才的内容没有保存，请返回上一页再试。", str(error)
    )


async def refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    title, advice = REFUSALS.get(status, ("无法处理这个请求", "请回到首页再试。"))
    return error_page(request, status, title, advice)


async def bad_request(request: Request, error: Exception) -> Response:
    fields = [".".join(map(str, e["loc"])) for e in getattr(error, "errors", list)()]
    return error_page(
        request, 400, "提交的内容不完整", "请返回上一页，改好后重新提交。", "，".join(fields)
    )
