"""Admins only: who is told by webhook of what happens, and what became of it."""

from aiohttp import web

from bot.domain.errors import Conflict, InvalidInput
from bot.domain.people import Deed, User
from bot.domain.webhook import EVENTS, DeliveryState, Webhook
from bot.services.webhooks import Subscriptions
from bot.web.auth import acting, allowed
from bot.web.keys import PARTS
from bot.web.rendering import desk_page

WEBHOOKS_PATH = "/desk/webhooks"
_STATES = {
    DeliveryState.WAITING: "等待发送",
    DeliveryState.SENDING: "正在发送",
    DeliveryState.SENT: "已送达",
    DeliveryState.FAILED: "没有送达",
}


async def page(request: web.Request) -> web.Response:
    """GET /desk/webhooks: all of them, and the form for one more."""
    return await _list(request, await allowed(request, Deed.SET_UP))


async def add(request: web.Request) -> web.Response:
    """POST /desk/webhooks: add one; the answer is the only page that ever shows its secret."""
    admin = await acting(request, Deed.SET_UP)
    form = await request.post()
    url, events = str(form.get("url", "")), [str(event) for event in form.getall("event", [])]
    try:
        made = await _subscriptions(request).add(url, events, admin, personal=bool(form.get("personal")))
    except InvalidInput as refusal:
        return await _list(request, admin, refusal=refusal, typed=(url, events))
    return await _list(request, admin, made)


async def one(request: web.Request) -> web.Response:
    """GET /desk/webhooks/{id}: the log of its newest deliveries."""
    return await _log(request, await allowed(request, Deed.SET_UP))


async def switch(request: web.Request) -> web.Response:
    """POST …/{id}/switch: off, or on again."""
    admin = await acting(request, Deed.SET_UP)
    active = (await request.post()).get("active") == "yes"
    await _subscriptions(request).switch(request.match_info["id"], admin, active=active)
    raise web.HTTPSeeOther(f"{WEBHOOKS_PATH}/{request.match_info['id']}")


async def resend(request: web.Request) -> web.Response:
    """POST …/{id}/deliveries/{delivery}/resend: once more."""
    admin, found = await acting(request, Deed.SET_UP), request.match_info
    try:
        await _subscriptions(request).resend(found["id"], found["delivery"], admin)
    except Conflict as refusal:
        return await _log(request, admin, refusal)
    raise web.HTTPSeeOther(f"{WEBHOOKS_PATH}/{found['id']}")


async def _list(
    request: web.Request,
    admin: User,
    made: Webhook | None = None,
    refusal: InvalidInput | None = None,
    typed: tuple[str, list[str]] = ("", []),
) -> web.Response:
    return await desk_page(
        request,
        admin,
        "webhooks.html",
        status=refusal.status if refusal else 200,
        webhooks=await _subscriptions(request).all(),
        events=EVENTS,
        made=made,
        typed_url=typed[0],
        ticked=typed[1],
        refusal=str(refusal) if refusal else None,
    )


async def _log(request: web.Request, admin: User, refusal: Conflict | None = None) -> web.Response:
    log = await _subscriptions(request).log(request.match_info["id"])
    return await desk_page(
        request,
        admin,
        "webhook.html",
        status=refusal.status if refusal else 200,
        webhook=log.webhook,
        deliveries=log.deliveries,
        events=EVENTS,
        delivery_states=_STATES,
        refusal=str(refusal) if refusal else None,
    )


def _subscriptions(request: web.Request) -> Subscriptions:
    return request.app[PARTS].interfaces.subscriptions
