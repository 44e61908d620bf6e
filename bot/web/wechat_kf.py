"""What WeCom calls for 微信客服: its question whether this address is ours, and its doorbell.

As with the 公众号 (wechat.py), who calls proves it with the corp's signature.
"""

from aiohttp import web

from bot.domain.wechat_inbound import Malformed
from bot.services.wechat.kf_door import KfDoor
from bot.web.keys import PARTS
from bot.web.wechat import SUCCESS, echo, hang_up, read_body, refused

KF_PATH = "/wechat/kf"


async def check(request: web.Request) -> web.StreamResponse:
    """GET /wechat/kf: WeCom's page asks, once, whether this address is ours."""
    return echo(request, _door(request))


async def ring(request: web.Request) -> web.StreamResponse:
    """POST /wechat/kf: there is something to fetch, which is done afterwards."""
    door = _door(request)
    try:
        door.receive(request.query, await read_body(request))
    except Malformed as problem:
        return await hang_up(request, refused(problem))
    except TimeoutError:
        return await hang_up(request, web.Response(status=web.HTTPRequestTimeout.status_code))
    return web.Response(text=SUCCESS)


def routes() -> list[web.RouteDef]:
    """The path that WeCom calls."""
    return [
        web.get(KF_PATH, check, allow_head=False),
        web.post(KF_PATH, ring),
    ]


def _door(request: web.Request) -> KfDoor:
    door = request.app[PARTS].wechat_kf
    if door is None:
        raise web.HTTPNotFound
    return door
