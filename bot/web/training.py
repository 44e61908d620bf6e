"""The inbox of messages that the bot may have misread: looking through it, and saying what they mean."""

import json
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy

from bot.domain.errors import Conflict, InvalidInput, NotAllowed
from bot.domain.people import Deed, User
from bot.domain.review import ReviewState
from bot.services.review.reviewing import Given
from bot.services.review.views import ENTITIES
from bot.web.auth import acting, allowed
from bot.web.keys import PARTS
from bot.web.rendering import desk_page
from bot.web.training_labels import LABELS_PATH, one, page_of_labels, put

TRAINING_PATH = "/desk/training"
STATES = {
    ReviewState.OPEN: "待看",
    ReviewState.DISPUTED: "有分歧",
    ReviewState.SETTLED: "已处理",
    ReviewState.SKIPPED: "已略过",
}
_LONGEST_ROWS = 20_000  # characters of what a page hands in
Refusal = Conflict | InvalidInput | NotAllowed
Form = MultiDictProxy[Any]


def routes() -> list[web.RouteDef]:
    """The pages of the inbox, and of proposed labels."""
    a_message = f"{TRAINING_PATH}/messages/{{id:[0-9a-z]{{1,64}}}}"
    a_label = f"{LABELS_PATH}/{{id:[0-9a-z]{{1,64}}}}"
    return [
        web.get(TRAINING_PATH, page),
        web.get(a_message, message),
        web.post(a_message, decide),
        web.post(f"{a_message}/settle", settle),
        web.post(f"{a_message}/ask", ask),
        web.get(LABELS_PATH, page_of_labels),
        web.post(LABELS_PATH, put),
        web.get(a_label, one),
        web.post(a_label, put),
    ]


async def page(request: web.Request) -> web.Response:
    """GET /desk/training[?state=…]: the list, and the first message of it."""
    agent = await allowed(request, Deed.TRAIN)
    return await _show(request, agent, None)


async def message(request: web.Request) -> web.Response:
    """GET /desk/training/messages/{id}: this message."""
    agent = await allowed(request, Deed.TRAIN)
    return await _show(request, agent, request.match_info["id"])


async def decide(request: web.Request) -> web.Response:
    """POST /desk/training/messages/{id}: correct it (`rows`), mark it as off-topic, or skip it."""
    agent, form = await acting(request, Deed.TRAIN), await request.post()
    message_id = request.match_info["id"]
    try:
        done = await _decide(request, agent, message_id, form)
    except (Conflict, InvalidInput, NotAllowed) as refusal:
        return await _show(request, agent, message_id, refusal, str(form.get("rows", "")))
    raise web.HTTPSeeOther(f"{TRAINING_PATH}?done={done}")


async def settle(request: web.Request) -> web.Response:
    """POST /desk/training/messages/{id}/settle: which of the differing answers counts."""
    agent, form = await acting(request, Deed.TRAIN), await request.post()
    message_id, answer = request.match_info["id"], str(form.get("answer", ""))
    try:
        await request.app[PARTS].review.deeds.settle(message_id, answer, agent)
    except (Conflict, InvalidInput, NotAllowed) as refusal:
        return await _show(request, agent, message_id, refusal)
    raise web.HTTPSeeOther(f"{TRAINING_PATH}?state=disputed&done=1")


async def ask(request: web.Request) -> web.Response:
    """POST /desk/training/messages/{id}/ask: let a colleague say what they think of it."""
    agent, form = await acting(request, Deed.TRAIN), await request.post()
    message_id = request.match_info["id"]
    login, question = str(form.get("colleague", "")), str(form.get("question", ""))
    try:
        await request.app[PARTS].review.deeds.ask(message_id, agent, login, question)
    except (Conflict, InvalidInput, NotAllowed) as refusal:
        return await _show(request, agent, message_id, refusal)
    raise web.HTTPSeeOther(f"{TRAINING_PATH}/messages/{message_id}")


async def _decide(request: web.Request, agent: User, message_id: str, form: Form) -> int:
    reviewing, deed = request.app[PARTS].review.deeds, str(form.get("deed", ""))
    if deed == "skip":
        await reviewing.skip(message_id, agent)
        return 1
    rows, also = _rows(str(form.get("rows", ""))), [str(one) for one in form.getall("also", [])]
    if deed == "offtopic" and rows:
        return await reviewing.off_topic(message_id, agent, rows[0], also)
    if deed == "correct":
        return await reviewing.correct(message_id, agent, rows, also)
    raise InvalidInput("请选择保存、离题或略过。")


def _rows(text: str) -> Sequence[Given]:
    """What the page's script wrote down; InvalidInput."""
    try:
        found = json.loads(text) if len(text) <= _LONGEST_ROWS else None
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise InvalidInput("表单没有传完整，请刷新后再试。")
    return [Given.from_json(one) for one in found]


async def _show(
    request: web.Request,
    agent: User,
    message_id: str | None,
    refusal: Refusal | None = None,
    rows: str = "",
) -> web.Response:
    """The page; a refusal comes back with what was handed in."""
    looking, state = request.app[PARTS].review.pages, _state(request)
    inbox = await looking.inbox(agent, state)
    if message_id is None and inbox.listed:
        message_id = inbox.listed[0].message_id
    done = request.query.get("done", "")
    return await desk_page(
        request,
        agent,
        "training.html",
        status=refusal.status if refusal else 200,
        inbox=inbox,
        one=await looking.shown(message_id, agent) if message_id else None,
        choices=[choice._asdict() for choice in looking.choices],
        kinds=list(ENTITIES.items()),  # a list: in an object their order would be lost
        colleagues=await looking.colleagues(agent),
        review_states=STATES,
        state=state,
        refusal=str(refusal) if refusal else None,
        rows=rows,
        done=done if done.isdecimal() and len(done) < 5 else None,  # noqa: PLR2004 -- digits of a count
    )


def _state(request: web.Request) -> ReviewState:
    asked = request.query.get("state", "")
    return ReviewState(asked) if asked in set(ReviewState) else ReviewState.OPEN
