"""Who asks: a visitor known by a random cookie, or somebody who signed in at the desk."""

import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from bot.domain.errors import NotAllowed
from bot.domain.people import User
from bot.services.accounts import SIGNED_IN_FOR, token_hash
from bot.web.keys import PARTS

VISITOR_COOKIE = "kesu_visitor"
DESK_COOKIE = "kesu_desk"
DESK_PATH = "/desk"
_VISITOR_SECONDS = 365 * 24 * 3600
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Visitor:
    """A browser on the customers' page. The desk stores `id`, from which the token can't be worked out."""

    token: str

    @property
    def id(self) -> str:
        """The external id of the customer in the channel "web"."""
        return token_hash(self.token)


def visitor_of(request: web.Request) -> Visitor | None:
    """The visitor whose cookie came with the request."""
    token = request.cookies.get(VISITOR_COOKIE, "")
    return Visitor(token) if _TOKEN.fullmatch(token) else None


def new_visitor() -> Visitor:
    """A visitor nobody has seen before."""
    return Visitor(secrets.token_urlsafe(32))


def remember_visitor(request: web.Request, response: web.Response, visitor: Visitor) -> None:
    """Give the visitor's browser its cookie, for a year from now."""
    response.set_cookie(
        VISITOR_COOKIE,
        visitor.token,
        max_age=_VISITOR_SECONDS,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=request.app[PARTS].secure_cookies,
    )


def check_origin(request: web.Request) -> None:
    """Refuse what another site's page sends with our cookies: NotAllowed unless Origin is our own.

    Browsers send Origin with every POST and every socket; a request without it doesn't come from our pages.
    Without a configured origin the host decides, because the scheme is not known behind a proxy.
    """
    given = urlsplit(request.headers.get(hdrs.ORIGIN, ""))
    expected = request.app[PARTS].origin
    if expected is None:
        same = given.netloc.lower() == request.host.lower()
    else:
        ours = urlsplit(expected)
        same = (given.scheme, given.netloc.lower()) == (ours.scheme, ours.netloc.lower())
    if not same:
        raise NotAllowed("这个请求来自其他网站，已拒绝。")


async def agent_of(request: web.Request) -> User:
    """Who is signed in at the desk; NotSignedIn."""
    return await request.app[PARTS].accounts.who(request.cookies.get(DESK_COOKIE, ""))


def remember_agent(request: web.Request, response: web.Response, token: str) -> None:
    """Give the browser its sign-in, for the desk's own pages only."""
    response.set_cookie(
        DESK_COOKIE,
        token,
        max_age=int(SIGNED_IN_FOR.total_seconds()),
        path=DESK_PATH,
        httponly=True,
        samesite="Strict",
        secure=request.app[PARTS].secure_cookies,
    )


def forget_agent(response: web.Response) -> None:
    """Take the sign-in away from the browser."""
    response.del_cookie(DESK_COOKIE, path=DESK_PATH)
