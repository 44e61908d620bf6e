"""What agents do with a case beside moving it: let it rest, extend, merge, split, correct its level."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from aiohttp import web

from bot.domain.errors import InvalidInput, NotFound
from bot.domain.judgement import Correction
from bot.domain.people import Deed, User
from bot.domain.process import moment
from bot.web.auth import acting
from bot.web.cases import CASES_PATH, REFUSALS, Form, confirmed, flag_changes, show, text, version
from bot.web.keys import PARTS, WebParts

WAITS: Mapping[str, Literal["customer", "third_party"]] = {
    "customer": "customer",
    "third_party": "third_party",
}
_Work = Callable[[WebParts, str, User, Form], Awaitable[object]]


async def pause(request: web.Request) -> web.Response:
    """POST …/do/pause: the case waits for its customer or a third party."""
    return await _do(request, "pause", _pause)


async def resume(request: web.Request) -> web.Response:
    """POST …/do/resume: what was missing has come."""
    return await _do(
        request,
        "resume",
        lambda desk, case_id, agent, form: desk.handling.resume(case_id, agent, version(form)),
    )


async def extend(request: web.Request) -> web.Response:
    """POST …/do/extend: ask the supervisors for a later promised day."""
    return await _do(request, "extend", _extend)


async def merge(request: web.Request) -> web.Response:
    """POST …/do/merge: let the case go on in another one."""
    return await _do(request, "merge", _merge)


async def split(request: web.Request) -> web.Response:
    """POST …/do/split: take a merged case out again."""
    return await _do(request, "split", _split)


async def correct(request: web.Request) -> web.Response:
    """POST …/do/correct: change by hand what the case is judged by."""
    return await _do(request, "correct", _correct)


async def reclassify(request: web.Request) -> web.Response:
    """POST …/do/reclassify: the case is about something else than the bot thought."""
    return await _do(
        request,
        "reclassify",
        lambda desk, case_id, agent, form: desk.review.refiling.refile(
            case_id, agent, version(form), text(form, "issue"), text(form, "reason")
        ),
    )


async def _do(request: web.Request, deed: str, work: _Work) -> web.Response:
    """Do it and show the case as it stands now; a refusal comes back with what was typed."""
    agent, form = await acting(request, Deed.TALK), await request.post()
    case_id = request.match_info["id"]
    try:
        await work(request.app[PARTS], case_id, agent, form)
    except REFUSALS as refusal:
        return await show(request, agent, refusal, form, deed)
    raise web.HTTPSeeOther(f"{CASES_PATH}/{case_id}")


async def _pause(desk: WebParts, case_id: str, agent: User, form: Form) -> None:
    waits_for = WAITS.get(text(form, "waits_for"))
    if waits_for is None:
        raise InvalidInput("请选择在等顾客还是等第三方。")
    wanted, meant = text(form, "wanted"), confirmed(form)
    await desk.handling.pause(case_id, agent, version(form), waits_for, wanted, meant)


async def _extend(desk: WebParts, case_id: str, agent: User, form: Form) -> None:
    until = moment(text(form, "until"), "新的期限")
    await desk.ask_extension(case_id, until, text(form, "reason"), agent)


async def _merge(desk: WebParts, case_id: str, agent: User, form: Form) -> None:
    into, reason = text(form, "into"), text(form, "reason")
    try:
        await desk.handling.merge(case_id, into, agent, version(form), reason)
    except NotFound as problem:  # no such number: the page is there all the same
        await desk.cases.one(case_id, agent)
        raise InvalidInput(str(problem)) from None


async def _split(desk: WebParts, case_id: str, agent: User, form: Form) -> None:
    await desk.handling.split(case_id, agent, version(form), text(form, "reason"))


async def _correct(desk: WebParts, case_id: str, agent: User, form: Form) -> None:
    people = text(form, "people") or "1"
    if not people.isdecimal():
        raise InvalidInput("投诉人数要写成数字。")
    levels = {
        name: text(form, name) if text(form, name) != text(form, f"{name}_shown") else None
        for name in ("severity", "heat")
    }
    correction = Correction(flags=flag_changes(form), people=int(people), **levels)
    await desk.judging.correct(case_id, agent, version(form), correction, text(form, "reason"))
