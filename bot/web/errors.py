"""The one error tree, as browsers see it: JSON for scripts, a page in Chinese for people."""

import logging
import secrets
import traceback
from collections.abc import Mapping

import aiohttp_jinja2
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from bot.domain.errors import KesuError, NotSignedIn
from bot.web.limits import SlowDown
from bot.web.warned import warnings_of

log = logging.getLogger(__name__)

_NOTHING: Mapping[str, object] = {}
_SERVER_ERROR = 500
_LATER = "系统暂时有些问题，请稍后再试。"
_HTTP = {
    400: ("invalid_input", "请求的格式不对。"),
    404: ("not_found", "没有找到这个页面。"),
    405: ("method_not_allowed", "这个地址不接受这样的请求。"),
    413: ("too_large", "内容太长了，请分成几条发送。"),
    415: ("unsupported_media_type", "请以 application/json 的格式发送。"),
}


@web.middleware
async def explain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever goes wrong into an answer that helps its reader and gives nothing away."""
    try:
        return await handler(request)
    except NotSignedIn as error:
        if request.method == hdrs.METH_GET and not wants_json(request):
            raise web.HTTPSeeOther("/desk/login") from None
        return _render(request, error.status, error.key, str(error))
    except KesuError as error:
        return _explain(request, error)
    except web.HTTPException as error:
        if error.status not in _HTTP:
            raise
        key, message = _HTTP[error.status]
        return _render(request, error.status, key, message)
    except Exception as error:  # noqa: BLE001 -- the outermost place: a browser always gets an answer
        return _apologize(request, error)


def wants_json(request: web.Request) -> bool:
    """Whether a script asks."""
    asked = "application/json" in request.headers.get(hdrs.ACCEPT, "")
    return asked or request.path.startswith(("/api/", "/desk/api/"))


def _explain(request: web.Request, error: KesuError) -> web.Response:
    if error.status >= _SERVER_ERROR:
        return _render(request, error.status, error.key, told(error, f"{request.method} {request.path}")[1])
    response = _render(request, error.status, error.key, str(error), warnings_of(error))
    if isinstance(error, SlowDown):
        response.headers[hdrs.RETRY_AFTER] = str(error.retry_after)
    return response


def told(error: Exception, place: str) -> tuple[int, str]:
    """The status and the sentence for whoever met an error on a socket; our own faults are logged."""
    if not isinstance(error, KesuError):
        return _SERVER_ERROR, _broke(error, place)
    if error.status >= _SERVER_ERROR:
        log.error("%s: %s: %s", place, error.key, error)
        return error.status, _LATER
    return error.status, str(error)


def _broke(error: Exception, place: str) -> str:
    """The sentence with an id, and where it broke for the log, but no message: that may quote a customer."""
    mark, kind = secrets.token_hex(4), type(error).__qualname__
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s broke, id %s: %s at\n%s", place, mark, kind, frames)
    return f"系统出了点问题，请稍后再试。（编号 {mark}）"


def _apologize(request: web.Request, error: Exception) -> web.Response:
    """A plain answer with an id."""
    return _render(request, _SERVER_ERROR, "error", _broke(error, f"{request.method} {request.path}"))


def _render(
    request: web.Request, status: int, key: str, message: str, more: Mapping[str, object] = _NOTHING
) -> web.Response:
    if wants_json(request):
        return web.json_response({"error": key, "message": message, **more}, status=status)
    context = {"message": message, "desk": request.path.startswith("/desk")}
    return aiohttp_jinja2.render_template("error.html", request, context, status=status)
