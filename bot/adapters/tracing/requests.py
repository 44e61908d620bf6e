"""A span for each request that the desk is asked."""

from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from bot.adapters.tracing.spans import PREFIX, Spans

_SERVER_ERROR = 500
_UNTOLD = ("/health", "/static/")  # asked all the time, and nobody waits for a person's work there
_NO_ROUTE = "(none)"


def traced_requests(spans: Spans, id_of: Callable[[web.Request], str]) -> Middleware:
    """The outermost middleware. A route is told, never an address: addresses hold ids and what was searched.

    Whoever asks can't choose the trace: it may be anybody. Sockets stay open for hours and have no span.
    """

    @web.middleware
    async def trace(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(_UNTOLD) or "Upgrade" in request.headers:
            return await handler(request)
        resource = request.match_info.route.resource
        route = resource.canonical if resource else _NO_ROUTE
        attributes = {"http.request.method": request.method, "http.route": route}
        with spans.tracer.start_as_current_span(
            f"{request.method} {route}",
            context=Context(),
            kind=SpanKind.SERVER,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                response = await handler(request)
            except web.HTTPException as answer:
                _answered(span, answer.status, id_of(request))
                raise
            _answered(span, response.status, id_of(request))
            return response

    return trace


def _answered(span: Span, status: int, request_id: str) -> None:
    span.set_attributes({"http.response.status_code": status, f"{PREFIX}request": request_id})
    if status >= _SERVER_ERROR:
        span.set_status(Status(StatusCode.ERROR))
