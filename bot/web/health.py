"""For those who watch over the process."""

from aiohttp import web

from bot.web.keys import PARTS


async def health(request: web.Request) -> web.Response:
    """GET /health: which model answers, which one is to, and whether this process is switching; or 503."""
    parts = request.app[PARTS]
    is_ready, serving = parts.ready(), parts.serving()
    body = {
        "status": "ok" if is_ready else "starting",
        "model": serving.model,
        "wanted": serving.wanted,
        "switching": serving.switching,
    }
    return web.json_response(body, status=200 if is_ready else 503)


async def live(_request: web.Request) -> web.Response:
    """GET /health/live: the process answers."""
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """GET /health/ready: messages are being answered; 503 while they only wait in the ledger."""
    if request.app[PARTS].ready():
        return web.json_response({"status": "ok"})
    return web.json_response({"status": "starting"}, status=503)
