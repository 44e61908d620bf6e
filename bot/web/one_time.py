"""One-time links: an admin makes them, who has one makes a login or a new password with it."""

import aiohttp_jinja2
from aiohttp import web

from bot.domain.errors import Conflict, InvalidInput, NotFound
from bot.domain.people import Deed
from bot.services.accounts_checks import checked_login
from bot.web.auth import acting, check_origin
from bot.web.keys import PARTS, SIGN_IN_LIMIT
from bot.web.people import PEOPLE_PATH, list_page, one_page, post_of, text
from bot.web.rendering import desk_page

LINK_PATH = "/desk/link"
_REFUSALS = (Conflict, InvalidInput)


def site_of(request: web.Request) -> str:
    """The address under which people reach the desk."""
    return request.app[PARTS].origin or f"{request.scheme}://{request.host}"


async def invite(request: web.Request) -> web.Response:
    """POST /desk/people/invitations: shows the link, this once."""
    admin, form = await acting(request, Deed.SET_UP), await request.post()
    try:
        login, post = checked_login(text(form, "login")), post_of(form)
        token = await request.app[PARTS].links.invite(
            login, post["role"], admin, department=post["department"], positions=post["positions"]
        )
    except _REFUSALS as refusal:
        return await list_page(request, admin, form, refusal)
    return await desk_page(
        request, admin, "link_made.html", link=_address(request, token), login=login, new=True
    )


async def reset(request: web.Request) -> web.Response:
    """POST /desk/people/{id}/reset-link: shows the link, this once."""
    admin, parts = await acting(request, Deed.SET_UP), request.app[PARTS]
    user_id = request.match_info["id"]
    try:
        token = await parts.links.reset(user_id, admin)
    except Conflict as refusal:
        return await one_page(request, admin, refusal)
    login = (await parts.staff.get(user_id)).user.login
    return await desk_page(
        request, admin, "link_made.html", link=_address(request, token), login=login, new=False
    )


async def take_back(request: web.Request) -> web.Response:
    """POST /desk/people/invitations/{id}/revoke: the link opens nothing any more."""
    admin = await acting(request, Deed.SET_UP)
    await request.app[PARTS].links.take_back(request.match_info["id"], admin)
    raise web.HTTPSeeOther(PEOPLE_PATH)


async def totp_off(request: web.Request) -> web.Response:
    """POST /desk/people/{id}/totp-off: for somebody who lost telephone and recovery codes."""
    admin = await acting(request, Deed.SET_UP)
    try:
        await request.app[PARTS].second_factors.take_off(request.match_info["id"], admin)
    except NotFound as refusal:
        return await one_page(request, admin, refusal)
    raise web.HTTPSeeOther(f"{PEOPLE_PATH}/{request.match_info['id']}")


async def page(request: web.Request) -> web.Response:
    """GET /desk/link/{token}: what it is for. Looking doesn't use it up: mail programs look too."""
    return await _page(request)


async def use(request: web.Request) -> web.Response:
    """POST /desk/link/{token}: the name and password; then to the sign-in."""
    check_origin(request)
    await request.app[SIGN_IN_LIMIT].take_shared(f"address {request.remote}")
    form = await request.post()
    name, password = text(form, "name"), text(form, "password")
    try:
        if password != text(form, "again"):
            raise InvalidInput("两次输入的密码不一样，请重新输入。")
        await request.app[PARTS].links.use(request.match_info["token"], name, password)
    except _REFUSALS as refusal:
        return await _page(request, name=name, refusal=refusal)
    raise web.HTTPSeeOther("/desk/login")


async def _page(
    request: web.Request, *, name: str = "", refusal: Conflict | InvalidInput | None = None
) -> web.Response:
    token = request.match_info["token"]
    await request.app[SIGN_IN_LIMIT].take_shared(f"address {request.remote}")
    link = await request.app[PARTS].links.look(token)
    context = {"link": link, "token": token, "name": name, "refusal": str(refusal) if refusal else None}
    status = refusal.status if refusal else 200
    return aiohttp_jinja2.render_template("link.html", request, context, status=status)


def _address(request: web.Request, token: str) -> str:
    return f"{site_of(request)}{LINK_PATH}/{token}"
