"""For those who watch over the process: how it is, with its Rasa and the database (docs/monitoring.md)."""

from collections.abc import Mapping

from aiohttp import web

from bot.web.keys import PARTS, WebParts

DATABASE, RASA = "database", "rasa"
OK, DRAINING = "ok", "draining"
_UNAVAILABLE = 503


async def health(request: web.Request) -> web.Response:
    """GET /health: which model answers, which one is to, and whether this process is switching; or 503."""
    parts = request.app[PARTS]
    status, away = await _standing(parts)
    serving = parts.serving()
    body = {
        "status": status,
        "model": serving.model,
        "wanted": serving.wanted,
        "switching": serving.switching,
    }
    return _answer(body, away)


async def live(_request: web.Request) -> web.Response:
    """GET /health/live: the process answers. Nothing else: starting it anew would bring no database back."""
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """GET /health/ready: messages are stored and answered; 503 while they only wait, can't be, or it ends."""
    parts = request.app[PARTS]
    status, away = await _standing(parts)
    return _answer({"status": status}, away)


async def _standing(parts: WebParts) -> tuple[str, list[str]]:
    """In a word, and what is away."""
    draining = parts.draining()
    there = {DATABASE: await parts.database(), RASA: parts.ready() or draining}
    away = [part for part, is_there in there.items() if not is_there]
    if draining:
        return DRAINING, away
    return "away" if DATABASE in away else "starting" if away else OK, away


def _answer(body: Mapping[str, object], away: list[str]) -> web.Response:
    status = 200 if body["status"] == OK else _UNAVAILABLE
    return web.json_response({**body, "away": away} if away else body, status=status)
