"""Takes a turn through Rasa: all of it, or nothing."""

from typing import Any, Mapping, Optional

from rasa.core.actions.action import Action
from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import FailSafeTrackerStore, TrackerStore
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.events import ActionExecutionRejected, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT

from bot.nlu.action_calls import ActionCalls, StrictAction
from bot.nlu.context import FORM, agreement, labels, leaves_form, taken_as
from bot.nlu.forms import of_this_room
from bot.nlu.graph_runner import DirectRunner
from bot.nlu.memory import with_words, without_words
from bot.nlu.normalizer import normalize
from bot.nlu.reader import Reader
from bot.nlu.rule_policy import quick
from bot.nlu.tracker_store import Recollection, TurnTrackerStore
from bot.nlu.turn import AbortedTurnError, MalformedError, Turn, counting

CHANNEL = "desk"
LOCK_WAIT_SECONDS = 0.05

Json = dict[str, Any]


class Replies(OutputChannel):
    """Collects what the actions say, in order."""

    def __init__(self) -> None:
        self.said: list[Json] = []

    async def send_response(self, recipient_id: str, message: Json) -> None:
        """Take a reply object of the desk, or plain text."""
        del recipient_id
        if message.get("custom"):
            self.said.append(message["custom"])
        elif message.get("text"):
            self.said.append({"text": message["text"], "clause": None, "version": None, "choices": []})


class TurnProcessor(MessageProcessor):
    """Rasa's processor for the desk's turns. It takes over a loaded one: a model is not loaded twice."""

    def __init__(self, loaded: MessageProcessor, store: TurnTrackerStore, calls: ActionCalls) -> None:
        self.__dict__.update(vars(loaded))
        self.tracker_store = store
        self.action_endpoint = calls
        self.on_circuit_break = _circles
        self._store = store
        self._calls = calls
        self.reader = Reader(loaded)
        self.graph_runner = DirectRunner(loaded.graph_runner, quick)

    @property
    def labels(self) -> list[str]:
        """The labels this model knows."""
        return sorted(labels(self.domain))

    async def take(self, turn: Turn, lock_seconds: float) -> Json:
        """Return the turn's answer: replies and reading. The same turn again gives the same and does nothing.

        Raises AbortedTurnError where an action failed, MalformedError for a choice the domain does not know,
        rasa's LockError and database errors; whatever is raised, nothing was saved.
        """
        async with self.lock_store.lock(turn.conversation, lock_seconds, LOCK_WAIT_SECONDS):
            known = await self._store.recall(turn.conversation, turn.id)
            if known.answer is not None:
                return _repeated(turn, known.answer)
            answer, tracker = await self._converse(turn, known)
            stored = {"replies": answer["replies"], "reading": without_words(answer["reading"])}
            await self._store.remember(known, tracker, turn.id, stored)
            return answer

    async def _converse(self, turn: Turn, known: Recollection) -> tuple[Json, DialogueStateTracker]:
        said = Replies()
        understood = self._understand(turn)
        tracker = self._store.tracker(known)
        tracker.update_with_events(agreement(turn.context), self.domain)
        tracker.update(_heard(turn, understood), self.domain)
        if turn.context.asks_field and leaves_form(self.domain, _followed(understood)):
            tracker.update(ActionExecutionRejected(FORM), self.domain)
        with counting(turn.id):
            await self.run_action_extract_slots(said, tracker)
            await self._run_prediction_loop(said, tracker)
        return {"turn": turn.id, "replies": said.said, "reading": understood}, tracker

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        strict = StrictAction(of_this_room(action, self._calls))
        return await super()._run_action(strict, tracker, output_channel, nlg, prediction)

    def _understand(self, turn: Turn) -> Json:
        choice = turn.context.choice
        if choice is not None and choice not in labels(self.domain):
            raise MalformedError("context.choice is not a label of this model")
        found = self.reader.at_once([turn.text], turn.day)[0]
        if choice is not None:
            certain = {"label": choice, "confidence": 1.0}
            return {**found, **certain, "ranking": [certain], "taken_as": choice}
        other = taken_as(found, turn.context, self.domain)
        return {**found, "taken_as": other} if other else found


def turn_processor(agent: Agent, calls: ActionCalls) -> TurnProcessor:
    """Return a processor for the agent's present model; there must be one.

    Raises RasaException where endpoints.yml does not name the room's tracker store or the model lacks a part.
    """
    store: TrackerStore = agent.tracker_store
    if isinstance(store, FailSafeTrackerStore):
        store = store._tracker_store  # noqa: SLF001 -- it would answer from an empty memory if the database failed
    if not isinstance(store, TurnTrackerStore):
        raise RasaException("endpoints.yml: tracker_store must be bot.nlu.tracker_store.TurnTrackerStore")
    return TurnProcessor(agent.processor, store, calls)


def _circles(*_: object) -> None:
    raise AbortedTurnError("the dialogue predicted too many actions")


def _followed(understood: Mapping[str, Any]) -> str:
    label: Optional[str] = understood.get("taken_as") or understood["label"]
    return label or DEFAULT_NLU_FALLBACK_INTENT_NAME


def _heard(turn: Turn, understood: Mapping[str, Any]) -> UserUttered:
    intent = {"name": _followed(understood), "confidence": understood["confidence"]}
    parse_data: Json = {
        TEXT: turn.text,
        INTENT: intent,
        INTENT_RANKING_KEY: [
            {"name": row["label"], "confidence": row["confidence"]} for row in understood["ranking"]
        ],
        ENTITIES: understood["entities"],
    }
    metadata = {"turn": turn.id, "context": dict(turn.context.data), "reading": understood}
    return UserUttered(
        turn.text,
        intent,
        list(understood["entities"]),
        parse_data,  # type: ignore[arg-type]  # Rasa's TypedDict, written as plain JSON
        input_channel=CHANNEL,
        message_id=turn.id,
        metadata=metadata,
    )


def _repeated(turn: Turn, answer: Mapping[str, Any]) -> Json:
    again = with_words(answer["reading"], turn.text, normalize(turn.text).text, turn.day)
    return {"turn": turn.id, "replies": answer["replies"], "reading": again}
