"""What helps an agent at the console, as JSON: search, the handbook at hand, the check before sending."""

from dataclasses import asdict
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from aiohttp import web

from bot.domain.case import CaseState
from bot.domain.conversation import Owner
from bot.domain.errors import InvalidInput
from bot.domain.handbook.severity import Severity
from bot.domain.people import Deed
from bot.domain.workdays import SHANGHAI
from bot.services.outgoing import Quote
from bot.services.ports.search import CASE, MESSAGE, NOTE
from bot.services.search import Filters, Result
from bot.web.auth import acting, agent_of, allowed
from bot.web.console_json import answer, body_of, text_of
from bot.web.keys import PARTS
from bot.web.warned import warning_json

_KINDS = {"": None, "case": CASE, "conversation": MESSAGE}
Choice = TypeVar("Choice", bound=StrEnum)


async def search(request: web.Request) -> web.Response:
    """GET /desk/api/search?q=…&page=…: cases and conversations, filtered; departments find their cases."""
    user, query = await agent_of(request), request.query
    try:
        page = int(query.get("page") or 1)
    except ValueError:
        raise InvalidInput("页码不对。") from None
    found = await request.app[PARTS].assistance.search.find(query.get("q", ""), user, _filters(query), page)
    return answer({"results": list(map(_result, found.results)), "more": found.more})


async def handbook(request: web.Request) -> web.Response:
    """GET /desk/api/handbook?conversation=…&q=…[&case=…]: what can be said to this customer."""
    agent, query = await allowed(request, Deed.TALK), request.query
    found = await request.app[PARTS].assistance.handbook.find(
        query.get("conversation", ""), query.get("q", ""), agent, query.get("case") or None
    )
    rows = [{**asdict(one), "missing": [blank._asdict() for blank in one.missing]} for one in found]
    return answer({"clauses": rows})


async def check(request: web.Request) -> web.Response:
    """POST …/conversations/{id}/check: what deserves a second look before `text` is sent."""
    agent, body = await acting(request, Deed.TALK), await body_of(request)
    looked = await request.app[PARTS].assistance.outgoing.look_over(
        request.match_info["id"], text_of(body, "text"), agent, quote_of(body)
    )
    clause = {"clause": looked.clause[0], "version": looked.clause[1]} if looked.clause else None
    return answer({"warnings": [warning_json(one) for one in looked.warnings], "quote": clause})


def quote_of(body: dict[str, Any]) -> Quote | None:
    """The clause that the text was made from: `quote` {"clause", "version"}; InvalidInput."""
    quote = body.get("quote")
    if quote is None:
        return None
    if isinstance(quote, dict):
        clause, version = quote.get("clause"), quote.get("version")
        if isinstance(clause, str) and isinstance(version, int):
            return Quote(clause, version)
    raise InvalidInput("quote 应是 clause 和 version。")


def _filters(query: Any) -> Filters:  # noqa: ANN401 -- aiohttp's multidict
    kind = query.get("kind", "")
    if kind not in _KINDS:
        raise InvalidInput("没有这样的筛选条件，请从列表里选。")
    until = _day(query.get("until", ""))
    return Filters(
        kind=_KINDS[kind],
        owner=_one_of(Owner, query.get("owner", "")),
        channel=query.get("channel") or None,
        state=_one_of(CaseState, query.get("state", "")),
        pack=query.get("pack") or None,
        severity=_one_of(Severity, query.get("severity", "")),
        since=_day(query.get("since", "")),
        until=until + timedelta(days=1) if until else None,
    )


def _one_of(kind: type[Choice], value: str) -> Choice | None:
    try:
        return kind(value) if value else None
    except ValueError:
        raise InvalidInput("没有这样的筛选条件，请从列表里选。") from None


def _day(value: str) -> datetime | None:
    """The beginning of a day in China; InvalidInput."""
    try:
        return datetime.combine(datetime.fromisoformat(value).date(), time(), SHANGHAI) if value else None
    except ValueError:
        raise InvalidInput("日期应写成 2026-03-18 这样。") from None


def _result(found: Result) -> dict[str, Any]:
    kind = "case" if found.kind == CASE else "conversation"
    return {
        **asdict(found),
        "kind": kind,
        "note": found.kind == NOTE,
        "snippet": [part._asdict() for part in found.snippet],
    }
