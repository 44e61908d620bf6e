"""What the console's API says and hears, as JSON."""

import json
from dataclasses import asdict
from typing import Any

from aiohttp import web

from bot.domain.errors import InvalidInput
from bot.services.console_views import Talk
from bot.services.transcript_views import AgentLine
from bot.services.wechat.signs import WechatSign
from bot.web.board import plain, row_json
from bot.web.customer_messages import is_place, read_object

_MOST_IDS = 200  # of one bulk action


def answer(body: object, status: int = 200) -> web.Response:
    """JSON for a page."""
    text = json.dumps(body, ensure_ascii=False, default=plain)
    return web.Response(text=text, status=status, content_type="application/json")


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request; InvalidInput, HTTPUnsupportedMediaType."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    return read_object(await request.read())


def expected_of(body: dict[str, Any]) -> int:
    """The version of the conversation that the page showed; InvalidInput without one."""
    expected = body.get("expected")
    if not is_place(expected):
        raise InvalidInput("页面不完整，请刷新后再试。")
    return int(expected)  # type: ignore[arg-type]


def text_of(body: dict[str, Any], name: str) -> str:
    """A text of the body, empty if there is none; InvalidInput for anything else."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise InvalidInput(f"{name} 应是一段文字。")
    return value


def texts_of(body: dict[str, Any], name: str, most: int = _MOST_IDS) -> list[str]:
    """A list of texts, empty if there is none; InvalidInput."""
    found = body.get(name) or []
    if not isinstance(found, list) or len(found) > most or not all(isinstance(one, str) for one in found):
        raise InvalidInput(f"{name} 应是最多 {most} 项的列表。")
    return found


def line_json(entry: AgentLine) -> dict[str, Any]:
    """One line with what only the people of the desk see of it."""
    line, understood = entry.line, entry.understood
    return {
        "seq": line.seq,
        "id": line.id,
        "author": line.author.value,
        "text": line.text,
        "at": line.at.isoformat(),
        "agent": line.agent,
        "clause": line.clause,
        "version": line.version,
        "case": line.case,
        "client_id": line.client_id,
        "choices": [choice["text"] for choice in line.choices],
        "files": [
            {
                "id": file.id,
                "kind": file.kind.value,
                "name": file.name,
                "width": file.width,
                "height": file.height,
            }
            for file in line.attachments
        ],
        "understood": asdict(understood) if understood else None,
    }


def talk_json(talk: Talk, sign: WechatSign | None = None) -> dict[str, Any]:
    """A conversation, or what is new in it; `sign` is what is to be seen of its window in WeChat."""
    return {
        "row": row_json(talk.row),
        "customer": asdict(talk.customer),
        "last_seq": talk.last_seq,
        "read": talk.read,
        "lines": [line_json(entry) for entry in talk.lines],
        "again": [line_json(entry) for entry in talk.again if entry.understood],
        "notes": [asdict(note) for note in talk.notes],
        "cases": [asdict(case) for case in talk.cases],
        "more": talk.more,
        "wechat": asdict(sign) if sign else None,
    }
