"""The console at /desk: its page, its list, and what is new in a conversation."""

import re
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.domain.errors import InvalidInput
from bot.domain.people import Deed, User
from bot.web.auth import acting, allowed
from bot.web.board import row_json
from bot.web.console_json import answer, body_of, line_json, talk_json, text_of
from bot.web.keys import BOARD, PARTS
from bot.web.rendering import desk_page

_SEQ = re.compile(r"\d{1,9}")
_LONGEST_QUERY = 1000  # characters
_ID = re.compile(r"[0-9a-z]{0,64}")


async def page(request: web.Request) -> web.Response:
    """GET /desk: the console; where scripts don't run, the plain list of conversations."""
    agent = await allowed(request, Deed.TALK)
    parts = request.app[PARTS]
    hidden = await parts.avoiders.hidden(agent)
    return await desk_page(
        request,
        agent,
        "console.html",
        rows=[row for row in await parts.transcripts.overview() if row.id not in hidden.conversations],
        begin=await _begin(request, agent),
    )


async def begin(request: web.Request) -> web.Response:
    """GET /desk/api/begin: who is signed in, who else works here, tags and saved filters."""
    return answer(await _begin(request, await allowed(request, Deed.TALK)))


async def listed(request: web.Request) -> web.Response:
    """GET /desk/api/list?version=V&boot=B&view=mine|queue|all: the rows that are newer than that.

    `before=TIME` asks the database for older conversations instead.
    """
    agent, query = await allowed(request, Deed.TALK), request.query
    if "before" in query:
        rows = await request.app[PARTS].console.older(_moment(query["before"]))
        return answer({"rows": [row_json(row) for row in rows if agent.id not in row.hidden]})
    version = int(query["version"]) if _SEQ.fullmatch(query.get("version", "")) else 0
    everything = query.get("view") == "all"
    board = request.app[BOARD]
    _, text = await board.text_since(version, query.get("boot", ""), everything=everything, user_id=agent.id)
    return web.Response(text=text, content_type="application/json")


async def talk(request: web.Request) -> web.Response:
    """GET /desk/api/conversations/{id}[?after=SEQ&note=ID]: the latest lines, or what is new since then."""
    agent = await allowed(request, Deed.TALK)
    parts, query = request.app[PARTS], request.query
    after, note = query.get("after"), query.get("note", "")
    if not _ID.fullmatch(note) or not (after is None or _SEQ.fullmatch(after)):
        raise InvalidInput("after 应是一个行号，note 应是一条备注的编号。")
    seq = None if after is None else int(after)
    hidden = await parts.avoiders.hidden(agent)
    found = await parts.console.talk(request.match_info["id"], seq, note, hidden.cases)
    signs = parts.wechat_signs
    sign = await signs.of(found.row.id, found.row.channel) if signs else None
    return answer(talk_json(found, sign))


async def earlier(request: web.Request) -> web.Response:
    """GET /desk/api/conversations/{id}/earlier?before=SEQ: the lines before that one."""
    await allowed(request, Deed.TALK)
    before = request.query.get("before", "")
    if not _SEQ.fullmatch(before):
        raise InvalidInput("before 应是一个行号。")
    lines = await request.app[PARTS].console.earlier(request.match_info["id"], int(before))
    return answer({"lines": [line_json(entry) for entry in lines]})


async def presence(request: web.Request) -> web.Response:
    """POST /desk/api/presence: they say that they are away, or back (`away`); how everybody is then."""
    agent, body = await acting(request, Deed.TALK), await body_of(request)
    await request.app[PARTS].presence.choose(agent.id, away=body.get("away") is True)
    return answer(await _begin(request, agent))


async def save_filter(request: web.Request) -> web.Response:
    """POST /desk/api/filters: keep a filter under a name (`name`, `query`)."""
    agent, body = await acting(request, Deed.TALK), await body_of(request)
    query = body.get("query")
    if not isinstance(query, dict) or len(str(query)) > _LONGEST_QUERY:
        raise InvalidInput("没有可以保存的筛选条件。")
    return _filters(await request.app[PARTS].beside.save_filter(agent.id, text_of(body, "name"), query))


async def drop_filter(request: web.Request) -> web.Response:
    """POST /desk/api/filters/drop: forget the filter of this `name`."""
    agent, body = await acting(request, Deed.TALK), await body_of(request)
    return _filters(await request.app[PARTS].beside.drop_filter(agent.id, text_of(body, "name")))


def _filters(kept: list[Any]) -> web.Response:
    return answer({"filters": [{"name": one.name, "query": one.query} for one in kept]})


async def _begin(request: web.Request, agent: User) -> dict[str, Any]:
    parts = request.app[PARTS]
    return {
        "me": {"id": agent.id, "name": agent.name, "may": [deed.value for deed in Deed if agent.may(deed)]},
        "people": [
            {"id": one.id, "name": one.name, "state": one.state.value, "load": one.load, "most": one.most}
            for one in await parts.groups.colleagues()
        ],
        "groups": [{"id": one.group.id, "title": one.group.title} for one in await parts.groups.all()],
        "tags": await parts.console.known_tags(),
        "filters": [{"name": one.name, "query": one.query} for one in await parts.beside.filters(agent.id)],
        "departments": parts.staff.offices.departments,
    }


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput("before 应是一个时刻。") from None
    if found.tzinfo is None:
        raise InvalidInput("before 应是带时区的时刻。")
    return found
