"""Everybody's own password."""

from aiohttp import web

from bot.domain.errors import Conflict, InvalidInput
from bot.domain.people import User
from bot.web.auth import agent_of, check_origin, remember_agent
from bot.web.keys import PARTS, SIGN_IN_LIMIT
from bot.web.rendering import desk_page
from bot.web.security import browser_of

PASSWORD_PATH = "/desk/password"  # noqa: S105 -- where it is changed
_FIELDS = ("present", "new", "again")


async def page(request: web.Request) -> web.Response:
    """GET /desk/password; after a change it says so."""
    return await _page(request, await agent_of(request))


async def change(request: web.Request) -> web.Response:
    """POST /desk/password: this browser stays signed in, all others are signed out."""
    check_origin(request)
    agent = await agent_of(request)
    await request.app[SIGN_IN_LIMIT].take_shared(f"address {request.remote}")
    form = await request.post()
    present, new, again = (str(form.get(name, "")) for name in _FIELDS)
    if new != again:
        return await _page(request, agent, InvalidInput("两次输入的新密码不一样，请重新输入。"))
    try:
        token = await request.app[PARTS].accounts.change_password(
            agent.login, present, new, browser_of(request)
        )
    except (Conflict, InvalidInput) as refusal:
        return await _page(request, agent, refusal)
    response = web.Response(status=303, headers={"Location": f"{PASSWORD_PATH}?changed=1"})
    remember_agent(request, response, token)
    return response


async def _page(
    request: web.Request, agent: User, refusal: Conflict | InvalidInput | None = None
) -> web.Response:
    return await desk_page(
        request,
        agent,
        "password.html",
        status=refusal.status if refusal else 200,
        refusal=str(refusal) if refusal else None,
        changed="changed" in request.query and refusal is None,
    )
