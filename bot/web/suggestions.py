"""Suggestions to those who train the bot, and what they say of them."""

import csv
import io

from aiohttp import hdrs, web

from bot.domain.people import Deed
from bot.domain.suggestions import Mark
from bot.web.auth import acting, allowed
from bot.web.keys import PARTS
from bot.web.rendering import desk_page

SUGGESTIONS_PATH = "/desk/training/suggestions"
_HEADER = ("where", "label", "text", "read_as", "noted_at")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def routes() -> list[web.RouteDef]:
    """The page, its buttons, and the list to take along."""
    return [
        web.get(SUGGESTIONS_PATH, page),
        web.post(f"{SUGGESTIONS_PATH}/mark", mark),
        web.get(f"{SUGGESTIONS_PATH}/noted.csv", noted),
    ]


async def page(request: web.Request) -> web.Response:
    """GET /desk/training/suggestions."""
    user = await allowed(request, Deed.TRAIN)
    found = await request.app[PARTS].suggesting.all(user)
    return await desk_page(request, user, "suggestions.html", found=found)


async def mark(request: web.Request) -> web.Response:
    """POST …/mark: what somebody says of a row that looks mislabelled."""
    user = await acting(request, Deed.TRAIN)
    form = await request.post()
    await request.app[PARTS].suggesting.mark(str(form.get("row", "")), str(form.get("kind", "")), user)
    raise web.HTTPSeeOther(f"{SUGGESTIONS_PATH}#doubts")


async def noted(request: web.Request) -> web.Response:
    """GET …/noted.csv: the rows to be changed, for whoever keeps the training files."""
    await allowed(request, Deed.TRAIN)
    body = _csv(await request.app[PARTS].suggesting.noted())
    headers = {hdrs.CONTENT_DISPOSITION: 'attachment; filename="rows-to-check.csv"'}
    return web.Response(body=body, content_type="text/csv", charset="utf-8", headers=headers)


def _csv(marks: list[Mark]) -> bytes:
    """With a byte order mark, so that spreadsheets read the characters right; nothing in it is a formula."""
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(_HEADER)
    for one in marks:
        row = (one.where, one.label, one.text, one.says, one.at.isoformat(timespec="minutes"))
        lines.writerow([f"'{value}" if value.startswith(_FORMULA) else value for value in row])
    return written.getvalue().encode("utf-8-sig")
