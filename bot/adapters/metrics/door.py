"""`GET /metrics`, on a listener of its own: never on the pages' port."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder


def metrics_app(registry: CollectorRegistry, refresh: Callable[[], Awaitable[None]]) -> web.Application:
    """The listener; `refresh` is awaited before each answer."""

    async def metrics(request: web.Request) -> web.Response:
        await refresh()
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(registry), headers={"Content-Type": content_type})

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    return app
