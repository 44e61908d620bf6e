"""Opening a case by hand: first what was told, then the issue and the facts of its form."""

import secrets
from collections.abc import AsyncIterator
from datetime import date

from aiohttp import web
from multidict import MultiDict

from bot.domain.attachment import MOST_IN_A_MESSAGE
from bot.domain.by_hand import Channel, Told
from bot.domain.errors import InvalidInput, TooLarge, TooManyRequests
from bot.domain.paper_values import CHANNELS
from bot.domain.people import Deed, User
from bot.domain.workdays import SHANGHAI
from bot.services.by_hand import UPLOADS, Suggested
from bot.web.auth import acting, allowed
from bot.web.cases import CASES_PATH
from bot.web.form_parts import read_form
from bot.web.keys import PARTS
from bot.web.rendering import desk_page

NEW_CASE_PATH = f"{CASES_PATH}/new"
_FACT = "fact."  # before the name of a case field
_REFUSALS = (InvalidInput, TooLarge, TooManyRequests)
Form = MultiDict[str]


async def page(request: web.Request) -> web.Response:
    """GET /desk/cases/new: who, by which way, when, and what happened."""
    return await _show(request, await allowed(request, Deed.TALK), MultiDict())


async def take(request: web.Request) -> web.Response:
    """POST /desk/cases/new: `step` is "read" (suggest the issue and the facts) or "open".

    What was typed and uploaded stays in the form until the case is open.
    """
    agent = await acting(request, Deed.TALK)
    form, refused = Form(), []

    async def keep(name: str, chunks: AsyncIterator[bytes]) -> str:
        try:
            file = await request.app[PARTS].interfaces.uploads.receive(UPLOADS, agent.id, name, chunks)
        except _REFUSALS as refusal:
            refused.append(f"{name[:40]}：{refusal}")
            async for _ in chunks:
                pass  # the rest of the form stands behind it
            return ""
        return f"{file.id} {file.name}"

    try:
        form = await read_form(request, keep)
        if refused:
            raise InvalidInput("".join(refused))
        if form.get("step") == "open" and form.get("issue"):
            case = await request.app[PARTS].interfaces.by_hand.open(_told(form), agent)
            raise web.HTTPSeeOther(f"{CASES_PATH}/{case.id}")
        suggested = await _suggest(request, form, agent)
    except _REFUSALS as refusal:
        return await _show(request, agent, form, refusal=refusal)
    return await _show(request, agent, form, suggested)


async def _suggest(request: web.Request, form: Form, agent: User) -> Suggested:
    chosen = form.get("issue") or None
    if chosen is not None and chosen not in request.app[PARTS].interfaces.by_hand.issues():
        raise InvalidInput("请选择投诉的问题。")
    return await request.app[PARTS].interfaces.by_hand.suggest(form.get("text", ""), agent, chosen)


async def _show(
    request: web.Request,
    agent: User,
    form: Form,
    suggested: Suggested | None = None,
    refusal: InvalidInput | TooLarge | TooManyRequests | None = None,
) -> web.Response:
    """The form with what was typed; once the text was read, with the issue and what it asks for."""
    parts = request.app[PARTS]
    issues = parts.interfaces.by_hand.issues()
    issue = form.get("issue") or (suggested.issue if suggested else None)
    facts = {**(suggested.facts if suggested else {}), **{k: v for k, v in _facts(form).items() if v}}
    return await desk_page(
        request,
        agent,
        "case_new.html",
        status=refusal.status if refusal else 200,
        channels={channel.value: CHANNELS[channel] for channel in Channel},
        issues=issues,
        issue=issue,
        second=suggested is not None or issue is not None,
        suggested=suggested,
        facts=facts,
        asked=parts.interfaces.by_hand.asked(issue, facts) if issue is not None and issue in issues else {},
        files=_files(form),
        key=form.get("key") or secrets.token_urlsafe(16),
        typed=form,
        today=_today(request),
        refusal=str(refusal) if refusal else None,
    )


def _told(form: Form) -> Told:
    try:
        channel, received = Channel(form.get("channel", "")), date.fromisoformat(form.get("received", ""))
    except ValueError:
        raise InvalidInput("请选择渠道，并填写收到的日期。") from None
    return Told(
        channel=channel,
        text=form.get("text", ""),
        issue=form.get("issue", ""),
        received=received,
        name=form.get("name", ""),
        phone=form.get("phone", ""),
        facts=_facts(form),
        files=tuple(_files(form)),
        key=form.get("key") or None,
    )


def _facts(form: Form) -> dict[str, str]:
    return {name.removeprefix(_FACT): form[name] for name in form if name.startswith(_FACT)}


def _files(form: Form) -> dict[str, str]:
    """Names of the uploaded files by their ids."""
    pairs = (value.partition(" ") for value in form.getall("file", []) if value)
    return {file: name for file, _, name in list(pairs)[: MOST_IN_A_MESSAGE + 1]}


def _today(request: web.Request) -> str:
    return request.app[PARTS].interfaces.clock.now().astimezone(SHANGHAI).date().isoformat()
