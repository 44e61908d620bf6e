"""For those who watch over the process."""

from aiohttp import web

from bot.web.keys import PARTS


async def live(_request: web.Request) -> web.Response:
    """GET /health/live: the process answers."""
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """GET /health/ready: messages are being answered; 503 while they only wait in the ledger."""
    if request.app[PARTS].ready():
        return web.json_response({"status": "ok"})
    return web.json_response({"status": "starting"}, status=503)
