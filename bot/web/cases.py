"""The list of cases, one case with all that is known of it, and moving it along its process."""

from typing import Any

from aiohttp import web
from multidict import MultiDictProxy

from bot.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from bot.domain.handbook.severity import TITLES as FLAGS
from bot.domain.handbook.severity import Flag, Heat, Severity
from bot.domain.people import Deed, User
from bot.services.case_list import STATES, Wanted
from bot.services.outgoing_checks import Unconfirmed
from bot.web import reports
from bot.web.auth import INBOX_PATH, agent_of, allowed, check_origin
from bot.web.keys import PARTS
from bot.web.rendering import desk_page

CASES_PATH = "/desk/cases"
REFUSALS = (Conflict, InvalidInput, NotAllowed)
Refusal = Conflict | InvalidInput | NotAllowed
Form = MultiDictProxy[Any]
_VALUE = "value."  # before the name of a value in the form of a move


async def page(request: web.Request) -> web.Response:
    """GET /desk/cases: all cases for who handles them; for departments what they have in hand.

    With ?figure=… those behind a number of a report.
    """
    agent = await agent_of(request)
    if request.query.get("figure"):
        return await reports.cases_behind(request, await allowed(request, Deed.SEE_REPORTS))
    if agent.may(Deed.TALK):
        return await _list(request, agent)
    parts = request.app[PARTS]
    cases, offices = await parts.cases.of(agent), parts.staff.offices
    return await desk_page(request, agent, "department.html", cases=cases, offices=offices)


async def case(request: web.Request) -> web.Response:
    """GET /desk/cases/{id}: NotFound if it is none of one's business."""
    return await show(request, await agent_of(request))


async def move(request: web.Request) -> web.Response:
    """POST /desk/cases/{id}/{arrow}: move it on, as it was when it was shown."""
    check_origin(request)
    agent, form = await agent_of(request), await request.post()
    values = {name.removeprefix(_VALUE): str(form[name]) for name in form if name.startswith(_VALUE)}
    case_id, arrow = request.match_info["id"], request.match_info["arrow"]
    try:
        reason = text(form, "reason")
        handling, meant = request.app[PARTS].handling, confirmed(form)
        await handling.move(case_id, arrow, agent, version(form), values, reason, meant)
    except REFUSALS as refusal:
        return await show(request, agent, refusal, form, arrow)
    # A department may have nothing more to do with it.
    raise web.HTTPSeeOther(f"{CASES_PATH}/{case_id}" if agent.may(Deed.TALK) else INBOX_PATH)


async def show(
    request: web.Request,
    agent: User,
    refusal: Refusal | None = None,
    form: Form | None = None,
    tried: str | None = None,
) -> web.Response:
    """The page of a case; a refusal comes back with what was typed for what was `tried`."""
    parts, case_id = request.app[PARTS], request.match_info["id"]
    found = await parts.cases.one(case_id, agent)
    return await desk_page(
        request,
        agent,
        "case.html",
        status=refusal.status if refusal else 200,
        page=found,
        file=await parts.case_files.of(case_id, agent),
        papers=parts.papers.of(found.standing.case) if agent.may(Deed.TALK) else (),
        offices=parts.staff.offices,
        avoiding=await parts.avoiders.of_case(case_id) if agent.may(Deed.OVERSEE) else (),
        flags=FLAGS,
        issues=parts.interfaces.by_hand.issues(),
        levels={"severity": list(Severity), "heat": list(Heat)},
        refusal=str(refusal) if refusal else None,
        warnings=refusal.warnings if isinstance(refusal, Unconfirmed) else (),
        typed={name: str(value) for name, value in form.items()} if form else {},
        ticked=form.getall("flag", []) if form else [],
        tried=tried,
    )


def version(form: Form) -> int:
    """The version of the case that the person saw; InvalidInput."""
    try:
        return int(text(form, "version"))
    except ValueError:
        raise InvalidInput("页面不完整，请刷新后再试。") from None


def text(form: Form, name: str) -> str:
    """What was typed there, or nothing."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def confirmed(form: Form) -> list[str]:
    """The warnings that the person has seen and means to send past."""
    return [value for value in form.getall("confirmed", []) if isinstance(value, str)]


async def _list(request: web.Request, agent: User) -> web.Response:
    parts, query, refusal = request.app[PARTS], request.query, None
    wanted = Wanted(
        state=query.get("state") or Wanted.state,
        severity=query.get("severity", ""),
        heat=query.get("heat", ""),
        department=query.get("department", ""),
        overdue=bool(query.get("overdue")),
        after=query.get("after", ""),
    )
    try:
        if number := query.get("number", "").strip():
            raise web.HTTPSeeOther(f"{CASES_PATH}/{await parts.case_list.by_number(number, agent)}")
    except (InvalidInput, NotFound) as problem:
        refusal = problem
    listed = await parts.case_list.page(wanted, agent)
    return await desk_page(
        request,
        agent,
        "cases.html",
        status=refusal.status if refusal else 200,
        listed=listed,
        wanted=wanted,
        further=request.rel_url.update_query(after=listed.after) if listed.after else None,
        offices=parts.staff.offices,
        in_states=STATES,
        levels={"severity": list(Severity), "heat": list(Heat)},
        number=query.get("number", ""),
        refusal=str(refusal) if refusal else None,
    )


def flag_changes(form: Form) -> dict[Flag, bool]:
    """Which flags were ticked or unticked since the page was shown: others may have changed the rest."""
    shown, ticked = set(form.getall("flag_shown", [])), set(form.getall("flag", []))
    return {flag: flag in ticked for flag in Flag if (flag in ticked) != (flag in shown)}
