"""Requests of customers about their own data: for admins and whom they trust with it (docs/privacy.md)."""

from collections.abc import Awaitable, Callable
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from aiohttp import hdrs, web
from multidict import MultiDictProxy

from bot.domain.errors import Conflict, InvalidInput, NotFound
from bot.domain.paper_values import CHANNELS
from bot.domain.people import Deed, User
from bot.domain.personal_requests import WORKDAYS, Asker, RequestKind, RequestState, Way
from bot.domain.workdays import SHANGHAI
from bot.services.personal_data import Who
from bot.services.personal_deeds import PersonalDeeds
from bot.services.personal_requests import LONGEST, Asked
from bot.web.auth import acting, allowed
from bot.web.keys import PARTS, SIGN_IN_LIMIT
from bot.web.rendering import desk_page

PERSONAL_PATH = "/desk/personal"
_KINDS = {RequestKind.COPY: "查阅、复制", RequestKind.CORRECT: "更正", RequestKind.ERASE: "删除"}
_ASKERS = {
    Asker.SELF: "本人", Asker.GUARDIAN: "监护人", Asker.AGENT: "受本人委托的人",
    Asker.RELATIVE: "去世者的近亲属",
}  # fmt: skip
_WAYS = {Way.TALK: "会话", Way.PHONE: "电话", Way.LETTER: "邮件或信件", Way.COUNTER: "当面"}
_STATES = {
    RequestState.OPEN: "办理中", RequestState.PROPOSED: "等另一位同事确认", RequestState.DONE: "已办结",
    RequestState.REFUSED: "已拒绝", RequestState.WITHDRAWN: "本人撤回",
}  # fmt: skip
_Form = MultiDictProxy[Any]
_Choice = TypeVar("_Choice", bound=StrEnum)
_Refusal = Conflict | InvalidInput | NotFound
_REFUSALS = (Conflict, InvalidInput, NotFound)
_MOST_DIGITS = 9  # of a number of rows
_Work = Callable[[PersonalDeeds, str, User, _Form], Awaitable[object]]


def routes() -> list[web.RouteDef]:
    """The routes of this page."""
    one = f"{PERSONAL_PATH}/{{id:[0-9a-z]{{1,64}}}}"
    return [
        web.get(PERSONAL_PATH, page),
        web.post(PERSONAL_PATH, begin),
        web.get(one, request_page),
        web.post(f"{one}/copy", copy),
        *(web.post(f"{one}/{deed}", doing(work)) for deed, work in _DEEDS.items()),
    ]


async def page(request: web.Request) -> web.Response:
    """GET /desk/personal: the register, and the form for one more."""
    return await _register(request, await allowed(request, Deed.HANDLE_PERSONAL_DATA))


async def begin(request: web.Request) -> web.Response:
    """POST /desk/personal: write a request down; a refusal comes back with what was typed."""
    agent = await acting(request, Deed.HANDLE_PERSONAL_DATA)
    await request.app[SIGN_IN_LIMIT].take_shared(f"person {agent.id}")
    form = await request.post()
    try:
        made = await request.app[PARTS].personal.requests.begin(_asked(form), agent)
    except _REFUSALS as refusal:
        return await _register(request, agent, refusal, form)
    raise web.HTTPSeeOther(f"{PERSONAL_PATH}/{made}")


async def request_page(request: web.Request) -> web.Response:
    """GET /desk/personal/{id}: what is held of the person, and what is to be done."""
    return await _one(request, await allowed(request, Deed.HANDLE_PERSONAL_DATA))


async def copy(request: web.Request) -> web.Response:
    """POST …/copy: the zip."""
    agent, form = await acting(request, Deed.HANDLE_PERSONAL_DATA), await request.post()
    known, internal = request.match_info["id"], _text(form, "internal") == "yes"
    try:
        file = await request.app[PARTS].personal.deeds.copy(known, agent, internal=internal)
    except Conflict as refusal:
        return await _one(request, agent, refusal)
    headers = {hdrs.CONTENT_DISPOSITION: f'attachment; filename="personal-data-{known}.zip"'}
    return web.Response(body=file, content_type="application/zip", headers=headers)


def doing(work: _Work) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that does something about one request, and shows it as it is then."""

    async def handle(request: web.Request) -> web.Response:
        agent, form = await acting(request, Deed.HANDLE_PERSONAL_DATA), await request.post()
        known = request.match_info["id"]
        try:
            await work(request.app[PARTS].personal.deeds, known, agent, form)
        except (Conflict, InvalidInput) as refusal:
            return await _one(request, agent, refusal, form)
        raise web.HTTPSeeOther(f"{PERSONAL_PATH}/{known}")

    return handle


async def _hand_over(deeds: PersonalDeeds, id: str, agent: User, _: _Form) -> None:
    await deeds.hand_over(id, agent)


async def _correct(deeds: PersonalDeeds, id: str, agent: User, form: _Form) -> None:
    await deeds.correct(id, agent, _text(form, "name"), _text(form, "phone"))


async def _erase(deeds: PersonalDeeds, id: str, agent: User, form: _Form) -> None:
    await deeds.propose(id, agent, _text(form, "reason"), _agreed(form))


async def _confirm(deeds: PersonalDeeds, id: str, agent: User, form: _Form) -> None:
    await deeds.confirm(id, agent, _agreed(form))


async def _back(deeds: PersonalDeeds, id: str, agent: User, _: _Form) -> None:
    await deeds.give_back(id, agent)


async def _close(deeds: PersonalDeeds, id: str, agent: User, form: _Form) -> None:
    await deeds.close(id, agent, _chosen(RequestState, form, "outcome"), _text(form, "reason"))


_DEEDS: dict[str, _Work] = {
    "handed-over": _hand_over,
    "correct": _correct,
    "erase": _erase,
    "confirm": _confirm,
    "back": _back,
    "close": _close,
}


async def _register(
    request: web.Request, agent: User, refusal: _Refusal | None = None, form: _Form | None = None
) -> web.Response:
    names = ("number", "phone", "conversation", "openid", "kind", "asker", "way", "asked_on", "checked")
    today = request.app[PARTS].now().astimezone(SHANGHAI).date().isoformat()
    typed = {name: _text(form, name) for name in names} if form is not None else {"asked_on": today}
    before = request.query.get("before", "")
    return await desk_page(
        request,
        agent,
        "personal.html",
        status=refusal.status if refusal else 200,
        register=await request.app[PARTS].personal.requests.register(agent, before),
        refusal=str(refusal) if refusal else None,
        typed=dict.fromkeys(names, "") | typed,
        today=today,
        workdays=WORKDAYS,
        **_words(request),
    )


async def _one(
    request: web.Request, agent: User, refusal: _Refusal | None = None, form: _Form | None = None
) -> web.Response:
    names = ("reason", "name", "phone", "outcome")
    typed = {name: _text(form, name) if form is not None else "" for name in names}
    return await desk_page(
        request,
        agent,
        "personal_request.html",
        status=refusal.status if refusal else 200,
        seen=await request.app[PARTS].personal.requests.look(request.match_info["id"], agent),
        refusal=str(refusal) if refusal else None,
        typed=typed,
        **_words(request),
    )


def _words(request: web.Request) -> dict[str, object]:
    return {
        "kinds": _KINDS, "askers": _ASKERS, "ways": _WAYS, "request_states": _STATES, "longest": LONGEST,
        "now": request.app[PARTS].now(), "channels": CHANNELS,
    }  # fmt: skip


def _asked(form: _Form) -> Asked:
    """InvalidInput unless it is said in one way who is meant, and what is asked."""
    number, phone, conversation, openid = (
        _text(form, name).strip() or None for name in ("number", "phone", "conversation", "openid")
    )
    if (bool(number or phone) + bool(conversation) + bool(openid)) != 1 or (number and not phone):
        raise InvalidInput("请用一种办法说明是谁：电话（最好连同投诉编号），或会话编号，或渠道编号。")
    try:
        asked_on = date.fromisoformat(_text(form, "asked_on"))
    except ValueError:
        raise InvalidInput("日期要写成 2026-03-18 这样。") from None
    return Asked(
        Who(number, phone, conversation, openid),
        _chosen(RequestKind, form, "kind"),
        _chosen(Asker, form, "asker"),
        _chosen(Way, form, "way"),
        asked_on,
        _text(form, "checked"),
    )


def _chosen(kind: type[_Choice], form: _Form, name: str) -> _Choice:
    try:
        return kind(_text(form, name))
    except ValueError:
        raise InvalidInput("请把要选的都选上。") from None


def _agreed(form: _Form) -> int:
    """How many rows somebody saw and agreed to lose; InvalidInput unless they said so."""
    shown = _text(form, "shown")
    if _text(form, "sure") != "yes" or not (shown.isdecimal() and len(shown) <= _MOST_DIGITS):
        raise InvalidInput("请先看过会抹去什么，并勾选确认。")
    return int(shown)


def _text(form: _Form, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
