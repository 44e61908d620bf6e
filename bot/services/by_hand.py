"""Opening a case by hand, for what came by phone, over the counter, by letter or by mail."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain import labels
from bot.domain.by_hand import LONGEST_FACT, LONGEST_KEY, Told, checked_name, checked_phone, clock_start
from bot.domain.case import Case
from bot.domain.conversation import Author, Conversation, Customer, Delivery, Message, Owner
from bot.domain.errors import InvalidInput, NotAllowed, UnderstandingUnavailable
from bot.domain.people import Deed, User
from bot.domain.reading import Reading
from bot.services import attachments, by_hand_facts, cases, risks
from bot.services.ids import new_id
from bot.services.intake import clean_text
from bot.services.ports import Clock, Understanding, UnitOfWork, Units
from bot.services.turn import Turn, deliver, record
from bot.services.words import Words

UPLOADS = "desk"  # the channel under which people of the desk upload what belongs to a case by hand
_UNREAD = Reading(label=None, confidence=0.0)


@dataclass(frozen=True)
class Suggested:
    """What the model makes of a text: the issue (None: not understood) and the facts that it names.

    `read`: whether it could be asked at all.
    """

    issue: str | None
    facts: Mapping[str, str] = field(default_factory=dict)
    read: bool = True


class ByHand:
    """Suggests what a told complaint is about, and opens its case. `reading` are units that only read."""

    def __init__(
        self, units: Units, reading: Units, understanding: Understanding, words: Words, clock: Clock
    ) -> None:
        self._units, self._reading, self._understanding = units, reading, understanding
        self._words, self._clock = words, clock

    async def suggest(self, text: str, user: User, issue: str | None = None) -> Suggested:
        """What the model makes of the text; the facts are those asked for `issue`, if a person chose one."""
        _check(user)
        reading = await self._read(clean_text(text))
        if reading is None:
            return Suggested(issue, read=False)
        likeliest = reading.label if labels.is_complaint(reading.label) else None
        chosen = issue or likeliest
        if chosen is None:
            return Suggested(None)
        async with self._reading() as uow:
            found = by_hand_facts.named(uow, self._words, self._clock.now(), text, chosen, reading)
        return Suggested(chosen, found)

    def issues(self) -> Mapping[str, str]:
        """The issues that can be chosen, with their Chinese titles."""
        known = {label: self._words.handbook.issue(label).title for label in sorted(labels.COMPLAINTS)}
        return dict(sorted(known.items(), key=lambda item: (item[0] == labels.OTHER, item[0])))

    def asked(self, issue: str, known: Mapping[str, str]) -> Mapping[str, str]:
        """What to ask for this issue beside name and phone: fields with their Chinese titles."""
        fields = self._words.handbook.fields
        names = by_hand_facts.asked(self._words, issue, known)
        return {name: fields[name].title for name in names if name in fields}

    async def open(self, told: Told, user: User) -> Case:
        """Open the case, accepted as of the day on which the complaint reached us.

        InvalidInput for what can't be used; NotAllowed. The same person's same key gives the same case.
        """
        _check(user)
        told = _checked(told, self._words)
        now = self._clock.now()
        start = clock_start(told.received, now, self._words.company.opens)
        reading = replace(await self._read(told.text) or _UNREAD, taken_as=told.issue)
        async with self._units() as uow:
            case_id = _id(told, user, now)
            if (known := (await uow.cases.get_all([case_id])).get(case_id)) is not None:
                return known
            conversation = await self._conversation(uow, told, now)
            message = await _write_down(uow, conversation, told, reading, user, now)
            case = self._case(case_id, conversation, told, start, now)
            uow.cases.add(case)
            turn = Turn(uow, self._words, now, conversation, message, reading, case=case)
            await self._fill(turn, case, told, user)
            await self._accept(turn, case, start, user)
            await uow.commit()
        return case

    async def _read(self, text: str) -> Reading | None:
        try:
            return (await self._understanding.parse([text]))[0]
        except UnderstandingUnavailable:
            return None

    async def _conversation(self, uow: UnitOfWork, told: Told, now: datetime) -> Conversation:
        """Where what is said about the case is kept; the same phone in the same channel is one customer."""
        external_id = self._words.phone_hash(told.phone) if told.phone else new_id(now)
        customer = await uow.customers.find(told.channel, external_id)
        if customer is None:
            customer = Customer(new_id(now), told.channel, external_id, now)
            uow.customers.add(customer)
            await uow.flush()
        customer.name, customer.phone = told.name or customer.name, told.phone or customer.phone
        conversation = await uow.conversations.of_customer(customer.id)
        if conversation is None:
            conversation = Conversation(
                new_id(now), customer.id, told.channel, created_at=now, updated_at=now, owner=Owner.CLOSED
            )
            uow.conversations.add(conversation)
            await uow.flush()
        return conversation

    def _case(self, id: str, conversation: Conversation, told: Told, start: datetime, now: datetime) -> Case:
        rule = self._words.handbook.issue(told.issue)
        return Case(
            id=id,
            customer_id=conversation.customer_id,
            conversation_id=conversation.id,
            channel=told.channel,
            issue=told.issue,
            category=rule.category,
            severity=rule.severity,
            heat=rule.heat,
            text=told.text,
            opened_at=start,
            heard_at=now,
        )

    async def _fill(self, turn: Turn, case: Case, told: Told, user: User) -> None:
        """The facts as they were written down, who the customer is, and what came with it."""
        by_hand_facts.fill(turn, case, told)
        by_hand_facts.filed(turn.words, case)
        await record(
            turn.uow, case, "opened", user.id, turn.now,
            issue=told.issue, severity=case.severity, message=turn.message.id,
            channel=told.channel.value, received=told.received.isoformat(),
        )  # fmt: skip
        files = await attachments.chosen(turn.uow, told.files, UPLOADS, user.id)
        attachments.use(files, turn.message)
        await attachments.put_into(turn.uow, turn.words, case, files, turn.now)

    async def _accept(self, turn: Turn, case: Case, start: datetime, user: User) -> None:
        conversation = turn.conversation
        await cases.accept(turn.uow, turn.words, conversation, case, turn.now, actor=user.id, since=start)
        # Nobody waits in this conversation: what the text says of risks must not queue it for a person.
        conversation.owner, conversation.agent_id = Owner.AGENT, user.id
        await risks.note(turn)
        conversation.owner, conversation.agent_id = Owner.CLOSED, None
        conversation.case_id = conversation.question = None
        deliver(turn.uow, conversation, turn.now)


def _check(user: User) -> None:
    if not user.may(Deed.TALK):
        raise NotAllowed("您的角色不能登记投诉。")


def _checked(told: Told, words: Words) -> Told:
    if not labels.is_complaint(told.issue):
        raise InvalidInput("请选择投诉的问题。")
    unknown = [name for name in told.facts or {} if name not in words.handbook.fields]
    if unknown:
        raise InvalidInput(f"没有 {unknown[0][:40]} 这一项信息。")
    facts = {name: value.strip() for name, value in (told.facts or {}).items() if value.strip()}
    for name, value in facts.items():
        if len(value) > LONGEST_FACT:
            raise InvalidInput(f"“{words.handbook.field(name).title}”最多 {LONGEST_FACT} 个字符。")
    if told.key is not None and not 0 < len(told.key) <= LONGEST_KEY:
        raise InvalidInput(f"编号 key 应为 1 到 {LONGEST_KEY} 个字符。")
    return replace(
        told,
        text=clean_text(told.text),
        name=checked_name(told.name),
        phone=checked_phone(told.phone),
        facts=None if told.facts is None else {name: clean_text(value) for name, value in facts.items()},
    )


def _id(told: Told, user: User, now: datetime) -> str:
    """A new id, or for a writer's key always the same one: what is sent twice is one case."""
    if told.key is None:
        return new_id(now)
    return hashlib.sha256(f"{user.id}\n{told.key}".encode(errors="replace")).hexdigest()[:32]


async def _write_down(
    uow: UnitOfWork, conversation: Conversation, told: Told, reading: Reading, user: User, now: datetime
) -> Message:
    """The customer's words as a line of the ledger; `agent_id` is who wrote them down."""
    message = Message(
        id=new_id(now),
        conversation_id=conversation.id,
        seq=conversation.next_seq(),
        author=Author.CUSTOMER,
        text=told.text,
        created_at=now,
        delivery=Delivery.FOR_HUMAN,
        agent_id=user.id,
        reading=reading.to_json(),
    )
    uow.messages.add(message)
    conversation.updated_at = now
    await uow.flush()
    return message
