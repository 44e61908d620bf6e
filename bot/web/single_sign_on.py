"""Signing in with another system's word: to the provider, and back."""

from datetime import timedelta

import aiohttp_jinja2
import jwt
from aiohttp import web

from bot.domain.errors import NotFound, NotSignedIn
from bot.services.single_sign_on import SingleSignOn
from bot.web.auth import CODE_PATH, home_of, remember_agent
from bot.web.keys import PARTS, SIGN_IN_LIMIT
from bot.web.one_time import site_of
from bot.web.security import browser_of

START_PATH, BACK_PATH = "/desk/oidc", "/desk/oidc/back"
_COOKIE = "kesu_oidc"
_LASTS = timedelta(minutes=10)
_AGAIN = "登录已超时，或者不是从这个浏览器开始的，请再试一次。"


async def start(request: web.Request) -> web.Response:
    """GET /desk/oidc: to the provider; what has to come back stands in a cookie that we signed."""
    sign_on = _sign_on(request)
    await request.app[SIGN_IN_LIMIT].take_shared(f"address {request.remote}")
    url, kept = await sign_on.provider.start(site_of(request) + BACK_PATH)
    until = request.app[PARTS].now() + _LASTS
    cookie = jwt.encode({"kept": dict(kept), "until": until.timestamp()}, _key(request), algorithm="HS256")
    response = web.Response(status=303, headers={"Location": url})
    response.set_cookie(
        _COOKIE,
        cookie,
        max_age=int(_LASTS.total_seconds()),
        path=START_PATH,
        httponly=True,
        samesite="Lax",  # the provider's page leads back here
        secure=request.app[PARTS].secure_cookies,
    )
    return response


async def back(request: web.Request) -> web.Response:
    """GET /desk/oidc/back: from the provider.

    The sign-in's own cookie goes with no request that another site caused: so a page of ours leads on.
    """
    sign_on, parts = _sign_on(request), request.app[PARTS]
    await request.app[SIGN_IN_LIMIT].take_shared(f"address {request.remote}")
    kept = _kept(request)
    claims = await sign_on.provider.finish(request.query_string, site_of(request) + BACK_PATH, kept)
    user = await sign_on.enter(claims)
    token = await parts.accounts.let_in(user.id, browser_of(request))
    to = CODE_PATH if await parts.accounts.waits(token) else home_of(user)
    response = aiohttp_jinja2.render_template("entered.html", request, {"to": to})
    response.del_cookie(_COOKIE, path=START_PATH)
    remember_agent(request, response, token)
    return response


def _sign_on(request: web.Request) -> SingleSignOn:
    sign_on = request.app[PARTS].sign_on
    if sign_on is None:
        raise NotFound("没有设置单点登录。")
    return sign_on


def _kept(request: web.Request) -> dict[str, str]:
    """What this browser was given on its way; NotSignedIn without it, or when it took too long."""
    try:
        told = jwt.decode(request.cookies.get(_COOKIE, ""), _key(request), algorithms=["HS256"])
    except jwt.PyJWTError:
        raise NotSignedIn(_AGAIN) from None
    if told["until"] < request.app[PARTS].now().timestamp():
        raise NotSignedIn(_AGAIN)
    kept: dict[str, str] = told["kept"]
    return kept


def _key(request: web.Request) -> bytes:
    return request.app[PARTS].sign_on_key
