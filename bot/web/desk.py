"""The people's side: sign in, and the plain page of a conversation: claim, write, release."""

from contextlib import suppress
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from bot.domain.errors import NotSignedIn
from bot.domain.people import Deed, User
from bot.services.outgoing_checks import Unconfirmed
from bot.web.auth import (
    CODE_PATH,
    DESK_COOKIE,
    acting,
    allowed,
    check_origin,
    forget_agent,
    home_of,
    remember_agent,
)
from bot.web.customer_messages import MOST_LINES
from bot.web.errors import wants_json
from bot.web.keys import PARTS, SIGN_IN_LIMIT
from bot.web.live import AGENT_TYPES, ALL, stream
from bot.web.rendering import desk_page
from bot.web.security import browser_of


async def login_page(request: web.Request) -> web.Response:
    """GET /desk/login."""
    return await _login(request)


async def sign_in(request: web.Request) -> web.Response:
    """POST /desk/login: one sentence for every reason of a refusal."""
    check_origin(request)
    await request.app[SIGN_IN_LIMIT].take_shared(f"address {request.remote}")
    form = await request.post()
    login = str(form.get("login", ""))
    try:
        password, browser = str(form.get("password", "")), browser_of(request)
        token = await request.app[PARTS].accounts.sign_in(login, password, browser)
    except NotSignedIn as refusal:
        return await _login(request, login=login, refusal=str(refusal), status=refusal.status)
    if await request.app[PARTS].accounts.waits(token):
        return _lead(request, CODE_PATH, token)
    return _lead(request, home_of(await request.app[PARTS].accounts.who(token)), token)


async def code_page(request: web.Request) -> web.Response:
    """GET /desk/login/code: the second step."""
    return await _code(request)


async def enter_code(request: web.Request) -> web.Response:
    """POST /desk/login/code: the app's code, or a recovery code."""
    check_origin(request)
    await request.app[SIGN_IN_LIMIT].take_shared(f"address {request.remote}")
    accounts, code = request.app[PARTS].accounts, str((await request.post()).get("code", ""))
    try:
        half = request.cookies.get(DESK_COOKIE, "")
        token = await accounts.second_step(half, code, browser_of(request))
    except NotSignedIn as refusal:
        return await _code(request, refusal=str(refusal), status=refusal.status)
    return _lead(request, home_of(await accounts.who(token)), token)


async def sign_out(request: web.Request) -> web.Response:
    """POST /desk/logout."""
    check_origin(request)
    parts, token = request.app[PARTS], request.cookies.get(DESK_COOKIE, "")
    with suppress(NotSignedIn):
        await parts.presence.left((await parts.accounts.who(token)).id)
    await parts.accounts.sign_out(token)
    response = web.Response(status=303, headers={"Location": "/desk/login"})
    forget_agent(response)
    return response


async def conversation(request: web.Request) -> web.Response:
    """GET /desk/conversations/{id}: the transcript, what the bot understood, the customer's cases."""
    return await _conversation(request, await allowed(request, Deed.TALK))


async def claim(request: web.Request) -> web.Response:
    """POST …/claim: take the conversation; Conflict when somebody else was quicker."""
    agent = await acting(request, Deed.TALK)
    parts, conversation_id = request.app[PARTS], request.match_info["id"]
    await parts.agent_desk.claim(conversation_id, agent.id, agent.name)
    parts.runner_wake(conversation_id)  # what nobody has understood yet is read for its facts
    return _done(request)


async def write(request: web.Request) -> web.Response:
    """POST …/write: say something to the customer, past the same checks as at the console.

    With warnings it comes back with what was typed; pressing again sends it (`confirmed`).
    """
    agent, form = await acting(request, Deed.TALK), await request.post()
    text, confirmed = str(form.get("text", "")), [str(one) for one in form.getall("confirmed", [])]
    try:
        await request.app[PARTS].speaking.say(request.match_info["id"], agent, text, confirmed=confirmed)
    except Unconfirmed as refusal:
        if wants_json(request):
            raise
        return await _conversation(request, agent, refusal, text)
    return _done(request)


async def release(request: web.Request) -> web.Response:
    """POST …/release: give the conversation back to the bot."""
    agent = await acting(request, Deed.TALK)
    parts, conversation_id = request.app[PARTS], request.match_info["id"]
    await parts.agent_desk.release(conversation_id, agent.id)
    parts.runner_wake(conversation_id)
    return _done(request)


async def socket(request: web.Request) -> web.WebSocketResponse:
    """GET /desk/ws[?conversation=ID]: says when there is something new in one conversation, or in any.

    The page of a conversation says that its agent is typing, and up to which line they have read.
    """
    agent, parts = await acting(request, Deed.TALK), request.app[PARTS]
    topic = request.query.get("conversation", ALL)

    async def hear(frame: dict[str, Any]) -> None:
        await parts.presence.sign(agent.id)
        kind, seq = frame.get("type"), frame.get("seq")
        if kind == "typing" and await parts.transcripts.is_held_by(topic, agent.id):
            parts.hub.typing(topic, AGENT_TYPES)
        elif kind == "read" and isinstance(seq, int) and 0 < seq < MOST_LINES:
            await parts.read_marks.by_agent(topic, seq)

    async with parts.presence.console(agent.id):
        return await stream(request, parts.hub, topic, hear)


async def _conversation(
    request: web.Request, agent: User, refusal: Unconfirmed | None = None, typed: str = ""
) -> web.Response:
    parts = request.app[PARTS]
    hidden = await parts.avoiders.hidden(agent)
    view = await parts.transcripts.conversation(request.match_info["id"], hidden.cases)
    return await desk_page(
        request,
        agent,
        "conversation.html",
        status=refusal.status if refusal else 200,
        view=view,
        row=view.row,
        mine=view.row.agent_id == agent.id,
        refusal=refusal,
        typed=typed,
    )


def _done(request: web.Request) -> web.Response:
    """A script goes on by itself; a plain form is sent back to its page."""
    if wants_json(request):
        return web.json_response({})
    raise web.HTTPSeeOther(f"/desk/conversations/{request.match_info['id']}")


def _lead(request: web.Request, to: str, token: str) -> web.Response:
    response = web.Response(status=303, headers={"Location": to})
    remember_agent(request, response, token)
    return response


async def _code(request: web.Request, *, refusal: str | None = None, status: int = 200) -> web.Response:
    """The form for the code; without a first step it leads to the beginning."""
    if not await request.app[PARTS].accounts.waits(request.cookies.get(DESK_COOKIE, "")):
        raise web.HTTPSeeOther("/desk/login")
    return aiohttp_jinja2.render_template("code.html", request, {"refusal": refusal}, status=status)


async def _login(
    request: web.Request, *, login: str = "", refusal: str | None = None, status: int = 200
) -> web.Response:
    first = not await request.app[PARTS].accounts.has_users()
    sign_on = request.app[PARTS].sign_on
    other = sign_on.title if sign_on else None
    context = {"login": login, "refusal": refusal, "first": first, "other": other}
    return aiohttp_jinja2.render_template("login.html", request, context, status=status)
