"""Who asks: a visitor known by a token, or somebody who signed in at the desk."""

from urllib.parse import urlsplit

from aiohttp import hdrs, web

from bot.domain.errors import NotAllowed
from bot.domain.people import Deed, User
from bot.services.accounts import SIGNED_IN_FOR
from bot.web.keys import PARTS
from bot.web.visitors import Visitor

DESK_COOKIE = "kesu_desk"
DESK_PATH = "/desk"
INBOX_PATH = "/desk/inbox"
CODE_PATH = "/desk/login/code"
# What an {id} in the address is, by the word before it: of what somebody keeps out there is nothing (回避).
_ABOUT = {
    "conversations": "conversation_id", "cases": "case_id", "files": "file_id", "inbox": "task_id",
}  # fmt: skip


def visitor_of(request: web.Request) -> Visitor:
    """The visitor whose token came in the request's Authorization header; UnknownVisitor."""
    kind, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return request.app[PARTS].visitors.who(token if kind == "Bearer" else None)


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
    """Who is signed in at the desk; NotSignedIn, and NotFound for what they keep out of."""
    user = await request.app[PARTS].accounts.who(request.cookies.get(DESK_COOKIE, ""))
    await _keep_out(request, user)
    return user


async def _keep_out(request: web.Request, user: User) -> None:
    """Whatever a handler goes on to do with the case or conversation in its address, this comes first."""
    about, found = _about(request), request.match_info.get("id")
    if about is not None and found is not None:
        await request.app[PARTS].avoiders.check(user, **{about: found})
    if watched := request.query.get("conversation"):
        await request.app[PARTS].avoiders.check(user, conversation_id=watched)


def _about(request: web.Request) -> str | None:
    """What the {id} in the address is: the word before it says so."""
    resource = request.match_info.route.resource
    before, found, _ = (resource.canonical if resource else "").partition("/{id")
    return _ABOUT.get(before.rpartition("/")[2]) if found else None


async def allowed(request: web.Request, deed: Deed) -> User:
    """Who is signed in, if that is among what they may do; NotSignedIn, NotAllowed.

    Every page and button of the desk that isn't for everybody asks here; what roles mean is in
    bot/domain/people.py.
    """
    user = await agent_of(request)
    if not user.may(deed):
        raise NotAllowed("您的角色不能打开这一页或做这个操作。如果工作需要，请联系管理员调整。")
    return user


async def acting(request: web.Request, deed: Deed) -> User:
    """The same for what changes something: it has to come from our own pages."""
    check_origin(request)
    return await allowed(request, deed)


def home_of(user: User) -> str:
    """Where somebody starts after signing in."""
    return DESK_PATH if user.may(Deed.TALK) else INBOX_PATH


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
