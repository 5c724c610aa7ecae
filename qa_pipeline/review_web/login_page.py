"""The login form, and the cookies of the desk."""

from fastapi import Request, Response

from qa_pipeline.review_web.visitor import (
    LOGIN_COOKIE,
    cookie_name,
    cookie_token,
    csrf_of,
    new_token,
)


def login_page(
    request: Request, status: int, message: str, target: str, name: str = "", minutes: int = 0
) -> Response:
    """The login form with its own token, which lives in a cookie of its own."""
    token = cookie_token(request, LOGIN_COOKIE) or new_token()
    context = {
        "message": message,
        "minutes": minutes,
        "target": target,
        "name": name,
        "login_csrf": csrf_of(token),
        "has_accounts": bool(request.app.state.store.accounts()),
    }
    response: Response = request.app.state.templates.TemplateResponse(
        request, "login.html", context, status_code=status
    )
    set_cookie(request, response, LOGIN_COOKIE, token)
    return response


def set_cookie(request: Request, response: Response, name: str, token: str) -> None:
    """A cookie that scripts cannot read and that ends with the browser."""
    response.set_cookie(
        cookie_name(name, request),
        token,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def is_own_address(target: str) -> bool:
    """Whether a path of this site, which no browser takes for another host's."""
    is_path = target.startswith("/") and not target.startswith("//")
    return is_path and "\\" not in target and target.isprintable()
