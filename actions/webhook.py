"""The desk's side of Rasa's action protocol: a loopback listener inside the desk's process.

Every action runs in one transaction together with the memory of what it answered, under (turn id, n-th
action): a repeated turn finds the memory and repeats nothing.

Rasa's SDK brings a web server of its own, which takes long to load and serves nobody here. So it is loaded
when the pages can be reached already (`ActionServer.load`), at the latest by the first action.
"""

import hmac
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from aiohttp import web
from structlog.contextvars import bound_contextvars

from actions.current import Refused
from bot.domain.errors import InvalidInput
from bot.domain.reading import Reading
from bot.services import needing_people, risks, verdicts
from bot.services.ports import Clock, Measures, NotMeasured, NotTraced, Stage, Traces, Units, timed
from bot.services.turns import open_turn
from bot.services.words import Words

if TYPE_CHECKING:
    from actions.executing import Executor

_TURNS = 1000  # of which the handbook is remembered: far more than are ever under way


class ActionServer:
    """Runs custom actions for one Rasa process; `secret` is shared by the pair."""

    def __init__(
        self,
        units: Units,
        words: Words,
        clock: Clock,
        secret: str,
        measures: Measures | None = None,
        traces: Traces | None = None,
    ) -> None:
        self._units, self._words, self._clock = units, words, clock
        self._measures, self._traces = measures or NotMeasured(), traces or NotTraced()
        self._authorization = f"Bearer {secret}".encode()
        self._executor: Executor | None = None
        self._speaking: OrderedDict[str, Words] = OrderedDict()

    def app(self) -> web.Application:
        """The listener: POST /webhook."""
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_post("/webhook", self._webhook)
        return app

    def load(self) -> "Executor":
        """What runs actions; the first call takes a moment, and may be made in a thread."""
        if self._executor is None:
            from actions.executing import Executor

            self._executor = Executor()
        return self._executor

    async def _webhook(self, request: web.Request) -> web.Response:
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, self._authorization):
            raise web.HTTPUnauthorized
        call = await request.json()
        if "X-Kesu-Turn" not in request.headers:  # `rasa shell`: a talk without a customer
            return web.json_response(_only_named(call["next_action"]))
        turn = request.headers["X-Kesu-Turn"]
        place = int(request.headers["X-Kesu-Action"])
        try:
            with (
                bound_contextvars(conversation=call["sender_id"], turn=turn),
                timed(self._measures, turn, Stage.ACTIONS),
                self._traces.within(turn, "turn.actions", action=call["next_action"]),
            ):
                return web.json_response(await self.run(call, turn, place))
        except Refused as refused:
            return web.json_response(refused.body, status=refused.status)

    async def run(self, call: dict[str, Any], turn: str, place: int) -> dict[str, Any]:
        """Run the `place`-th action of a turn, or give the answer it gave before."""
        name = call["next_action"]
        async with self._units() as uow:
            metadata = _metadata(call["tracker"])
            reading, context = Reading.from_json(metadata["reading"]), metadata["context"]
            about = context.get("about")
            scope = await open_turn(
                uow, self._words_of(turn), self._clock, call["sender_id"], turn, reading, about
            )
            is_first = scope.message.context is None
            if is_first:  # so none can be repeated
                scope.message.context = context
                await risks.look_first(scope)
            elif (known := await uow.actions.find(turn, place, name)) is not None:
                return known
            before = scope.conversation.misunderstood
            result = await self.load().run(call, scope)
            if is_first:
                await risks.note(scope)
            await verdicts.after_turn(scope)
            await needing_people.look(scope, is_first=is_first)
            if is_first and scope.conversation.misunderstood == before:
                scope.conversation.misunderstood = 0
            uow.actions.add(turn, place, name, result)
            await uow.commit()
        return result

    def _words_of(self, turn: str) -> Words:
        """One turn speaks from one handbook, though its actions come as requests of their own."""
        words = self._speaking.setdefault(turn, self._words.kept())
        if len(self._speaking) > _TURNS:
            self._speaking.popitem(last=False)
        return words


def _only_named(action: str) -> dict[str, Any]:
    """What an action says outside of the desk: its name, since it can do nothing without a conversation."""
    text = f"[{action}] 这个动作需要客诉台里的会话；完整的对话请用 kesu replay 试。"
    return {"events": [], "responses": [{"text": text}]}


def _metadata(tracker: dict[str, Any]) -> dict[str, Any]:
    """What the channel put beside the latest message: the turn's context and reading."""
    metadata: dict[str, Any] = tracker["latest_message"].get("metadata") or {}
    if "reading" not in metadata or "context" not in metadata:
        raise InvalidInput("the action call carries no reading: is Rasa's channel the desk's own?")
    return metadata
