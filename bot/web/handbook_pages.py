"""The handbook's pages: the list of clauses, one clause, an edition and its decision, files in and out."""

from aiohttp import hdrs, web

from bot.domain.errors import InvalidInput, KesuError, RevisionRefused
from bot.domain.handbook.clause import Audience
from bot.domain.people import Deed, User
from bot.services.handbook_desk import HandbookDesk
from bot.services.handbook_shapes import Wanted, version_title
from bot.web import handbook_forms
from bot.web.auth import acting, allowed
from bot.web.keys import PARTS
from bot.web.rendering import desk_page

HANDBOOK_PATH = "/desk/handbook"
LARGEST_FILE = 200 * 1024  # bytes of a file that is brought in
_CLAUSE = f"{HANDBOOK_PATH}/clauses/{{id:[0-9A-Za-z-]{{1,64}}}}"
_EDITION = f"{HANDBOOK_PATH}/editions/{{id:[0-9a-z]{{1,64}}}}"
_DEEDS = ("approve", "reject", "discard", "withdraw")
AUDIENCES = {
    Audience.CUSTOMER: "可以对顾客说",
    Audience.CUSTOMER_APPROVAL: "要公司放行才对顾客说",
    Audience.INFORMATION: "作为规定告诉顾客",
    Audience.AUTHORITY: "只给主管部门",
    Audience.RECORD: "只用于记录",
    Audience.INTERNAL: "内部，不对顾客说",
}
STATES = {
    "draft": "等待批准",
    "approved": "已批准",
    "rejected": "已退回",
    "discarded": "已放弃",
    "withdrawn": "已撤回",
}


def routes() -> list[web.RouteDef]:
    """Everything below /desk/handbook."""
    return [
        web.get(HANDBOOK_PATH, page),
        web.get(f"{HANDBOOK_PATH}/file", export),
        web.post(f"{HANDBOOK_PATH}/file", take_in),
        web.get(_CLAUSE, clause),
        web.get(f"{_CLAUSE}/edit", edit),
        web.post(f"{_CLAUSE}/edit", save),
        web.post(f"{_CLAUSE}/restore", restore),
        web.get(_EDITION, edition),
        *(web.post(f"{_EDITION}/{deed}", decide) for deed in _DEEDS),
    ]


async def page(request: web.Request) -> web.Response:
    """GET /desk/handbook?q=…&pack=…&show=…&after=…: the clauses that fit, and the drafts that wait."""
    return await _list(request, await allowed(request, Deed.EDIT_HANDBOOK))


async def clause(request: web.Request) -> web.Response:
    """GET …/clauses/{id}?version=…: a clause as it is said now, and as it was said under a version."""
    agent, text = await allowed(request, Deed.TALK), request.query.get("version", "")
    version = int(text) if text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004 -- digits of a version
    view = await _desk(request).views.clause(request.match_info["id"], version)
    return await desk_page(
        request, agent, "handbook_clause.html", view=view, audiences=AUDIENCES, states_of=STATES,
        version_title=version_title, may_edit=agent.may(Deed.EDIT_HANDBOOK), now=request.app[PARTS].now(),
    )  # fmt: skip


async def edit(request: web.Request) -> web.Response:
    """GET …/edit: the form, with the draft's words where there is one."""
    agent = await allowed(request, Deed.EDIT_HANDBOOK)
    view = await _desk(request).views.clause(request.match_info["id"])
    form = handbook_forms.form_of(view.printed, view.draft or view.now)
    return await desk_page(request, agent, "handbook_edit.html", view=view, form=form, findings=())


async def save(request: web.Request) -> web.Response:
    """POST …/edit: keep the draft, or show what is wrong with it beside what was typed."""
    agent, name = await acting(request, Deed.EDIT_HANDBOOK), request.match_info["id"]
    posted, desk = await request.post(), _desk(request)
    try:
        typed = handbook_forms.typed_of(posted)
        draft = await desk.editing.save(name, typed, agent)
    except (RevisionRefused, InvalidInput) as refusal:
        view = await desk.views.clause(name)
        form = handbook_forms.form_again(view.printed, posted)
        findings = refusal.findings if isinstance(refusal, RevisionRefused) else (("", str(refusal)),)
        return await desk_page(
            request, agent, "handbook_edit.html", status=400, view=view, form=form, findings=findings
        )
    raise web.HTTPSeeOther(f"{HANDBOOK_PATH}/editions/{draft.id}")


async def restore(request: web.Request) -> web.Response:
    """POST …/restore: draft the way back to the printed words."""
    agent, form = await acting(request, Deed.EDIT_HANDBOOK), await request.post()
    begins = handbook_forms.moment(str(form.get("from", "")))
    note = str(form.get("note", ""))
    draft = await _desk(request).editing.restore(request.match_info["id"], note, begins, agent)
    raise web.HTTPSeeOther(f"{HANDBOOK_PATH}/editions/{draft.id}")


async def edition(request: web.Request) -> web.Response:
    """GET …/editions/{id}: what it changes, and the buttons to decide it."""
    agent = await allowed(request, Deed.EDIT_HANDBOOK)
    return await _edition(request, agent)


async def decide(request: web.Request) -> web.Response:
    """POST …/editions/{id}/approve, reject, discard, withdraw: of the words that the page showed."""
    agent, form = await acting(request, Deed.EDIT_HANDBOOK), await request.post()
    editing, name, deed = _desk(request).editing, request.match_info["id"], request.path.rpartition("/")[2]
    shown = str(form.get("revision", ""))
    revision = int(shown) if shown.isdecimal() and len(shown) < 10 else 0  # noqa: PLR2004 -- digits of a number
    try:
        if deed == "approve":
            done = await editing.approve(name, revision, agent)
        elif deed == "reject":
            done = await editing.reject(name, revision, str(form.get("reason", "")), agent)
        elif deed == "discard":
            done = await editing.discard(name, revision, agent)
        else:
            done = await editing.withdraw(name, revision, agent)
    except KesuError as refusal:
        if refusal.status not in (400, 403, 409):
            raise
        return await _edition(request, agent, refusal)
    raise web.HTTPSeeOther(f"{HANDBOOK_PATH}/clauses/{done.clause}")


async def export(request: web.Request) -> web.Response:
    """GET …/file?pack=…: the company's words of a pack as YAML."""
    agent, pack = await allowed(request, Deed.EDIT_HANDBOOK), request.query.get("pack", "")
    text = await _desk(request).exchange.export(pack, agent)
    headers = {hdrs.CONTENT_DISPOSITION: f'attachment; filename="company-{pack}.yaml"'}
    return web.Response(text=text, content_type="application/yaml", headers=headers)


async def take_in(request: web.Request) -> web.Response:
    """POST …/file: draft what a file says, or show all that is wrong with it."""
    agent, form = await acting(request, Deed.EDIT_HANDBOOK), await request.post()
    try:
        name, text = _uploaded(form.get("file"))
        changed = await _desk(request).exchange.take_in(name, text, agent)
    except (InvalidInput, RevisionRefused) as refusal:
        problems = str(refusal).splitlines()
        return await _list(request, agent, status=400, problems=problems)
    return await _list(request, agent, taken=changed)


def _uploaded(field: object) -> tuple[str, str]:
    """The name and text of a file that was chosen in a form; InvalidInput."""
    if not isinstance(field, web.FileField) or not field.filename:
        raise InvalidInput("请选择一个文件。")
    content = field.file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise InvalidInput("文件太大了，一个手册包的公司修订不会超过 200 KB；请检查选的是不是这个文件。")
    try:
        return field.filename[:100], content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("文件不是 UTF-8 文本；请用“UTF-8”保存后再导入。") from None


async def _list(
    request: web.Request,
    agent: User,
    *,
    status: int = 200,
    problems: list[str] | None = None,
    taken: list[str] | None = None,
) -> web.Response:
    query = request.query
    after = query.get("after", "")
    wanted = Wanted(
        words=query.get("q", "")[:100],
        pack=query.get("pack", ""),
        show=query.get("show", ""),
        after=int(after) if after.isdecimal() and len(after) < 6 else 0,  # noqa: PLR2004 -- digits of a place
    )
    found = await _desk(request).views.listed(wanted)
    further = request.rel_url.update_query(after=str(found.further)) if found.further is not None else None
    return await desk_page(
        request, agent, "handbook.html", status=status, found=found, wanted=wanted, further=further,
        audiences=AUDIENCES, version_title=version_title, problems=problems or [], taken=taken,
    )  # fmt: skip


async def _edition(request: web.Request, agent: User, refusal: KesuError | None = None) -> web.Response:
    view = await _desk(request).views.edition(
        request.match_info["id"], agent, lambda user: user.may(Deed.EDIT_HANDBOOK)
    )
    return await desk_page(
        request, agent, "handbook_edition.html", status=refusal.status if refusal else 200, view=view,
        states_of=STATES, version_title=version_title, now=request.app[PARTS].now(),
        refusal=str(refusal).splitlines() if refusal else [],
    )  # fmt: skip


def _desk(request: web.Request) -> HandbookDesk:
    return request.app[PARTS].handbook_desk
