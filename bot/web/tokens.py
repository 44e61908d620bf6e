"""Admins only: the tokens by which other programs use the API."""

from aiohttp import web

from bot.domain.api_token import LONGEST, SCOPES
from bot.domain.errors import Conflict, InvalidInput, NotFound
from bot.domain.people import Deed, Role, User
from bot.services.api_tokens import ROLES, Made, Tokens
from bot.web.auth import acting, allowed
from bot.web.keys import PARTS
from bot.web.rendering import desk_page

TOKENS_PATH = "/desk/tokens"
_REFUSALS = (Conflict, InvalidInput, NotFound)


async def page(request: web.Request) -> web.Response:
    """GET /desk/tokens: all of them, and the form for one more."""
    return await _show(request, await allowed(request, Deed.SET_UP))


async def make(request: web.Request) -> web.Response:
    """POST /desk/tokens: make one; the answer is the only page that ever shows it."""
    admin = await acting(request, Deed.SET_UP)
    form = await request.post()
    try:
        made = await _tokens(request).make(
            str(form.get("name", "")),
            _role(str(form.get("role", ""))),
            [str(scope) for scope in form.getall("scope", [])],
            _days(str(form.get("days", ""))),
            admin,
            str(form.get("user", "")) or None,
        )
    except _REFUSALS as refusal:
        return await _show(request, admin, refusal=refusal)
    return await _show(request, admin, made)


async def revoke(request: web.Request) -> web.Response:
    """POST …/{id}/revoke: it lets nobody in any more."""
    admin = await acting(request, Deed.SET_UP)
    await _tokens(request).revoke(request.match_info["id"], admin)
    raise web.HTTPSeeOther(TOKENS_PATH)


async def _show(
    request: web.Request,
    admin: User,
    made: Made | None = None,
    refusal: Conflict | InvalidInput | NotFound | None = None,
) -> web.Response:
    tokens, now = await _tokens(request).all(), request.app[PARTS].interfaces.clock.now()
    return await desk_page(
        request,
        admin,
        "tokens.html",
        status=refusal.status if refusal else 200,
        tokens=tokens,
        working={token.id for token, user in tokens if token.works(now) and user.active},
        users={user.id: user.name for _, user in tokens if user.active},
        scopes=SCOPES,
        token_roles=ROLES,
        longest=LONGEST.days,
        made=made,
        refusal=str(refusal) if refusal else None,
    )


def _tokens(request: web.Request) -> Tokens:
    return request.app[PARTS].interfaces.tokens


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise InvalidInput("请选择一个角色。") from None


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LONGEST.days))):
        raise InvalidInput(f"有效期应为 1 到 {LONGEST.days} 天。")
    return int(text)
