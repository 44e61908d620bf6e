"""The papers of a case: how they would read, what people fill in, the files, and the evidence pack."""

from aiohttp import hdrs, web

from bot.domain.errors import InvalidInput, PaperIncomplete, PaperNotApproved
from bot.domain.people import Deed, User
from bot.services.case_papers import Printed
from bot.web.auth import acting, allowed
from bot.web.cases import REFUSALS, Form, Refusal, text
from bot.web.keys import PARTS
from bot.web.rendering import desk_page

_KINDS = ("word", "pdf")
_SHOWN = "shown."  # before the name of what stood there when the page was made


async def page(request: web.Request) -> web.Response:
    """GET /desk/cases/{id}/papers/{form}: the paper as it would be printed now."""
    return await _page(request, await allowed(request, Deed.TALK))


async def file(request: web.Request) -> web.Response:
    """GET …/file?kind=word|pdf[&blanks=1]: the paper itself."""
    agent, (case_id, form_id) = await allowed(request, Deed.TALK), _names(request)
    kind, blanks = request.query.get("kind", "word"), bool(request.query.get("blanks"))
    if kind not in _KINDS:
        raise InvalidInput("文书可以是 Word 或 PDF。")
    papers = request.app[PARTS].papers
    try:
        printed = await papers.printed(case_id, form_id, as_pdf=kind == "pdf", with_blanks=blanks)
        number, taken = printed.name.partition(f"-{form_id}.")[0], {"form": form_id, "kind": kind}
        await request.app[PARTS].revealing.note(agent, "paper_taken", f"case:{number}", taken)
        return _handed_out(printed)
    except PaperIncomplete:
        refusal = InvalidInput("还有没填的内容：请先填写，或勾选“标出缺的地方”再下载。")
        return await _page(request, agent, refusal)
    except PaperNotApproved:
        return await _page(request, agent, InvalidInput("这份文书要先由主管批准，才能下载。"))


async def fill_in(request: web.Request) -> web.Response:
    """POST …/values: what the paper asks the people of the desk for."""
    agent, (case_id, form_id) = await acting(request, Deed.TALK), _names(request)
    form = await request.post()
    try:
        values = {name: text(form, name).replace("\r\n", "\n") for name in form}
        shown = {name.removeprefix(_SHOWN): values[name] for name in values if name.startswith(_SHOWN)}
        await request.app[PARTS].papers.fill_in(case_id, form_id, values, shown, agent)
    except REFUSALS as refusal:
        return await _page(request, agent, refusal, form)
    raise web.HTTPSeeOther(f"/desk/cases/{case_id}/papers/{form_id}")


async def ask_approval(request: web.Request) -> web.Response:
    """POST …/approval: ask the supervisors to approve the present text."""
    agent, (case_id, form_id) = await acting(request, Deed.TALK), _names(request)
    try:
        await request.app[PARTS].papers.ask_approval(case_id, form_id, agent)
    except REFUSALS as refusal:
        return await _page(request, agent, refusal)
    raise web.HTTPSeeOther(f"/desk/cases/{case_id}/papers/{form_id}")


async def evidence(request: web.Request) -> web.Response:
    """POST /desk/cases/{id}/do/evidence: the evidence pack, noted in the history; supervisors only."""
    agent = await acting(request, Deed.OVERSEE)
    redacted = text(await request.post(), "redacted") != "no"
    papers = request.app[PARTS].papers
    return _handed_out(await papers.evidence(request.match_info["id"], agent, redacted=redacted))


async def _page(
    request: web.Request, agent: User, refusal: Refusal | None = None, form: Form | None = None
) -> web.Response:
    return await desk_page(
        request,
        agent,
        "paper.html",
        status=refusal.status if refusal else 200,
        paper=await request.app[PARTS].papers.page(*_names(request)),
        refusal=str(refusal) if refusal else None,
        typed={name: str(value) for name, value in form.items()} if form else {},
    )


def _names(request: web.Request) -> tuple[str, str]:
    return request.match_info["id"], request.match_info["form"]


def _handed_out(printed: Printed) -> web.Response:
    headers = {hdrs.CONTENT_DISPOSITION: f'attachment; filename="{printed.name}"'}
    return web.Response(body=printed.content, content_type=printed.kind, headers=headers)
