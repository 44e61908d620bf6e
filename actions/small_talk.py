"""Actions that answer with the handbook's words for a situation and change nothing."""

from actions.base import DeskAction
from bot.services import feedback
from bot.services.turn import Turn


class SituationAction(DeskAction):
    """Says the words of one situation, in another variant each time it comes up."""

    def __init__(self, name: str, situation: str) -> None:
        self._name, self._situation = name, situation

    def name(self) -> str:
        """The name that domain.yml and the rules use."""
        return self._name

    async def act(self, turn: Turn) -> None:
        """Say it."""
        await feedback.small_talk(turn, self._situation)


SITUATIONS = {
    "action_greet": "greet",
    "action_goodbye": "goodbye",
    "action_thank": "thank",
    "action_explain_process": "process",
    "action_explain_compensation": "compensation",
    "action_note_praise": "praise",
    "action_note_suggestion": "suggest",
    "action_introduce_bot": "bot_challenge",
    "action_calm_down": "abuse",
    "action_steer_back": "chitchat",
    "action_answer_product_question": "product_question",
}
