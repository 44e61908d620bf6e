"""Actions for `rasa_sdk`'s own server that say what the desk's actions say, and do nothing else.

STOCK_REPLIES is a JSON object: for each action the texts it answers with.
"""

import json
import os
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher

REPLIES: dict[str, list[str]] = json.loads(os.environ["STOCK_REPLIES"])


class Saying(Action):
    """Says an action's texts."""

    action = ""

    def name(self) -> str:
        """The name that domain.yml and the rules use."""
        return self.action

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Say them."""
        del tracker, domain
        for text in REPLIES[self.action]:
            dispatcher.utter_message(text=text)
        return []


class Greet(Saying):
    """Greets."""

    action = "action_greet"


class NoteSatisfied(Saying):
    """Thanks a content customer."""

    action = "action_note_satisfied"


class HearComplaint(Saying):
    """Answers a complaint."""

    action = "action_hear_complaint"


class AskDetails(Saying):
    """Asks the form's next question."""

    action = "action_ask_details"


class ValidateComplaintForm(FormValidationAction):
    """Checks what the form was told; nothing here."""

    def name(self) -> str:
        """The name that Rasa's form calls."""
        return "validate_complaint_form"
