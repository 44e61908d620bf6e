"""What all custom actions share: they act on the turn that the desk opened, and decide nothing."""

from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.current import CURRENT_TURN
from bot.services.turn import Turn


class DeskAction(Action):  # type: ignore[misc]  # rasa_sdk ships no types
    """An action that calls a service on the current turn and lets Rasa carry the replies."""

    action_name: ClassVar[str]

    def name(self) -> str:
        """The name that domain.yml and the rules use."""
        return self.action_name

    async def act(self, turn: Turn) -> None:
        """Call the service that does the work."""
        raise NotImplementedError

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Run on the turn the webhook opened; the events tell Rasa which case and question are open."""
        del tracker, domain
        turn = CURRENT_TURN.get()
        if not turn.answered:
            await self.act(turn)
        deliver(turn, dispatcher)
        return open_slots(turn)


def deliver(turn: Turn, dispatcher: CollectingDispatcher) -> None:
    """Hand the turn's replies to Rasa as they are; the channel passes them back untouched."""
    for reply in turn.replies:
        dispatcher.utter_message(json_message=reply.to_json())


def open_slots(turn: Turn) -> list[dict[str, Any]]:
    """The two slots that mirror what the desk has open."""
    return [
        {"event": "slot", "name": "case", "value": turn.conversation.case_id, "timestamp": None},
        {"event": "slot", "name": "question", "value": turn.conversation.question, "timestamp": None},
    ]
