"""Supervisors only: groups of people who take the same conversations, and how many each may have at once."""

from typing import Any

from aiohttp import web
from multidict import MultiDictProxy

from bot.domain.errors import Conflict, InvalidInput
from bot.domain.people import Deed, User
from bot.services.groups import LANGUAGES, LONGEST_TITLE, MOST
from bot.web.auth import acting, allowed
from bot.web.keys import PARTS
from bot.web.rendering import desk_page

GROUPS_PATH = "/desk/groups"
_REFUSALS = (Conflict, InvalidInput)
_Form = MultiDictProxy[Any]


def routes() -> list[web.RouteDef]:
    """The routes of this page."""
    one = f"{GROUPS_PATH}/{{id:[0-9a-z]{{1,64}}}}"
    return [
        web.get(GROUPS_PATH, page),
        web.post(GROUPS_PATH, make),
        web.get(one, group),
        web.post(one, change),
        web.post(f"{one}/remove", remove),
        web.post(f"{GROUPS_PATH}/caps/{{id:[0-9a-z]{{1,64}}}}", cap),
    ]


async def page(request: web.Request) -> web.Response:
    """GET /desk/groups: the groups, the form for one more, and what each person may have at once."""
    return await _list(request, await allowed(request, Deed.OVERSEE))


async def make(request: web.Request) -> web.Response:
    """POST /desk/groups: make one; a refusal comes back with what was typed."""
    agent, form = await acting(request, Deed.OVERSEE), await request.post()
    try:
        await request.app[PARTS].groups.save(by=agent.id, **_chosen(form))
    except _REFUSALS as refusal:
        return await _list(request, agent, refusal, _chosen(form))
    raise web.HTTPSeeOther(GROUPS_PATH)


async def group(request: web.Request) -> web.Response:
    """GET /desk/groups/{id}: one of them."""
    return await _one(request, await allowed(request, Deed.OVERSEE))


async def change(request: web.Request) -> web.Response:
    """POST /desk/groups/{id}: set all of it anew, as it was when it was shown (`version`)."""
    agent, form = await acting(request, Deed.OVERSEE), await request.post()
    group_id, version = request.match_info["id"], _text(form, "version") or None
    try:
        await request.app[PARTS].groups.save(by=agent.id, id=group_id, expected=version, **_chosen(form))
    except _REFUSALS as refusal:
        # What somebody else has changed meanwhile is shown; what was mistyped stays.
        return await _one(request, agent, refusal, None if isinstance(refusal, Conflict) else _chosen(form))
    raise web.HTTPSeeOther(GROUPS_PATH)


async def remove(request: web.Request) -> web.Response:
    """POST …/remove: its people and its waiting conversations belong to nobody in particular."""
    agent = await acting(request, Deed.OVERSEE)
    await request.app[PARTS].groups.remove(request.match_info["id"], by=agent.id)
    raise web.HTTPSeeOther(GROUPS_PATH)


async def cap(request: web.Request) -> web.Response:
    """POST /desk/groups/caps/{id}: how many conversations a person may have at once; empty: as everybody."""
    agent, form = await acting(request, Deed.OVERSEE), await request.post()
    typed = _text(form, "cap").strip()
    try:
        if typed and not (typed.isdecimal() and len(typed) < 10):  # noqa: PLR2004 -- digits of a number
            raise InvalidInput(f"同时接待的会话数应是 0 到 {MOST} 的整数。")
        most = int(typed) if typed else None
        await request.app[PARTS].groups.set_cap(request.match_info["id"], most, by=agent.id)
    except _REFUSALS as refusal:
        return await _list(request, agent, refusal)
    raise web.HTTPSeeOther(GROUPS_PATH)


async def _list(
    request: web.Request,
    agent: User,
    refusal: Conflict | InvalidInput | None = None,
    typed: dict[str, Any] | None = None,
) -> web.Response:
    groups = request.app[PARTS].groups
    return await _shown(
        request,
        agent,
        "groups.html",
        refusal,
        groups=await groups.all(),
        most=MOST,
        everybody=request.app[PARTS].company.desk.cap,
        now=typed or {"title": "", "languages": [], "packs": [], "members": []},
    )


async def _one(
    request: web.Request,
    agent: User,
    refusal: Conflict | InvalidInput | None = None,
    typed: dict[str, Any] | None = None,
) -> web.Response:
    found = await request.app[PARTS].groups.get(request.match_info["id"])
    as_it_is = {
        "title": found.group.title,
        "languages": found.group.languages,
        "packs": found.group.packs,
        "members": found.members,
    }
    return await _shown(request, agent, "group.html", refusal, view=found, now=typed or as_it_is)


async def _shown(
    request: web.Request,
    agent: User,
    template: str,
    refusal: Conflict | InvalidInput | None,
    **values: object,
) -> web.Response:
    groups = request.app[PARTS].groups
    return await desk_page(
        request,
        agent,
        template,
        status=refusal.status if refusal else 200,
        refusal=str(refusal) if refusal else None,
        colleagues=await groups.colleagues(),
        languages=LANGUAGES,
        packs=groups.packs(),
        longest=LONGEST_TITLE,
        **values,
    )


def _chosen(form: _Form) -> dict[str, Any]:
    """Title, languages, packs and people, as the service takes them."""
    chosen = {
        name: [value for value in form.getall(field, []) if isinstance(value, str)]
        for name, field in (("languages", "language"), ("packs", "pack"), ("members", "member"))
    }
    return {"title": _text(form, "title"), **chosen}


def _text(form: _Form, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
