"""Supervisors: the trained models, training one, its report, and putting one into service or going back."""

from datetime import datetime

from aiohttp import web

from bot.domain.errors import Conflict, InvalidInput, KesuError
from bot.domain.model import ModelState
from bot.domain.model_report import ModelReport
from bot.domain.people import Deed, User
from bot.services.models.desk import ModelDesk
from bot.web.auth import acting, allowed
from bot.web.keys import PARTS
from bot.web.rendering import desk_page

MODELS_PATH = "/desk/training/models"
_ONE = f"{MODELS_PATH}/{{id:[A-Za-z0-9][A-Za-z0-9._-]{{0,63}}}}"
_REFUSALS = (Conflict, InvalidInput)


def routes() -> list[web.RouteDef]:
    """The pages and buttons."""
    return [
        web.get(MODELS_PATH, page),
        web.post(MODELS_PATH, train),
        web.post(f"{MODELS_PATH}/roll-back", roll_back),
        web.get(_ONE, one),
        web.get(f"{_ONE}/log", log),
        web.post(f"{_ONE}/again", again),
        web.post(f"{_ONE}/cancel", cancel),
        web.post(f"{_ONE}/accept", accept),
        web.post(f"{_ONE}/approve", approve),
        web.post(f"{_ONE}/reject", reject),
        web.post(f"{_ONE}/promote", promote),
    ]


async def page(request: web.Request) -> web.Response:
    """GET /desk/training/models: all of them, and the button that trains another one."""
    return await _list(request, await allowed(request, Deed.TRAIN))


async def train(request: web.Request) -> web.Response:
    """POST /desk/training/models: train a candidate."""
    user = await acting(request, Deed.TRAIN)
    try:
        model = await _models(request).decisions.train(user)
    except _REFUSALS as refusal:
        return await _list(request, user, refusal)
    raise web.HTTPSeeOther(f"{MODELS_PATH}/{model.id}")


async def roll_back(request: web.Request) -> web.Response:
    """POST …/roll-back: go back to the model before."""
    user = await acting(request, Deed.TRAIN)
    expected = _version((await request.post()).get("version"))
    try:
        await request.app[PARTS].promotion.roll_back(expected=expected, by=user.id)
    except _REFUSALS as refusal:
        return await _list(request, user, refusal)
    raise web.HTTPSeeOther(MODELS_PATH)


async def one(request: web.Request) -> web.Response:
    """GET …/{id}: one of them: how far its training is, or its report and what can be done with it."""
    return await _show(request, await allowed(request, Deed.TRAIN))


async def log(request: web.Request) -> web.Response:
    """GET …/{id}/log: the last lines of its training's log, as text."""
    await allowed(request, Deed.TRAIN)
    model = await _models(request).views.progress(request.match_info["id"])
    lines = _models(request).views.log(model.id)
    return web.Response(text="\n".join(lines) or "这台机器上没有它的训练日志。", content_type="text/plain")


async def again(request: web.Request) -> web.Response:
    """POST …/{id}/again: train it anew, or make the report that is missing."""
    return await _decided(request, "again")


async def cancel(request: web.Request) -> web.Response:
    """POST …/{id}/cancel: call its training off."""
    return await _decided(request, "cancel")


async def accept(request: web.Request) -> web.Response:
    """POST …/{id}/accept: accept by name that it misreads a guarded example."""
    return await _decided(request, "accept", "text", "label")


async def approve(request: web.Request) -> web.Response:
    """POST …/{id}/approve: let it go into service."""
    return await _decided(request, "approve")


async def reject(request: web.Request) -> web.Response:
    """POST …/{id}/reject: put it aside, with the reason."""
    return await _decided(request, "reject", "because")


async def promote(request: web.Request) -> web.Response:
    """POST …/{id}/promote: put it into service."""
    user = await acting(request, Deed.TRAIN)
    expected, model = _version((await request.post()).get("version")), request.match_info["id"]
    try:
        await request.app[PARTS].promotion.promote(model, expected=expected, by=user.id)
    except _REFUSALS as refusal:
        return await _show(request, user, refusal)
    raise web.HTTPSeeOther(f"{MODELS_PATH}/{model}")


async def _decided(request: web.Request, deed: str, *fields: str) -> web.Response:
    """Do it with these fields of the form, then show the model again."""
    user, model = await acting(request, Deed.TRAIN), request.match_info["id"]
    form = await request.post()
    try:
        decide = getattr(_models(request).decisions, deed)
        await decide(model, *(str(form.get(name, "")) for name in fields), user)
    except _REFUSALS as refusal:
        return await _show(request, user, refusal)
    raise web.HTTPSeeOther(f"{MODELS_PATH}/{model}")


async def _list(request: web.Request, user: User, refusal: KesuError | None = None) -> web.Response:
    return await desk_page(
        request,
        user,
        "models.html",
        status=refusal.status if refusal else 200,
        found=await _models(request).views.all(),
        before=await request.app[PARTS].promotion.before(),
        refusal=str(refusal) if refusal else None,
    )


async def _show(request: web.Request, user: User, refusal: KesuError | None = None) -> web.Response:
    view = await _models(request).views.one(request.match_info["id"], user)
    report, training = view.model.report, view.model.state is ModelState.TRAINING
    return await desk_page(
        request,
        user,
        "model.html",
        status=refusal.status if refusal else 200,
        view=view,
        model=view.model,
        seconds=_seconds(request, view.model.made_at) if training else 0,
        report=ModelReport.from_json(report) if report else None,
        gate=view.model.gate,
        refusal=str(refusal) if refusal else None,
    )


def _models(request: web.Request) -> ModelDesk:
    return request.app[PARTS].models


def _seconds(request: web.Request, since: datetime) -> int:
    return max(0, int((request.app[PARTS].now() - since).total_seconds()))


def _version(text: object) -> int:
    """The version of the live row that the person saw; one that is no number fits none."""
    return int(str(text)) if str(text).isascii() and str(text).isdecimal() else -1
