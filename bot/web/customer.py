"""The customers' page and what it asks for. A visitor sees their own conversation and nobody else's."""

import json
import re
from dataclasses import dataclass
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from bot.domain.errors import InvalidInput, NotAllowed, TooLarge
from bot.services.intake import LONGEST_TEXT, clean_text
from bot.services.transcripts import CustomerView, Line
from bot.web.auth import check_origin, new_visitor, remember_visitor, visitor_of
from bot.web.keys import MESSAGE_LIMIT, PARTS
from bot.web.live import stream

CHANNEL = "web"
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SEQ = re.compile(r"\d{1,9}")


@dataclass(frozen=True)
class Draft:
    """A message as the page handed it in, checked."""

    text: str
    client_id: str
    choice: str | None


async def page(request: web.Request) -> web.Response:
    """GET /: the chat page; it says first that one talks to a machine."""
    visitor = visitor_of(request) or new_visitor()
    context = {"company": request.app[PARTS].company, "longest": LONGEST_TEXT}
    response = aiohttp_jinja2.render_template("chat.html", request, context)
    remember_visitor(request, response, visitor)
    return response


async def send(request: web.Request) -> web.Response:
    """POST /api/messages: answered only once the message is stored."""
    check_origin(request)
    parts, known = request.app[PARTS], visitor_of(request)
    # A browser without a cookie would be somebody new each time: those share the bucket of their address.
    request.app[MESSAGE_LIMIT].take(known.id if known else f"address {request.remote}")
    draft, visitor = await _read_draft(request), known or new_visitor()
    message = await parts.intake.receive(
        CHANNEL, visitor.id, draft.text, client_id=draft.client_id, choice=draft.choice
    )
    parts.runner_wake(message.conversation_id)
    stored = {"id": message.id, "seq": message.seq, "client_id": message.client_id}
    response = web.json_response(stored, status=web.HTTPCreated.status_code)
    remember_visitor(request, response, visitor)
    return response


async def messages(request: web.Request) -> web.Response:
    """GET /api/messages?after=SEQ: the visitor's own conversation from there on, or its latest lines."""
    visitor, after = visitor_of(request), request.query.get("after")
    if after is not None and not _SEQ.fullmatch(after):
        raise InvalidInput("after 应是一个行号。")
    if visitor is None:
        return web.json_response(_view(CustomerView()))
    seq = None if after is None else int(after)
    return web.json_response(_view(await request.app[PARTS].transcripts.customer(CHANNEL, visitor.id, seq)))


async def socket(request: web.Request) -> web.WebSocketResponse:
    """GET /ws: says when there is something new in the visitor's conversation."""
    check_origin(request)
    parts, visitor = request.app[PARTS], visitor_of(request)
    if visitor is None:
        raise NotAllowed("请先打开客服页面。")

    async def conversation() -> str | None:
        return await parts.transcripts.conversation_of(CHANNEL, visitor.id)

    return await stream(request, parts.hub, conversation)


async def _read_draft(request: web.Request) -> Draft:
    body = await _read_json(request)
    text, client_id, choice = body.get("text"), body.get("client_id"), body.get("choice")
    if not isinstance(text, str):
        raise InvalidInput("消息的 text 应是一段文字。")
    if not isinstance(client_id, str) or not _ID.fullmatch(client_id):
        raise InvalidInput("消息的 client_id 应是 1 到 64 个字母、数字或 . _ -。")
    if choice is not None and not (isinstance(choice, str) and _ID.fullmatch(choice)):
        raise InvalidInput("消息的 choice 应是一个按钮的编号。")
    return Draft(_checked_text(text, request), client_id, choice)


async def _read_json(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    raw = await request.read()
    try:
        body = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise InvalidInput("这条消息不是 UTF-8 编码的文字，请重新输入后再发。") from None
    except (ValueError, RecursionError):
        raise InvalidInput("这条消息的格式不对（不是 JSON），请刷新页面后再发。") from None
    if not isinstance(body, dict):
        raise InvalidInput("消息应是一个 JSON 对象。")
    return body


def _checked_text(text: str, request: web.Request) -> str:
    """The text, or the handbook's polite sentence about what is wrong with it."""
    texts = request.app[PARTS].texts
    try:
        return clean_text(text)
    except TooLarge:
        raise TooLarge(texts("message.too_long")) from None
    except InvalidInput:
        raise InvalidInput(texts("message.empty")) from None


def _view(view: CustomerView) -> dict[str, Any]:
    return {
        "messages": [_line(line) for line in view.lines],
        "owner": view.owner,
        "agent": view.agent,
        "more": view.more,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "seq": line.seq,
        "id": line.id,
        "author": line.author,
        "text": line.text,
        "at": line.at.isoformat(),
        "choices": list(line.choices),
        "client_id": line.client_id,
        "agent": line.agent,
        "clause": line.clause,
    }
