"""Whether the consumer association would take a complaint up, for customers and agents alike."""

import aiohttp_jinja2
from aiohttp import web

from bot.domain import acceptance
from bot.domain.errors import NotFound
from bot.web.keys import PARTS

ACCEPTANCE_PATH = "/acceptance"


async def page(request: web.Request) -> web.Response:
    """GET /acceptance[?asked=1&held=ID…]: the questions of D38's lists, and what they come to.

    The answers travel in the address and are stored nowhere. NotFound where no pack in use has the lists.
    """
    handbook = request.app[PARTS].handbook
    asked = acceptance.questions(handbook)
    if not asked:
        raise NotFound("这里没有可以核对的受理规定。")
    held = frozenset(request.query.getall("held", []))
    answers = {one.id: one.id in held for one in asked} | dict.fromkeys(held, True)
    result = acceptance.check(handbook, answers) if "asked" in request.query else None
    context = {
        "questions": asked,
        "held": held,
        "result": result,
        "title": acceptance.TITLES[result.outcome] if result else None,
    }
    return aiohttp_jinja2.render_template("acceptance.html", request, context)
