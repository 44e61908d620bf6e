"""The customers' page and what it asks for. A visitor sees their own conversation and nobody else's.

Most of it goes over the socket (customer_socket.py); the routes here are for pages where sockets are blocked.
"""

import re
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from bot.domain.acceptance import questions
from bot.domain.errors import InvalidInput, UnknownVisitor
from bot.services.intake import LONGEST_TEXT
from bot.web.acceptance import ACCEPTANCE_PATH
from bot.web.addresses import address_of
from bot.web.auth import visitor_of
from bot.web.chrome import page_context
from bot.web.customer_messages import CHANNEL, hand_in, read_object, read_seq
from bot.web.customer_view import view_json
from bot.web.keys import PARTS, VISITOR_LIMIT
from bot.web.visitors import RENEWAL, Token

_SEQ = re.compile(r"\d{1,9}")


async def page(request: web.Request) -> web.Response:
    """GET /: the chat page; it says first that one talks to a machine."""
    parts = request.app[PARTS]
    more = {"longest": LONGEST_TEXT, "acceptance": ACCEPTANCE_PATH if questions(parts.handbook) else None}
    context = {"company": parts.company, **more, **page_context(request)}
    return aiohttp_jinja2.render_template("chat.html", request, context)


async def visitor(request: web.Request) -> web.Response:
    """POST /api/visitor: a token for somebody new, for whom a host site vouches, or instead of an old one."""
    body, visitors = await _read_json(request), request.app[PARTS].visitors
    await request.app[VISITOR_LIMIT].take_shared(address_of(request))
    if body.get("identity") is not None:
        token = await _identified(request, body["identity"])
    else:
        try:
            token = visitors.token(visitor_of(request).id)
        except UnknownVisitor:
            token = visitors.somebody_new()
    return web.json_response(token.to_json(), status=web.HTTPCreated.status_code)


async def send(request: web.Request) -> web.Response:
    """POST /api/messages: answered only once the message is stored."""
    known = visitor_of(request)
    stored = await hand_in(request.app, known, address_of(request), await _read_json(request))
    return web.json_response(stored, status=web.HTTPCreated.status_code)


async def messages(request: web.Request) -> web.Response:
    """GET /api/messages?after=SEQ: the visitor's own conversation from there on, or its latest lines."""
    known, after, parts = visitor_of(request), request.query.get("after"), request.app[PARTS]
    if after is not None and not _SEQ.fullmatch(after):
        raise InvalidInput("after 应是一个行号。")
    seq = None if after is None else int(after)
    response = web.json_response(view_json(await parts.transcripts.customer(CHANNEL, known.id, seq)))
    renewed = parts.visitors.renewed(known)
    if renewed is not None:
        response.headers[RENEWAL] = renewed.text
    return response


async def read(request: web.Request) -> web.Response:
    """POST /api/read: the customer has read up to this line."""
    known, seq = visitor_of(request), read_seq(await _read_json(request))
    await request.app[PARTS].read_marks.by_customer(CHANNEL, known.id, seq)
    return web.json_response({})


async def _identified(request: web.Request, word: object) -> Token:
    parts = request.app[PARTS]
    identity = parts.visitors.identify(word)
    await parts.intake.introduce(CHANNEL, identity.id, identity.name, identity.phone)
    return parts.visitors.token(identity.id)


async def _read_json(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    return read_object(await request.read())
