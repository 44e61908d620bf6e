"""Actions around a case: hearing it, asking, accepting, withdrawing, its progress."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import DeskAction, deliver, open_slots
from actions.current import CURRENT_TURN
from bot.domain import labels
from bot.services import (
    answers,
    asking,
    cases,
    complaints,
    consent,
    corrections,
    feedback,
    handoff,
    postponing,
    progress,
    unasked,
)
from bot.services.turn import Turn


class HearComplaint(DeskAction):
    """A complaining message while nothing is being asked."""

    action_name = "action_hear_complaint"

    async def act(self, turn: Turn) -> None:
        """Open the case or let it grow, and say the handbook's answer."""
        label = turn.reading.acted_on
        await complaints.hear(turn, label if labels.is_complaint(label) and label else "other_complaint")


class ValidateComplaintForm(DeskAction):
    """Any message while a question is open; fills the form's one slot when nothing is open any more."""

    action_name = "validate_complaint_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Hear the answer; `details` is "complete" when the service has no further question."""
        del tracker, domain
        turn = CURRENT_TURN.get()
        looked_up = not turn.answered and await unasked.looks_up(turn)
        complete = turn.answered or (not looked_up and await answers.hear(turn))
        deliver(turn, dispatcher)
        value = "complete" if complete else None
        return [*open_slots(turn), {"event": "slot", "name": "details", "value": value, "timestamp": None}]


class AskDetails(DeskAction):
    """The next question of the issue's form."""

    action_name = "action_ask_details"

    async def act(self, turn: Turn) -> None:
        """Ask it, in words the customer has not read yet."""
        await asking.ask(turn)


class AcceptCase(DeskAction):
    """Nothing is open any more: the case counts from here on."""

    action_name = "action_accept_case"

    async def act(self, turn: Turn) -> None:
        """Accept the draft; the desk announces the number."""
        await cases.complete(turn)


class TakeFacts(DeskAction):
    """Facts that nobody asked for, or a case number to look up."""

    action_name = "action_take_facts"

    async def act(self, turn: Turn) -> None:
        """Keep them with the case, or look the number up."""
        await unasked.hear(turn)


class Withdraw(DeskAction):
    """The customer wants to withdraw."""

    action_name = "action_withdraw"

    async def act(self, turn: Turn) -> None:
        """Ask once."""
        if not await corrections.never_mind(turn):
            await cases.ask_withdrawal(turn)
        await asking.resume(turn)


class Confirm(DeskAction):
    """A yes outside the form."""

    action_name = "action_confirm"

    async def act(self, turn: Turn) -> None:
        """To the withdrawal or a solution if that is what was asked, else simply noted."""
        if turn.conversation.question == cases.WITHDRAWAL:
            await cases.withdraw(turn)
        elif not await consent.hear(turn, agrees=True):
            await feedback.say_afresh(turn, "affirm")


class Decline(DeskAction):
    """A no outside the form."""

    action_name = "action_decline"

    async def act(self, turn: Turn) -> None:
        """Keep the case if a withdrawal was asked about, take the no to a solution, else simply noted."""
        if turn.conversation.question == cases.WITHDRAWAL:
            cases.keep(turn)
            await asking.resume(turn)
        elif await corrections.hear_later(turn):
            return
        elif not await consent.hear(turn, agrees=False):
            await feedback.say_afresh(turn, "deny")


class ReportProgress(DeskAction):
    """「查进度」."""

    action_name = "action_report_progress"

    async def act(self, turn: Turn) -> None:
        """Say how the cases stand."""
        await progress.report(turn)


class Urge(DeskAction):
    """「催一下」."""

    action_name = "action_urge"

    async def act(self, turn: Turn) -> None:
        """Note it and tell the truth."""
        await progress.urge(turn)


class HandOver(DeskAction):
    """「转人工」."""

    action_name = "action_hand_over"

    async def act(self, turn: Turn) -> None:
        """Into the queue, always; but who only looks for something was misread."""
        if not (postponing.only_looks(turn) and await answers.take_later(turn)):
            await handoff.request_human(turn)


class NoteSatisfied(DeskAction):
    """Content with the handling."""

    action_name = "action_note_satisfied"

    async def act(self, turn: Turn) -> None:
        """Into the history."""
        await feedback.satisfied(turn)


class NoteDissatisfied(DeskAction):
    """Not content with the handling."""

    action_name = "action_note_dissatisfied"

    async def act(self, turn: Turn) -> None:
        """Into the history, and to a person."""
        await feedback.dissatisfied(turn)


class AskAgain(DeskAction):
    """The message was not understood."""

    action_name = "action_ask_again"

    async def act(self, turn: Turn) -> None:
        """Ask in other words; the second time a person takes over."""
        await feedback.not_understood(turn)
