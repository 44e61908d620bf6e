"""The audit log for supervisors, and what is written into it from pages: whole telephone numbers."""

from datetime import datetime, time, timedelta

from aiohttp import web

from bot.domain.audit import CHANGES, LOOKS, TITLES, Wanted
from bot.domain.errors import InvalidInput
from bot.domain.people import Deed, User
from bot.domain.workdays import SHANGHAI
from bot.web.auth import acting, allowed
from bot.web.errors import wants_json
from bot.web.keys import PARTS
from bot.web.rendering import desk_page

AUDIT_PATH = "/desk/audit"
_GROUPS = {"looks": tuple(LOOKS), "changes": tuple(CHANGES)}


async def page(request: web.Request) -> web.Response:
    """GET /desk/audit?who=…&what=…&object=…&since=…&until=…&before=…: newest first."""
    agent, query = await allowed(request, Deed.OVERSEE), request.query
    what = query.get("what", "")
    wanted = Wanted(
        deeds=_GROUPS.get(what) or ((what,) if what else ()),
        object=query.get("object", "").strip() or None,
        since=_day(query.get("since", "")),
        until=_day(query.get("until", ""), days=1),
        before=_place(query.get("before", "")),
    )
    found = await request.app[PARTS].audit_log.page(wanted, query.get("who", ""), agent)
    return await desk_page(
        request,
        agent,
        "audit.html",
        found=found,
        titles=TITLES,
        asked={name: query.get(name, "") for name in ("who", "what", "object", "since", "until")},
        older=request.rel_url.update_query(before=str(found.before)) if found.before else None,
    )


async def reveal_customer(request: web.Request) -> web.Response:
    """POST /desk/conversations/{id}/reveal: the customer's telephone number, written down."""
    agent, conversation_id = await acting(request, Deed.TALK), request.match_info["id"]
    phones = await request.app[PARTS].revealing.of_conversation(conversation_id, agent)
    return await _phones(request, agent, phones, f"/desk/conversations/{conversation_id}")


async def reveal_case(request: web.Request) -> web.Response:
    """POST /desk/cases/{id}/do/reveal: the telephone number of a case, written down."""
    agent, case_id = await acting(request, Deed.TALK), request.match_info["id"]
    phones = await request.app[PARTS].revealing.of_case(case_id, agent)
    return await _phones(request, agent, phones, f"/desk/cases/{case_id}")


async def avoid(request: web.Request) -> web.Response:
    """POST /desk/cases/{id}/do/avoid: keep somebody out of a case, or let them in again; supervisors only."""
    agent, form = await acting(request, Deed.OVERSEE), await request.post()
    login, reason, avoids = (str(form.get(name, "")) for name in ("login", "reason", "avoids"))
    case_id = request.match_info["id"]
    await request.app[PARTS].avoiders.set(case_id, login, agent, reason, avoids=avoids != "no")
    raise web.HTTPSeeOther(f"/desk/cases/{case_id}")


async def _phones(request: web.Request, agent: User, phones: list[str], back: str) -> web.Response:
    if wants_json(request):
        return web.json_response({"phones": phones})
    return await desk_page(request, agent, "phones.html", phones=phones, back=back)


def _day(text: str, *, days: int = 0) -> datetime | None:
    """A day in China, from its first moment; InvalidInput."""
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=SHANGHAI)
        return datetime.combine(day, time(0), SHANGHAI) + timedelta(days=days)
    except (ValueError, OverflowError):
        raise InvalidInput("日期要写成 2026-03-18 这样。") from None


def _place(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004 -- digits of a place
