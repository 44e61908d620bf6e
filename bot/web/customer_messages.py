"""What customers' pages hand in: checked, limited, stored."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.domain.conversation import Message
from bot.domain.errors import InvalidInput, TooLarge
from bot.services.intake import clean_text
from bot.web.keys import ADDRESS_LIMIT, MESSAGE_LIMIT, OPEN_SOCKETS, PARTS
from bot.web.visitors import Visitor

CHANNEL = "web"
MOST_LINES = 1_000_000_000  # of a conversation: no place is beyond
_MOST_ATTACHMENTS = 9  # of one message
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True)
class Draft:
    """A message as the page handed it in, checked."""

    text: str
    client_id: str
    choice: str | None
    attachments: tuple[str, ...]


async def hand_in(
    app: web.Application, visitor: Visitor, address: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Store what a page sent; what it is told then. InvalidInput, TooLarge, SlowDown."""
    parts = app[PARTS]
    await app[MESSAGE_LIMIT].take_shared(visitor.id)
    await app[ADDRESS_LIMIT].take_shared(address)
    message = await _store(parts.intake.receive, visitor, read_draft(body, parts.texts))
    parts.runner_wake(message.conversation_id)
    app[OPEN_SOCKETS].follow(visitor.id, message.conversation_id, is_new=message.seq == 1)
    return {"id": message.id, "seq": message.seq, "client_id": message.client_id}


async def _store(receive: Callable[..., Any], visitor: Visitor, draft: Draft) -> Message:
    more = {"attachments": draft.attachments} if draft.attachments else {}
    message: Message = await receive(
        CHANNEL, visitor.id, draft.text, client_id=draft.client_id, choice=draft.choice, **more
    )
    return message


def read_draft(body: dict[str, Any], texts: Callable[[str], str]) -> Draft:
    """The message in a page's JSON; InvalidInput or TooLarge with the handbook's polite sentence."""
    text, client_id, choice = body.get("text"), body.get("client_id"), body.get("choice")
    attachments = body.get("attachments") or []
    if not isinstance(text, str):
        raise InvalidInput("消息的 text 应是一段文字。")
    if not is_id(client_id):
        raise InvalidInput("消息的 client_id 应是 1 到 64 个字母、数字或 . _ -。")
    if choice is not None and not is_id(choice):
        raise InvalidInput("消息的 choice 应是一个按钮的编号。")
    if not isinstance(attachments, list) or not all(map(is_id, attachments)):
        raise InvalidInput("消息的 attachments 应是文件编号的列表。")
    if len(attachments) > _MOST_ATTACHMENTS:
        raise InvalidInput(f"一条消息最多带 {_MOST_ATTACHMENTS} 个文件，请分成几条发送。")
    words = "" if attachments and not text.strip() else _checked_text(text, texts)
    return Draft(words, str(client_id), choice, tuple(attachments))


def read_seq(body: dict[str, Any]) -> int:
    """The line that was read; InvalidInput."""
    seq = body.get("seq")
    if not is_place(seq) or not seq:
        raise InvalidInput("seq 应是一个行号。")
    return int(seq)


def is_id(value: object) -> bool:
    """Whether this can be the id of a message, a button or a file."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def is_place(value: object) -> bool:
    """Whether this can be the number of a line, or 0."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST_LINES


def read_object(raw: bytes | str) -> dict[str, Any]:
    """The JSON object that a page sent; InvalidInput."""
    try:
        body = json.loads(raw.decode("utf-8") if isinstance(raw, bytes) else raw)
    except UnicodeDecodeError:
        raise InvalidInput("这条消息不是 UTF-8 编码的文字，请重新输入后再发。") from None
    except (ValueError, RecursionError):
        raise InvalidInput("这条消息的格式不对（不是 JSON），请刷新页面后再发。") from None
    if not isinstance(body, dict):
        raise InvalidInput("消息应是一个 JSON 对象。")
    return body


def _checked_text(text: str, texts: Callable[[str], str]) -> str:
    try:
        return clean_text(text)
    except TooLarge:
        raise TooLarge(texts("message.too_long")) from None
    except InvalidInput:
        raise InvalidInput(texts("message.empty")) from None
