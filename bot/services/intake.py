"""A customer's message comes in: stored first, acknowledged then, answered in its turn."""

import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot.domain.conversation import Author, Conversation, Customer, Delivery, Message, Owner
from bot.domain.errors import Conflict, InvalidInput, TooLarge
from bot.services.attachments import chosen, use
from bot.services.ids import new_id
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.pressure import Pressure

LONGEST_TEXT = 20_000  # characters of one message, all kept; how much is read says config.yml
LONGEST_CLIENT_ID = 64
_KEPT_CONTROLS = "\n\t"
Along = Callable[[UnitOfWork, Conversation, Message], Awaitable[None]]


def clean_text(text: str) -> str:
    """`text` without control and private-use characters and outer blanks; InvalidInput, TooLarge.

    Text from customers is data: nothing else about it is changed.
    """
    if len(text) > LONGEST_TEXT:
        raise TooLarge(f"这段话有点长（{len(text)}字），请分成几条发送，每条不超过{LONGEST_TEXT}字。")
    kept = (
        char
        for char in text
        if char in _KEPT_CONTROLS or unicodedata.category(char) not in {"Cc", "Co", "Cs"}
    )
    cleaned = "".join(kept).strip()
    if not cleaned:
        raise InvalidInput("这条消息是空的，请写下您遇到的问题。")
    return cleaned


class Intake:
    """The door through which every channel hands messages in; `pressure` says how many are at it.

    `units` go before others: whoever sends a message waits for its acknowledgement.
    """

    def __init__(self, units: Units, clock: Clock) -> None:
        self.units, self._clock = units, clock
        self.pressure = Pressure()

    async def receive(
        self,
        channel: str,
        external_id: str,
        text: str,
        *,
        client_id: str,
        choice: str | None = None,
        attachments: Sequence[str] = (),
        along: Along | None = None,
    ) -> Message:
        """Store a customer's message and return it; only then may the sender be told that it arrived.

        `client_id` is the sender's own id of the message: handed in again, it gives the stored one.
        `attachments` are ids of what the sender has uploaded; with any the text may be empty. `along` writes
        what the channel keeps with a new message, in the same transaction; then the text may be empty, too.
        """
        if not 0 < len(client_id) <= LONGEST_CLIENT_ID:
            raise InvalidInput("消息缺少编号 client_id(1 到 64 个字符)。")
        cleaned = clean_text(text) if text or not (attachments or along) else ""
        given = channel, external_id, cleaned, client_id, choice, attachments, along
        with self.pressure.storing():
            try:
                return await self._store(*given)
            except (
                Conflict
            ):  # the same message, or a new customer's first two, came at once: now one is there
                return await self._store(*given)

    async def _store(
        self,
        channel: str,
        external_id: str,
        text: str,
        client_id: str,
        choice: str | None,
        attachments: Sequence[str],
        along: Along | None,
    ) -> Message:
        async with self.units() as uow:
            found = await uow.conversations.at_the_door(channel, external_id, client_id)
            if found is None:
                found = await begin(uow, channel, external_id, self._clock.now()), None
            conversation, known = found
            if known is not None:
                return known
            files = await chosen(uow, attachments, channel, external_id)
            message = self._append(uow, conversation, text, client_id, choice)
            use(files, message)
            if along is not None:
                await along(uow, conversation, message)
            await uow.commit()
        return message

    async def introduce(self, channel: str, external_id: str, name: str | None, phone: str | None) -> None:
        """Keep what a host site says of a customer of ours; what it doesn't say stays as it was."""
        async with self.units() as uow:
            customer = await uow.customers.find(channel, external_id)
            if customer is None:
                now = self._clock.now()
                customer = Customer(new_id(now), channel, external_id, now)
                uow.customers.add(customer)
            customer.name, customer.phone = name or customer.name, phone or customer.phone
            await uow.commit()

    async def conversation_id(self, channel: str, external_id: str) -> str | None:
        """The conversation of this customer, if they ever wrote."""
        async with self.units() as uow:
            customer = await uow.customers.find(channel, external_id)
            conversation = await uow.conversations.of_customer(customer.id) if customer else None
        return conversation.id if conversation else None

    def _append(
        self, uow: UnitOfWork, conversation: Conversation, text: str, client_id: str, choice: str | None
    ) -> Message:
        now = self._clock.now()
        if conversation.owner is Owner.CLOSED:
            conversation.reopen(now)
        message = Message(
            id=new_id(now),
            conversation_id=conversation.id,
            seq=conversation.next_seq(),
            author=Author.CUSTOMER,
            text=text,
            created_at=now,
            delivery=Delivery.WAITING,
            client_id=client_id,
            choice=choice,
        )
        conversation.updated_at = now
        uow.messages.add(message)
        uow.changed(conversation.id)
        return message


async def begin(uow: UnitOfWork, channel: str, external_id: str, now: datetime) -> Conversation:
    """The conversation of a customer who has none, begun; who writes for the first time becomes one."""
    customer = await uow.customers.find(channel, external_id)
    if customer is None:
        customer = Customer(new_id(now), channel, external_id, now)
        uow.customers.add(customer)
        await uow.flush()
    conversation = Conversation(new_id(now), customer.id, channel, created_at=now, updated_at=now)
    uow.conversations.add(conversation)
    await uow.flush()
    return conversation
