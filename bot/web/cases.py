"""The cases of a department, and one case with what may be done with it."""

from aiohttp import web

from bot.domain.errors import Conflict, InvalidInput, NotAllowed
from bot.domain.people import User
from bot.web.auth import agent_of, check_origin
from bot.web.keys import PARTS
from bot.web.rendering import desk_page

CASES_PATH = "/desk/cases"
_VALUE = "value."  # before the name of a value in the form of a move


async def page(request: web.Request) -> web.Response:
    """GET /desk/cases: what one's own department has in hand."""
    agent = await agent_of(request)
    parts = request.app[PARTS]
    cases, offices = await parts.cases.of(agent), parts.staff.offices
    return await desk_page(request, agent, "cases.html", cases=cases, offices=offices)


async def case(request: web.Request) -> web.Response:
    """GET /desk/cases/{id}: NotFound if it is none of one's business."""
    return await _case(request, await agent_of(request))


async def move(request: web.Request) -> web.Response:
    """POST /desk/cases/{id}/{arrow}: move it on, as it was when it was shown."""
    check_origin(request)
    agent = await agent_of(request)
    form = {name: str(value) for name, value in (await request.post()).items()}
    values = {name.removeprefix(_VALUE): text for name, text in form.items() if name.startswith(_VALUE)}
    case_id, arrow = request.match_info["id"], request.match_info["arrow"]
    try:
        version = _version(form)
        await request.app[PARTS].handling.move(case_id, arrow, agent, version, values, form.get("reason", ""))
    except (Conflict, InvalidInput, NotAllowed) as refusal:
        return await _case(request, agent, refusal=refusal, typed=form)
    raise web.HTTPSeeOther("/desk/inbox")


async def _case(
    request: web.Request,
    agent: User,
    refusal: Conflict | InvalidInput | NotAllowed | None = None,
    typed: dict[str, str] | None = None,
) -> web.Response:
    parts = request.app[PARTS]
    return await desk_page(
        request,
        agent,
        "case.html",
        status=refusal.status if refusal else 200,
        page=await parts.cases.one(request.match_info["id"], agent),
        offices=parts.staff.offices,
        refusal=str(refusal) if refusal else None,
        typed=typed or {},
    )


def _version(form: dict[str, str]) -> int:
    try:
        return int(form.get("version", ""))
    except ValueError:
        raise InvalidInput("页面不完整，请刷新后再试。") from None
