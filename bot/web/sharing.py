"""What the door keeps in memory, and how its parts come to know what happens in other desk processes."""

from aiohttp import web

from bot.web.board import Board
from bot.web.console_lookers import LOOKERS, Lookers
from bot.web.keys import (
    ADDRESS_LIMIT,
    API_FAILURES,
    API_LIMIT,
    BOARD,
    FRAME_LIMIT,
    LOOKING,
    MESSAGE_LIMIT,
    OPEN_SOCKETS,
    PARTS,
    SIGN_IN_LIMIT,
    UPLOAD_LIMIT,
    VISITOR_LIMIT,
)
from bot.web.limits import Buckets
from bot.web.open_sockets import FOLLOW, OpenSockets

# By the names under which processes count together. A socket's frames are its own process's to count.
_SHARED = {
    "messages": MESSAGE_LIMIT,
    "addresses": ADDRESS_LIMIT,
    "visitors": VISITOR_LIMIT,
    "uploads": UPLOAD_LIMIT,
    "api": API_LIMIT,
    "api-failures": API_FAILURES,
    "sign-in": SIGN_IN_LIMIT,
}


def set_up(app: web.Application) -> None:
    """Make what is kept, and let it hear of other processes; `app[PARTS]` must be there."""
    parts, hub = app[PARTS], app[PARTS].hub
    _make_limits(app)
    app[OPEN_SOCKETS] = OpenSockets(parts.limits.sockets_per_address, hub.tell)
    app[BOARD] = Board(parts.console.rows, parts.console.active)
    app[LOOKING] = Lookers(hub.tell)
    hub.watch(app[BOARD].changed, everywhere=True)
    hub.watch_gaps(app[BOARD].look_anew)
    hub.hear_of(FOLLOW, app[OPEN_SOCKETS].hear)
    hub.hear_of(LOOKERS, app[LOOKING].hear)


def _make_limits(app: web.Application) -> None:
    limits = app[PARTS].limits
    app[MESSAGE_LIMIT] = Buckets(burst=20, per_second=1)
    app[FRAME_LIMIT] = Buckets(burst=60, per_second=10)
    app[ADDRESS_LIMIT] = Buckets(limits.messages_per_address, limits.messages_per_address / 60)
    app[VISITOR_LIMIT] = Buckets(limits.visitors_per_address, limits.visitors_per_address / 3600)
    app[UPLOAD_LIMIT] = Buckets(burst=40, per_second=0.2)
    app[API_LIMIT] = Buckets(limits.api_calls, limits.api_calls / 60)
    app[API_FAILURES] = Buckets(burst=20, per_second=0.2)
    app[SIGN_IN_LIMIT] = Buckets(burst=20, per_second=0.5)
    for name, key in _SHARED.items():
        app[key].share(name, app[PARTS].count)
