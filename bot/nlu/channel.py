"""The desk's door into Rasa's room: turns, parses and health over HTTP (docs/protocol.md)."""

import asyncio
import hmac
import json
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial, wraps
from typing import Any, Mapping, Optional

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.nlu.action_calls import ActionCalls
from bot.nlu.processor import TurnProcessor, turn_processor
from bot.nlu.turn import AbortedTurnError, MalformedError, Turn, readable, written_on
from bot.nlu.vectors import encoder_of, written_vectors

DEFAULT_TURN_SECONDS = 15.0
MOST_TEXTS = 1000

logger = logging.getLogger(__name__)
Handler = Callable[["TurnInput", Request], Coroutine[Any, Any, HTTPResponse]]


class _NotReadyError(Exception):
    """No model is loaded."""

    def __init__(self) -> None:
        super().__init__("no model is ready")


def _answer(body: object, status: int = 200) -> HTTPResponse:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return HTTPResponse(text, status=status, content_type="application/json")


def _refusal(status: int, error: str) -> HTTPResponse:
    return _answer({"error": error}, status)


def _answered(handler: Handler) -> Handler:
    """Turn errors into the protocol's answers. A log line names the failure, never what a customer wrote."""

    @wraps(handler)
    async def answered(self: "TurnInput", request: Request) -> HTTPResponse:
        if not self.trusts(request):
            return _refusal(401, "the pair's secret is missing or wrong")
        try:
            return await handler(self, request)
        except MalformedError as error:
            return _refusal(400, str(error))
        except (_NotReadyError, AbortedTurnError) as error:
            logger.warning("Refused, nothing was saved: %s", error)
            return _refusal(503, str(error))
        except asyncio.TimeoutError:
            logger.warning("Refused, nothing was saved: longer than %s seconds", self.turn_seconds)
            return _refusal(503, "the turn took too long")
        except Exception as error:  # noqa: BLE001 -- whatever it is, nothing was saved and the desk tries again
            name = type(error).__name__
            logger.error("Failed, nothing was saved: %s%s", name, _where(error))  # noqa: TRY400 -- see _where
            return _refusal(503, f"internal error: {name}")

    return answered


def _where(error: BaseException) -> str:
    """Return the places an error came through; its message may quote a customer and stays out."""
    places = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        places.append(f"\n  {code.co_filename}:{step.tb_lineno} {code.co_name}")
        step = step.tb_next
    return "".join(places)


class TurnInput(InputChannel):
    """Answers the desk, and nobody else, under /webhooks/desk."""

    def __init__(self, secret: str, turn_seconds: float = DEFAULT_TURN_SECONDS) -> None:
        """Take the pair's shared secret and the longest a turn may take, in seconds."""
        self.turn_seconds = turn_seconds
        self._secret = secret
        self._calls: Optional[ActionCalls] = None
        self._processor: Optional[TurnProcessor] = None
        self._loaded: Optional[object] = None

    @classmethod
    def name(cls) -> str:
        """Return the channel's name in URLs."""
        return "desk"

    @classmethod
    def from_credentials(cls, credentials: Optional[dict[str, Any]]) -> "TurnInput":
        """Read credentials.yml. Raises RasaException for what must not start."""
        given = credentials or {}
        secret = str(given.get("secret") or "").strip()
        if not secret or "${" in secret:  # in quotes, Rasa leaves the variable as it stands
            raise RasaException("credentials.yml: the pair's secret is empty. Set KESU_PAIR_SECRET.")
        if os.environ.get("RASA_TELEMETRY_ENABLED", "").lower() != "false":
            raise RasaException(
                "Set RASA_TELEMETRY_ENABLED=false: what customers write must not leave this machine."
            )
        return cls(secret, float(given.get("turn_seconds", DEFAULT_TURN_SECONDS)))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes. Rasa's own message handler is not used: it forgets failures."""
        del on_new_message
        routes = Blueprint("desk")
        handlers = (
            ("POST", self.turn),
            ("POST", self.parse),
            ("POST", self.vectors),
            ("GET", self.health),
        )
        for method, handler in handlers:
            name = handler.__name__
            routes.add_route(
                partial(handler), f"/{name}", methods=[method], name=name
            )  # Sanic marks what it is given
        routes.listener("after_server_stop")(self._close)
        return routes

    def trusts(self, request: Request) -> bool:
        """Whether a request carries the pair's secret."""
        given = request.headers.get("authorization", "").encode("utf-8", "surrogateescape")
        return hmac.compare_digest(given, f"Bearer {self._secret}".encode())

    @_answered
    async def turn(self, request: Request) -> HTTPResponse:
        """Answer a customer's message, once however often it is asked."""
        turn = Turn.from_json(_body(request))
        # the lock outlives the turn, so that no other turn of this conversation overtakes it
        taking = self._ready(request).take(turn, lock_seconds=2 * self.turn_seconds)
        return _answer(await asyncio.wait_for(taking, self.turn_seconds))

    @_answered
    async def parse(self, request: Request) -> HTTPResponse:
        """Say what many texts mean, outside any conversation."""
        asked = _asked(request)
        texts, day = _texts(asked), written_on(asked.get("day"))
        processor = self._ready(request)
        readings = await processor.reader.read(texts, day)
        return _answer({"model": processor.model_filename, "readings": readings})

    @_answered
    async def vectors(self, request: Request) -> HTTPResponse:
        """Say where many texts lie in the space of the model's sentence encoder."""
        texts, processor = _texts(_asked(request)), self._ready(request)
        encoder = encoder_of(request.app.ctx.agent.processor.graph_runner)
        if encoder is None:
            return _refusal(503, "the model has no sentence encoder")
        return _answer({"model": processor.model_filename, "vectors": await written_vectors(encoder, texts)})

    @_answered
    async def health(self, request: Request) -> HTTPResponse:
        """Say which model answers, and what it can tell apart."""
        try:
            processor = self._ready(request)
        except _NotReadyError:
            return _answer({"model": None, "labels": []}, 503)
        return _answer({"model": processor.model_filename, "labels": processor.labels})

    def check(self, agent: Agent) -> None:
        """Raise RasaException if turns can't be taken with this agent's model and endpoints."""
        self._processor_of(agent)

    def _ready(self, request: Request) -> TurnProcessor:
        agent: Optional[Agent] = getattr(request.app.ctx, "agent", None)
        if agent is None or agent.processor is None:
            raise _NotReadyError
        return self._processor_of(agent)

    def _processor_of(self, agent: Agent) -> TurnProcessor:
        if self._processor is None or self._loaded is not agent.processor:  # another model was loaded
            self._processor = turn_processor(agent, self._desk(agent))
            self._loaded = agent.processor
        return self._processor

    def _desk(self, agent: Agent) -> ActionCalls:
        if self._calls is None:
            if agent.action_endpoint is None or not agent.action_endpoint.url:
                raise RasaException("endpoints.yml: action_endpoint names no url. Set KESU_ACTIONS_URL.")
            self._calls = ActionCalls(agent.action_endpoint.url, self._secret)
        return self._calls

    async def _close(self, *_: object) -> None:
        if self._calls is not None:
            await self._calls.close()


def _asked(request: Request) -> Mapping[str, Any]:
    body = _body(request)
    return body if isinstance(body, dict) else {}


def _texts(asked: Mapping[str, Any]) -> list[str]:
    texts = asked.get("texts")
    if not isinstance(texts, list) or len(texts) > MOST_TEXTS:
        raise MalformedError(f"texts must be a list of at most {MOST_TEXTS} strings")
    return [readable(text) for text in texts]


def _body(request: Request) -> object:
    try:
        return json.loads(request.body)
    except ValueError as error:
        raise MalformedError("the body must be JSON in UTF-8") from error
