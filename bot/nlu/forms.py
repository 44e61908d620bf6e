"""The form that asks for a complaint's details: Rasa's form, with no more calls to the desk than it takes."""

from typing import Any

from rasa.core.actions.action import Action, RemoteAction
from rasa.core.actions.forms import FormAction
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.nlu.action_calls import TurnAction
from bot.nlu.context import ASKED_SLOT
from bot.nlu.turn import asks_field

COMPLETE = "complete"


class TurnForm(FormAction):
    """Hears an answer once, and asks the next question.

    `validate_<form>` is called for a message that answers, and for nothing else. Rasa's form would call it as
    it begins and after each interruption too, with a message that another action has heard already. Whether
    anything is open as the form begins says the slot `question`, set by the action before it.
    """

    async def validate(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
    ) -> list[Event]:
        """Let the desk hear the message. What does not answer was turned away before (bot.nlu.context)."""
        return await self._call(f"validate_{self.name()}", tracker, domain, output_channel, nlg)

    async def validate_slots(
        self,
        slot_candidates: dict[str, Any],
        tracker: DialogueStateTracker,
        domain: Domain,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
    ) -> list[Event]:
        """Say, as the form begins, whether anything is open; the signature is Rasa's."""
        del slot_candidates, domain, output_channel, nlg
        return [SlotSet(ASKED_SLOT, None if asks_field(tracker.get_slot("question")) else COMPLETE)]

    async def _validate_if_required(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
    ) -> list[Event]:
        answers = tracker.latest_action_name == ACTION_LISTEN_NAME
        return await self.validate(tracker, domain, output_channel, nlg) if answers else []

    async def _ask_for_slot(
        self,
        domain: Domain,
        nlg: NaturalLanguageGenerator,
        output_channel: OutputChannel,
        slot_name: str,
        tracker: DialogueStateTracker,
    ) -> list[Event]:
        name = self._name_of_utterance(domain, slot_name)
        return await self._call(name, tracker, domain, output_channel, nlg) if name else []

    async def _call(
        self,
        action: str,
        tracker: DialogueStateTracker,
        domain: Domain,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
    ) -> list[Event]:
        return await TurnAction(action, self.action_endpoint).run(output_channel, nlg, tracker, domain)


def of_this_room(action: Action, endpoint: EndpointConfig) -> Action:
    """Return the room's own kind of the action that Rasa chose."""
    if type(action) is FormAction:
        return TurnForm(action.name(), endpoint)
    if type(action) is RemoteAction:
        return TurnAction(action.name(), endpoint)
    return action
