"""What agents do with conversations at the console. Each names the version that its page showed."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from bot.domain.errors import Conflict, InvalidInput, KesuError
from bot.domain.people import Deed, User
from bot.web.assist import quote_of
from bot.web.auth import acting
from bot.web.board import row_json
from bot.web.console_json import answer, body_of, expected_of, text_of, texts_of
from bot.web.customer_messages import is_id
from bot.web.errors import told
from bot.web.keys import PARTS, WebParts
from bot.web.warned import warnings_of

_Body = dict[str, Any]
_Work = Callable[[WebParts, str, User, _Body], Awaitable[object]]


async def _claim(desk: WebParts, conversation_id: str, agent: User, body: _Body) -> None:
    await desk.agent_desk.claim(conversation_id, agent.id, agent.name, expected=expected_of(body))
    desk.runner_wake(conversation_id)  # what nobody has understood yet is read for its facts


async def _assign(desk: WebParts, conversation_id: str, agent: User, body: _Body) -> None:
    to = text_of(body, "to")
    await desk.agent_desk.assign(conversation_id, to, agent, expected=expected_of(body))
    desk.runner_wake(conversation_id)


async def _transfer(desk: WebParts, conversation_id: str, agent: User, body: _Body) -> None:
    await desk.agent_desk.transfer(
        conversation_id,
        agent,
        to=text_of(body, "to") or None,
        group=text_of(body, "group") or None,
        note=text_of(body, "note"),
        expected=expected_of(body),
    )


async def _release(desk: WebParts, conversation_id: str, agent: User, body: _Body) -> None:
    await desk.agent_desk.release(conversation_id, agent.id, expected=expected_of(body))
    desk.runner_wake(conversation_id)


async def _close(desk: WebParts, conversation_id: str, agent: User, body: _Body) -> None:
    await desk.agent_desk.close(conversation_id, agent, expected=expected_of(body))


async def _reopen(desk: WebParts, conversation_id: str, agent: User, body: _Body) -> None:
    await desk.agent_desk.reopen(conversation_id, agent, expected=expected_of(body))


async def _write(desk: WebParts, conversation_id: str, agent: User, body: _Body) -> None:
    expected, client_id = expected_of(body), body.get("client_id")
    if client_id is not None and not is_id(client_id):
        raise InvalidInput("消息的 client_id 应是 1 到 64 个字母、数字或 . _ -。")
    await desk.speaking.say(
        conversation_id,
        agent,
        text_of(body, "text"),
        confirmed=texts_of(body, "confirmed"),
        quote=quote_of(body),
        expected=expected,
        client_id=client_id,
    )


async def _note(desk: WebParts, conversation_id: str, agent: User, body: _Body) -> None:
    await desk.beside.note(conversation_id, agent.id, text_of(body, "text"))


async def _tag(desk: WebParts, conversation_id: str, agent: User, body: _Body) -> None:
    await desk.beside.tag(conversation_id, agent.id, texts_of(body, "add"), texts_of(body, "remove"))


DEEDS: Mapping[str, _Work] = {
    "claim": _claim,
    "assign": _assign,
    "transfer": _transfer,
    "release": _release,
    "close": _close,
    "reopen": _reopen,
    "write": _write,
    "note": _note,
    "tag": _tag,
}
BULK = ("claim", "assign", "close", "tag")


def doing(deed: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of POST /desk/api/conversations/{id}/{deed}: the row as it is then.

    A conflict is answered with the row too, so that the page can show who has the conversation now.
    """
    work = DEEDS[deed]

    async def handler(request: web.Request) -> web.Response:
        agent, body = await acting(request, Deed.TALK), await body_of(request)
        parts, conversation_id = request.app[PARTS], request.match_info["id"]
        try:
            await work(parts, conversation_id, agent, body)
        except Conflict as conflict:
            now = await _row(parts, conversation_id)
            said = {"error": conflict.key, "message": str(conflict), "row": now, **warnings_of(conflict)}
            return answer(said, conflict.status)
        return answer({"row": await _row(parts, conversation_id)})

    return handler


async def bulk(request: web.Request) -> web.Response:
    """POST /desk/api/bulk: the same deed for several conversations (`deed`, `of`: id → version).

    Each is done by itself; what could not be done is named with its reason.
    """
    agent, body = await acting(request, Deed.TALK), await body_of(request)
    deed, versions = body.get("deed"), body.get("of")
    if deed not in BULK or not isinstance(versions, dict) or not 0 < len(versions) <= _MOST:
        raise InvalidInput(f"请选择 1 到 {_MOST} 个会话和一个批量操作。")
    parts, refused = request.app[PARTS], {}
    for conversation_id, version in versions.items():
        try:
            await parts.avoiders.check(agent, conversation_id=conversation_id)
            await DEEDS[str(deed)](parts, conversation_id, agent, {**body, "expected": version})
        except KesuError as error:
            refused[conversation_id] = told(error, "/desk/api/bulk")[1]
    return answer({"done": len(versions) - len(refused), "refused": refused})


_MOST = 100  # conversations at once


async def _row(parts: WebParts, conversation_id: str) -> dict[str, Any] | None:
    rows = await parts.console.rows([conversation_id])
    return row_json(rows[0]) if rows else None
