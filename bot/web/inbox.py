"""The inbox: what there is to do for whoever is signed in, and deciding it."""

from aiohttp import web

from bot.domain.errors import InvalidInput
from bot.services.inbox import Outcome
from bot.web.auth import INBOX_PATH, agent_of, check_origin
from bot.web.keys import PARTS
from bot.web.rendering import desk_page


async def page(request: web.Request) -> web.Response:
    """GET /desk/inbox: everybody's own."""
    agent = await agent_of(request)
    parts = request.app[PARTS]
    entries = await parts.inbox.of(agent)
    return await desk_page(request, agent, "inbox.html", entries=entries, offices=parts.staff.offices)


async def decide(request: web.Request) -> web.Response:
    """POST /desk/inbox/{id}: approve, refuse, or mark as done, as it was when it was shown."""
    check_origin(request)
    agent = await agent_of(request)
    form = await request.post()
    try:
        outcome = Outcome(str(form.get("outcome", "")))
    except ValueError:
        raise InvalidInput("请选择同意、不同意或完成。") from None
    note, version = str(form.get("note", "")), str(form.get("version", ""))
    await request.app[PARTS].inbox.decide(request.match_info["id"], agent, outcome, note, version)
    raise web.HTTPSeeOther(INBOX_PATH)
