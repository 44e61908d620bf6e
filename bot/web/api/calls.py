"""The frame of every API call: who asks, whether they may, what they hand in, and what they get."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import hdrs, web
from pydantic import BaseModel, ValidationError

from bot.domain.api_token import Scope
from bot.domain.errors import InvalidInput, UnknownToken
from bot.services.api_tokens import Caller
from bot.web.addresses import address_of
from bot.web.keys import API_FAILURES, API_LIMIT, PARTS, WebParts

_ETAG = re.compile(r'"(\d{1,9})"')


@dataclass(frozen=True)
class Call:
    """One call that was let in: `query` and `body` are checked, `version` is that of `If-Match`."""

    parts: WebParts
    caller: Caller
    path: dict[str, str]
    query: BaseModel | None
    body: BaseModel | None
    version: int | None


@dataclass(frozen=True)
class Answer:
    """What a call is answered with; `version` becomes its ETag."""

    body: BaseModel
    version: int | None = None


Work = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True)
class Operation:
    """One thing that the API does: where, for whom, with what. The OpenAPI document is made from these.

    `statuses` are those of its errors beside the ones that every operation has; `versioned`: it takes the
    version on which it acts in `If-Match`.
    """

    id: str
    method: str
    path: str
    work: Work
    summary: str
    scope: Scope
    answer: type[BaseModel]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    status: int = 200
    statuses: tuple[int, ...] = ()
    versioned: bool = False
    tagged: bool = False

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a request."""
        try:
            caller = await _caller(request)
        except UnknownToken as refusal:
            told = {"error": refusal.key, "message": str(refusal)}
            return web.json_response(told, status=401, headers={hdrs.WWW_AUTHENTICATE: "Bearer"})
        await request.app[API_LIMIT].take_shared(caller.token.id)
        caller.needs(self.scope)
        call = Call(
            parts=request.app[PARTS],
            caller=caller,
            path=dict(request.match_info),
            query=_query(self.query, request),
            body=await _body(self.body, request),
            version=_if_match(request) if self.versioned else None,
        )
        answer = await self.work(call)
        headers = {} if answer.version is None else {hdrs.ETAG: f'"{answer.version}"'}
        return web.Response(
            text=answer.body.model_dump_json(),
            status=self.status,
            content_type="application/json",
            headers=headers,
        )


async def _caller(request: web.Request) -> Caller:
    """Whose token came along; guessing is slowed down by address. UnknownToken, TooManyRequests."""
    kind, _, shown = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    try:
        return await request.app[PARTS].interfaces.tokens.who(shown.strip() if kind == "Bearer" else "")
    except UnknownToken:
        await request.app[API_FAILURES].take_shared(address_of(request))
        raise


def _query(model: type[BaseModel] | None, request: web.Request) -> BaseModel | None:
    if model is None:
        return None
    return _checked(lambda: model.model_validate(dict(request.query)))


async def _body(model: type[BaseModel] | None, request: web.Request) -> BaseModel | None:
    if model is None:
        return None
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    raw = await request.read()
    return _checked(lambda: model.model_validate_json(raw))


def _checked(validate: Callable[[], BaseModel]) -> BaseModel:
    try:
        return validate()
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part)[:40] for part in first["loc"]) or "请求"
        raise InvalidInput(f"{place} 不对：{first['msg']}。") from None


def _if_match(request: web.Request) -> int | None:
    given = request.headers.get(hdrs.IF_MATCH)
    if given is None:
        return None
    found = _ETAG.fullmatch(given.strip())
    if found is None:
        raise InvalidInput('If-Match 应是读取时给的 ETag，形如 "12"。')
    return int(found.group(1))
