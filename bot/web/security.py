"""Everybody's own sign-in: the second factor, and the browsers in which they are signed in."""

from typing import Any

from aiohttp import hdrs, web
from multidict import MultiDictProxy

from bot.domain.errors import Conflict, InvalidInput, NotFound
from bot.domain.people import User
from bot.services.accounts import Browser
from bot.web.addresses import address_of
from bot.web.auth import DESK_COOKIE, agent_of, check_origin
from bot.web.keys import PARTS, SIGN_IN_LIMIT
from bot.web.rendering import desk_page

SECURITY_PATH = "/desk/security"
_REFUSALS = (Conflict, InvalidInput, NotFound)


def browser_of(request: web.Request) -> Browser:
    """What is remembered of the browser that asks."""
    return Browser(request.headers.get(hdrs.USER_AGENT, ""), address_of(request))


async def page(request: web.Request) -> web.Response:
    """GET /desk/security."""
    return await _page(request, await agent_of(request))


async def turn_on(request: web.Request) -> web.Response:
    """POST …/totp: with the code of the app that photographed the picture; shows the recovery codes once."""
    agent, form = await _acting(request)
    secret, code, password = (_text(form, name) for name in ("secret", "code", "password"))
    try:
        codes = await request.app[PARTS].second_factors.turn_on(agent, secret, code, password)
    except _REFUSALS as refusal:
        return await _page(request, agent, refusal, secret=secret)
    return await desk_page(request, agent, "recovery.html", codes=codes)


async def turn_off(request: web.Request) -> web.Response:
    """POST …/totp/off: from now on the password is enough."""
    agent, form = await _acting(request)
    try:
        await request.app[PARTS].second_factors.turn_off(agent, _text(form, "password"))
    except _REFUSALS as refusal:
        return await _page(request, agent, refusal)
    raise web.HTTPSeeOther(SECURITY_PATH)


async def sign_out_one(request: web.Request) -> web.Response:
    """POST …/browsers/{id}: sign one of one's own browsers out."""
    agent, _ = await _acting(request)
    try:
        await request.app[PARTS].browsers.end(agent, request.match_info["id"])
    except NotFound as refusal:
        return await _page(request, agent, refusal)
    raise web.HTTPSeeOther(SECURITY_PATH)


async def sign_out_others(request: web.Request) -> web.Response:
    """POST …/browsers: sign out everywhere but here."""
    agent, _ = await _acting(request)
    await request.app[PARTS].browsers.end_others(agent, request.cookies.get(DESK_COOKIE, ""))
    raise web.HTTPSeeOther(SECURITY_PATH)


async def _acting(request: web.Request) -> tuple[User, MultiDictProxy[Any]]:
    check_origin(request)
    agent = await agent_of(request)
    await request.app[SIGN_IN_LIMIT].take_shared(f"address {request.remote}")
    return agent, await request.post()


async def _page(
    request: web.Request,
    agent: User,
    refusal: Conflict | InvalidInput | NotFound | None = None,
    *,
    secret: str = "",
) -> web.Response:
    parts = request.app[PARTS]
    return await desk_page(
        request,
        agent,
        "security.html",
        status=refusal.status if refusal else 200,
        refusal=str(refusal) if refusal else None,
        browsers=await parts.browsers.of(agent, request.cookies.get(DESK_COOKIE, "")),
        offer=None if agent.totp else parts.second_factors.offer(agent, secret),
        left=len(agent.recovery),
    )


def _text(form: MultiDictProxy[Any], name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
