"""Runs the desk's actions by Rasa's SDK."""

from typing import Any

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions import complaint, small_talk
from actions.current import CURRENT_TURN, Refused
from bot.services.turn import Turn


class Executor:
    """All actions there are, by their names."""

    def __init__(self) -> None:
        self._executor = _executor()

    async def run(self, call: dict[str, Any], turn: Turn) -> dict[str, Any]:
        """Run the action that Rasa asks for on the turn; gives what it answers Rasa. Refused."""
        name = call["next_action"]
        token = CURRENT_TURN.set(turn)
        try:
            answer = await self._executor.run(call)
        except ActionExecutionRejection as rejected:
            raise Refused(400, {"error": str(rejected), "action_name": rejected.action_name}) from rejected
        except ActionNotFoundException as missing:
            raise Refused(404, {"error": str(missing), "action_name": name}) from missing
        finally:
            CURRENT_TURN.reset(token)
        return answer.model_dump() if answer else {"events": [], "responses": []}


def _executor() -> ActionExecutor:
    executor = ActionExecutor()
    for kind in (
        complaint.HearComplaint,
        complaint.ValidateComplaintForm,
        complaint.AskDetails,
        complaint.AcceptCase,
        complaint.TakeFacts,
        complaint.Withdraw,
        complaint.Confirm,
        complaint.Decline,
        complaint.ReportProgress,
        complaint.Urge,
        complaint.HandOver,
        complaint.NoteSatisfied,
        complaint.NoteDissatisfied,
        complaint.AskAgain,
    ):
        executor.register_action(kind())
    for name, situation in small_talk.SITUATIONS.items():
        executor.register_action(small_talk.SituationAction(name, situation))
    return executor
