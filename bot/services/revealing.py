"""Whole telephone numbers, shown on a click and written down; and other looks that are."""

from collections.abc import Mapping

from bot.domain.errors import NotFound
from bot.domain.people import User
from bot.services import audit, avoidance
from bot.services.ports import Clock, UnitOfWork, Units

_PHONE = "phone"
_NOTHING: Mapping[str, object] = {}


class Revealing:
    """Shows what pages mask; who may see the case or conversation may do that, and it is always logged."""

    def __init__(self, units: Units, clock: Clock) -> None:
        self._units, self._clock = units, clock

    async def of_conversation(self, conversation_id: str, user: User) -> list[str]:
        """The customer's numbers: from a host site's word and from their cases. NotFound if there is none."""
        async with self._units() as uow:
            await avoidance.keep_out(uow, user.id, conversation_id=conversation_id)
            conversation = await uow.conversations.get(conversation_id)
            customer = await uow.customers.get(conversation.customer_id)
            cases = await uow.cases.of_conversation(conversation_id)
            given = [customer.phone, *(case.fields.get(_PHONE) for case in cases)]
            phones = list(dict.fromkeys(phone for phone in given if phone))
            await self._write(uow, user, f"conversation:{conversation_id}", phones)
        return phones

    async def of_case(self, case_id: str, user: User) -> list[str]:
        """The number that the customer gave for this case; NotFound if there is none."""
        async with self._units() as uow:
            await avoidance.keep_out(uow, user.id, case_id=case_id)
            case = await uow.cases.get(case_id)
            customer = await uow.customers.get(case.customer_id)
            phones = [phone for phone in (case.fields.get(_PHONE) or customer.phone,) if phone]
            await self._write(uow, user, audit.case_object(case), phones)
        return phones

    async def note(
        self, user: User, deed: str, object: str, details: Mapping[str, object] = _NOTHING
    ) -> None:
        """Write down what somebody takes out, before it is handed out."""
        async with self._units() as uow:
            await audit.record(uow, user.id, deed, object, details, now=self._clock.now())
            await uow.commit()

    async def _write(self, uow: UnitOfWork, user: User, object: str, phones: list[str]) -> None:
        if not phones:
            raise NotFound("顾客没有留下电话。")
        await audit.record(uow, user.id, "phone_revealed", object, now=self._clock.now())
        await uow.commit()
