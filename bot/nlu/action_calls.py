"""How Rasa calls the desk's actions: a connection that stays open, small requests, no failure overlooked."""

import json
from typing import Any, Optional

import aiohttp
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from rasa import __version__ as rasa_version
from rasa.core.actions.action import Action, ActionExecutionRejection, RemoteAction
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.nlu.turn import AbortedTurnError, current_calls

OK = 200
REJECTED = 400  # Rasa's protocol: the action does not want to run, another one may be predicted
DEFAULT_SECONDS = 10.0


def _event_checks() -> dict[str, Validator]:
    """Return Rasa's description of each kind of event, ready to use.

    Rasa tries all of them on each event, and prepares them anew for each answer: three quarters of a turn.
    """
    described = RemoteAction.action_response_format_spec()["properties"]["events"]["items"]
    common = {key: value for key, value in described.items() if key != "oneOf"}
    prepared = validator_for(described)
    return {
        kind["properties"]["event"]["const"]: prepared({**common, "allOf": [kind]})
        for kind in described["oneOf"]
    }


_EVENT_CHECKS = _event_checks()


class ActionCalls(EndpointConfig):
    """The desk's action server. A call carries the pair's secret, the turn's id and its place in the turn."""

    def __init__(self, url: str, secret: str, seconds: float = DEFAULT_SECONDS) -> None:
        super().__init__(url)
        self._authorization = f"Bearer {secret}"
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._session: Optional[aiohttp.ClientSession] = None

    async def request(  # the signature is EndpointConfig's; only `json`, Rasa's request, is looked at
        self,
        method: str = "post",
        subpath: Optional[str] = None,
        content_type: Optional[str] = "application/json",
        compress: bool = False,  # noqa: FBT001, FBT002 -- as above
        **kwargs: Any,  # noqa: ANN401 -- as above
    ) -> dict[str, Any]:
        """Call an action and return its answer.

        Raises ClientResponseError where the action rejects to run, AbortedTurnError on any other failure.
        """
        del method, subpath, content_type, compress
        call = kwargs["json"]
        try:
            status, body = await self._post(call)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise AbortedTurnError(f"{call['next_action']}: {type(error).__name__}") from error
        if status == REJECTED:
            raise ClientResponseError(status, "rejected", body.decode("utf-8", "replace"))
        if status != OK:
            raise AbortedTurnError(f"{call['next_action']}: the desk answered {status}")
        return _decoded(call["next_action"], body)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, call: dict[str, Any]) -> tuple[int, bytes]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        body = json.dumps(call, ensure_ascii=False, separators=(",", ":")).encode()
        async with self._session.post(
            self.url, data=body, headers=self._headers(), allow_redirects=False
        ) as answer:
            return answer.status, await answer.read()

    def _headers(self) -> dict[str, str]:
        headers = {"Authorization": self._authorization, "Content-Type": "application/json"}
        calls = current_calls()
        if calls is not None:
            calls.made += 1
            headers |= {"X-Kesu-Turn": calls.turn, "X-Kesu-Action": str(calls.made)}
        return headers


def _decoded(action: str, body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise AbortedTurnError(f"{action}: the answer is not JSON") from error
    if not isinstance(answer, dict):
        raise AbortedTurnError(f"{action}: the answer is not an object")
    return answer


def _is_answer(result: dict[str, Any]) -> bool:
    """Whether an action's answer is what Rasa's protocol describes (`action_response_format_spec`)."""
    events, responses = result.get("events", []), result.get("responses", [])
    if not isinstance(events, list) or not isinstance(responses, list):
        return False
    return all(map(_is_event, events)) and all(isinstance(response, dict) for response in responses)


def _is_event(event: object) -> bool:
    kind = event.get("event") if isinstance(event, dict) else None
    return isinstance(kind, str) and kind in _EVENT_CHECKS and _EVENT_CHECKS[kind].is_valid(event)


class TurnAction(RemoteAction):
    """One of the desk's actions, called with what it needs instead of the whole history."""

    def _action_call_format(self, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
        wants_domain = domain.does_custom_action_explicitly_need_domain(self.name())
        state = tracker.current_state(EventVerbosity.NONE)
        loop = {"name": tracker.active_loop_name} if tracker.active_loop else {}
        return {
            "next_action": self.name(),
            "sender_id": tracker.sender_id,
            "tracker": {**state, "events": [], "active_loop": loop},
            "domain": domain.as_dict() if wants_domain else {},
            "version": rasa_version,
        }

    def _validate_action_result(self, result: dict[str, Any]) -> bool:
        if not _is_answer(result):
            raise AbortedTurnError(f"{self.name()}: the answer is not what Rasa's action protocol describes")
        return True


class StrictAction(Action):
    """Any action, run so that a failure ends the turn; only a rejection is left to Rasa."""

    def __init__(self, action: Action) -> None:
        self._action = action

    def name(self) -> str:
        """Return the action's name."""
        return self._action.name()

    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        """Run the action. Raises AbortedTurnError where Rasa would go on without it."""
        try:
            return await self._action.run(output_channel, nlg, tracker, domain)
        except ActionExecutionRejection:
            raise
        except Exception as error:
            raise AbortedTurnError(f"{self.name()}: {type(error).__name__}") from error

    def event_for_successful_execution(self, prediction: PolicyPrediction) -> ActionExecuted:
        """Return the event that notes the run."""
        return self._action.event_for_successful_execution(prediction)
