"""Remarks in a case's history, written by people of the desk or by programs in their name."""

from bot.domain.errors import InvalidInput
from bot.domain.people import User
from bot.services.handling import Handling
from bot.services.inbox import LONGEST_NOTE
from bot.services.intake import clean_text
from bot.services.ports import Clock, Units
from bot.services.turn import record


class CaseNotes:
    """Adds remarks."""

    def __init__(self, units: Units, handling: Handling, clock: Clock) -> None:
        self._units, self._handling, self._clock = units, handling, clock

    async def add(self, case_id: str, text: str, user: User) -> None:
        """Append a remark to the history of a case that is this person's business; NotFound, InvalidInput."""
        text = clean_text(text)
        if len(text) > LONGEST_NOTE:
            raise InvalidInput(f"备注最多 {LONGEST_NOTE} 个字符。")
        await self._handling.moves(case_id, user)
        async with self._units() as uow:
            case = await uow.cases.get(case_id)
            await record(uow, case, "remarked", user.id, self._clock.now(), note=text)
            await uow.commit()
