"""Admins only: who works at the desk, in which role, department and positions."""

import re
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy

from bot.domain.errors import Conflict, InvalidInput
from bot.domain.people import Deed, Role, User
from bot.services.accounts_changes import Staff
from bot.services.accounts_checks import Called
from bot.web.auth import acting, allowed
from bot.web.keys import PARTS
from bot.web.rendering import desk_page

PEOPLE_PATH = "/desk/people"
_REFUSALS = (Conflict, InvalidInput)
_Form = MultiDictProxy[Any]


async def page(request: web.Request) -> web.Response:
    """GET /desk/people: everybody, which positions nobody holds, and the form for one more."""
    return await list_page(request, await allowed(request, Deed.SET_UP))


async def add(request: web.Request) -> web.Response:
    """POST /desk/people: make a login; a refusal comes back with what was typed, except the password."""
    admin = await acting(request, Deed.SET_UP)
    form = await request.post()
    login, password = text(form, "login"), text(form, "password")
    try:
        await request.app[PARTS].accounts.add(login, password=password, by=admin.id, **post_of(form))
    except _REFUSALS as refusal:
        return await list_page(request, admin, form, refusal)
    await request.app[PARTS].look_through()
    raise web.HTTPSeeOther(PEOPLE_PATH)


async def person(request: web.Request) -> web.Response:
    """GET /desk/people/{id}: one of them."""
    return await one_page(request, await allowed(request, Deed.SET_UP))


async def change(request: web.Request) -> web.Response:
    """POST /desk/people/{id}: name, role, department and positions."""
    admin = await acting(request, Deed.SET_UP)
    form = await request.post()
    try:
        user_id, called = request.match_info["id"], _called(form)
        trusted = "personal_data" in form if called else None
        await _staff(request).change(
            user_id, by=admin.login, called=called, personal_data=trusted, **post_of(form)
        )
    except _REFUSALS as refusal:
        return await one_page(request, admin, refusal)
    await request.app[PARTS].look_through()
    raise web.HTTPSeeOther(PEOPLE_PATH)


async def deactivate(request: web.Request) -> web.Response:
    """POST …/deactivate: they are out at once."""
    admin = await acting(request, Deed.SET_UP)
    try:
        await _staff(request).deactivate(request.match_info["id"], by=admin.login)
    except _REFUSALS as refusal:
        return await one_page(request, admin, refusal)
    raise web.HTTPSeeOther(PEOPLE_PATH)


async def reactivate(request: web.Request) -> web.Response:
    """POST …/reactivate: they may sign in again."""
    admin = await acting(request, Deed.SET_UP)
    await _staff(request).reactivate(request.match_info["id"], by=admin.login)
    raise web.HTTPSeeOther(PEOPLE_PATH)


async def reset_password(request: web.Request) -> web.Response:
    """POST …/password: a new one, for somebody who forgot theirs."""
    admin = await acting(request, Deed.SET_UP)
    password = text(await request.post(), "password")
    try:
        await _staff(request).reset_password(request.match_info["id"], password, by=admin.login)
    except _REFUSALS as refusal:
        return await one_page(request, admin, refusal)
    raise web.HTTPSeeOther(PEOPLE_PATH)


async def list_page(
    request: web.Request,
    admin: User,
    form: _Form | None = None,
    refusal: Exception | None = None,
) -> web.Response:
    """Everybody; a refusal comes back with what was typed, except the password."""
    staff = _staff(request)
    people, offices = await staff.all(), staff.offices
    held = {position for one in people if one.user.active for position in one.positions}
    return await desk_page(
        request,
        admin,
        "people.html",
        status=getattr(refusal, "status", 200),
        people=people,
        offices=offices,
        links=await request.app[PARTS].links.open(),
        vacant=[offices.positions[name] for name in sorted(offices.approving - held)],
        typed={name: text(form, name) for name in ("login", "name", "role", "department")} if form else {},
        chosen=form.getall("position", []) if form else [],
        refusal=str(refusal) if refusal else None,
    )


async def one_page(request: web.Request, admin: User, refusal: Exception | None = None) -> web.Response:
    """One of them."""
    staff = _staff(request)
    return await desk_page(
        request,
        admin,
        "person.html",
        status=getattr(refusal, "status", 200),
        person=await staff.get(request.match_info["id"]),
        offices=staff.offices,
        refusal=str(refusal) if refusal else None,
    )


def _staff(request: web.Request) -> Staff:
    return request.app[PARTS].staff


def text(form: _Form, name: str) -> str:
    """What was typed there, or nothing."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def post_of(form: _Form) -> dict[str, Any]:
    """Name, role, department and positions, as the services take them; InvalidInput for an unknown role."""
    try:
        role = Role(text(form, "role"))
    except ValueError:
        raise InvalidInput("请选择一个角色。") from None
    return {
        "name": text(form, "name"),
        "role": role,
        "department": text(form, "department") or None,
        "positions": {value for value in form.getall("position", []) if isinstance(value, str)},
    }


def _called(form: _Form) -> Called | None:
    """Staff number, other names and e-mail address; None where the form has no such fields."""
    if "staff_no" not in form:
        return None
    aliases = re.split(r"[,，、;；\n]", text(form, "aliases"))
    return Called(text(form, "staff_no"), tuple(aliases), text(form, "email"))
