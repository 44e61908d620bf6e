"""Looks up what a customer and what the people of the desk see of a conversation. Reads only."""

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import accumulate

from bot.domain import risk
from bot.domain.attachment import Attachment
from bot.domain.case import Case
from bot.domain.conversation import Author, Conversation, Message, Owner
from bot.domain.privacy import mask, masked_field
from bot.domain.reading import Reading
from bot.domain.workdays import SHANGHAI
from bot.services import steps
from bot.services.ports import UnitOfWork, Units
from bot.services.transcript_views import (
    AgentLine,
    AgentView,
    CaseCard,
    CaseView,
    CustomerView,
    Line,
    Row,
    Understood,
    elsewhere,
)
from bot.services.words import Words

PAGE = 200  # lines given out at once
_LONGEST_PAGE = 200_000  # characters given out at once: ten of the longest messages
LISTED = 60  # conversations in the agents' list
_CARDS = 10  # the newest cases of a customer, in their own view
_PREVIEW = 60  # characters of a last line in the list


class Transcripts:
    """Looks conversations up; `titles` gives the Chinese title of a label or a case field."""

    def __init__(self, units: Units, titles: Callable[[str], str], words: Words) -> None:
        self._units, self._titles, self._words = units, titles, words

    async def conversation_of(self, channel: str, external_id: str) -> str | None:
        """The id of this customer's conversation, if they ever wrote."""
        async with self._units() as uow:
            conversation = await _own(uow, channel, external_id)
        return conversation.id if conversation else None

    async def is_held_by(self, conversation_id: str, agent_id: str) -> bool:
        """Whether this agent has claimed the conversation; NotFound."""
        async with self._units() as uow:
            return (await uow.conversations.get(conversation_id)).agent_id == agent_id

    async def customer(self, channel: str, external_id: str, after: int | None = None) -> CustomerView:
        """The lines of this customer's own conversation after line `after`; without it the latest ones."""
        async with self._units() as uow:
            found = await uow.conversations.seen_by_customer(channel, external_id)
            if found is None:
                return CustomerView()
            conversation, waiting = found
            messages, more = await _some(uow, conversation.id, after)
            cases = await uow.cases.of_customer(conversation.customer_id)
            names, numbers = Names(uow), {case.id: case.number for case in cases}
            files = await files_of(uow, messages)
            return CustomerView(
                lines=tuple([await line_of(message, names, numbers, files) for message in messages]),
                owner=conversation.owner,
                agent=await names.of(conversation.agent_id),
                more=more,
                answering=waiting is not None and conversation.owner is Owner.BOT,
                read=conversation.agent_read_seq,
                cases=tuple(
                    self._card(case, case.number, conversation.script)
                    for case in cases[:_CARDS]
                    if case.number is not None
                ),
            )

    async def overview(self) -> list[Row]:
        """The conversations for the agents' list: those in the queue first, longest waiting first."""
        async with self._units() as uow:
            names = Names(uow)
            return [
                await self._row(uow, names, conversation)
                for conversation in await uow.conversations.for_agents(LISTED)
            ]

    async def conversation(self, conversation_id: str, hidden: Collection[str] = ()) -> AgentView:
        """One conversation with what the bot understood and the person's cases but the `hidden`; NotFound."""
        async with self._units() as uow:
            conversation = await uow.conversations.get(conversation_id)
            customer = await uow.customers.get(conversation.customer_id)
            messages = await uow.messages.latest(conversation_id, PAGE)
            known = await uow.cases.of_person(conversation.customer_id)
            cases = [case for case in known if case.id not in hidden]
            names, numbers = Names(uow), {case.id: case.number for case in cases}
            files = await files_of(uow, messages)
            return AgentView(
                row=await self._row(uow, names, conversation),
                lines=tuple(
                    [
                        AgentLine(
                            await line_of(message, names, numbers, files),
                            understood_of(message, self._titles),
                        )
                        for message in messages
                    ]
                ),
                cases=tuple(map(self._case, cases)),
                risks=risk.words(found for message in messages for found in reading_of(message).risks),
                read=conversation.customer_read_seq or 0,
                customer=" ".join(filter(None, (customer.name, mask(customer.phone or "")))),
            )

    async def _row(self, uow: UnitOfWork, names: "Names", conversation: Conversation) -> Row:
        last = next(iter(await uow.messages.latest(conversation.id, 1)), None)
        case = next(iter(await uow.cases.of_customer(conversation.customer_id)), None)
        return Row(
            id=conversation.id,
            channel=conversation.channel,
            owner=conversation.owner,
            agent_id=conversation.agent_id,
            agent=await names.of(conversation.agent_id) or elsewhere(conversation),
            waiting_since=conversation.waiting_since,
            updated_at=conversation.updated_at,
            last_author=last.author if last else None,
            last_text=preview(last) if last else "",
            issue=self._titles(case.issue) if case else None,
        )

    def _card(self, case: Case, number: str, script: str) -> CaseCard:
        state = (case.is_open and steps.told(self._words, case)) or self._words.state(case.state)
        return CaseCard(
            number=number,
            title=self._words.in_script(self._titles(case.issue), script),
            state=self._words.in_script(state, script),
            due=case.due_at.astimezone(SHANGHAI).date() if case.due_at else None,
            open=case.is_open,
        )

    def _case(self, case: Case) -> CaseView:
        facts = tuple((self._titles(name), masked_field(name, value)) for name, value in case.fields.items())
        return CaseView(
            id=case.id,
            number=case.number,
            title=self._titles(case.issue),
            second_title=self._titles(case.second_issue) if case.second_issue else None,
            state=case.state,
            severity=case.severity,
            due_at=case.due_at,
            facts=facts,
        )


class Names:
    """The names of agents, each looked up once."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._known: dict[str, str] = {}

    async def of(self, agent_id: str | None) -> str | None:
        """The name of an agent; of nobody, nothing."""
        if agent_id is None:
            return None
        if agent_id not in self._known:
            self._known[agent_id] = (await self._uow.people.get(agent_id)).name
        return self._known[agent_id]


async def _own(uow: UnitOfWork, channel: str, external_id: str) -> Conversation | None:
    customer = await uow.customers.find(channel, external_id)
    return await uow.conversations.of_customer(customer.id) if customer else None


async def _some(uow: UnitOfWork, conversation_id: str, after: int | None) -> tuple[list[Message], bool]:
    """So many lines after a line, or of the latest, as a browser can take at once; whether more follow."""
    if after is None:
        latest = await uow.messages.latest(conversation_id, PAGE)
        return _fitting(latest[::-1])[::-1], False
    messages = await uow.messages.since(conversation_id, after, PAGE)
    fitting = _fitting(messages)
    return fitting, len(fitting) < len(messages) or len(messages) == PAGE


def _fitting(messages: list[Message]) -> list[Message]:
    """The first messages that are not too long together, at least one."""
    together = list(accumulate(len(message.text) for message in messages))
    return [message for message, so_far in zip(messages, together, strict=True) if so_far <= _LONGEST_PAGE]


def understood_of(message: Message, titles: Callable[[str], str]) -> Understood | None:
    """What the bot took a customer's line for; None for one that it has not read."""
    if message.author is not Author.CUSTOMER or message.reading is None:
        return None
    reading = Reading.from_json(message.reading)
    label = reading.acted_on
    title = titles(label) if label else None
    return Understood(title, reading.confidence, risk.words(reading.risks))


def reading_of(message: Message) -> Reading:
    """How a line was read; of a line that nobody read, nothing."""
    return Reading.from_json(message.reading) if message.reading else Reading(label=None, confidence=0.0)


async def files_of(uow: UnitOfWork, messages: Iterable[Message]) -> Mapping[str, tuple[Attachment, ...]]:
    """The photos and videos that came with each message; most came without any."""
    found: dict[str, tuple[Attachment, ...]] = {}
    for file in await uow.attachments.of_messages([message.id for message in messages if message.files]):
        found[file.message_id or ""] = (*found.get(file.message_id or "", ()), file)
    return found


async def line_of(
    message: Message,
    names: Names,
    numbers: Mapping[str, str | None],
    files: Mapping[str, tuple[Attachment, ...]],
) -> Line:
    """One line as anybody may see it; `numbers` are those of the customer's cases."""
    return Line(
        seq=message.seq,
        id=message.id,
        author=message.author,
        text=message.text,
        at=message.created_at,
        choices=tuple(message.choices),
        client_id=message.client_id,
        agent=await names.of(message.agent_id),
        clause=message.clause,
        version=message.clause_version,
        case=numbers.get(message.case_id or ""),
        attachments=files.get(message.id, ()),
    )


def preview(message: Message) -> str:
    """The beginning of a line, with numbers masked, for a list."""
    flat = " ".join(mask(message.text or "［照片或视频］").split())
    return flat if len(flat) <= _PREVIEW else f"{flat[: _PREVIEW - 1]}…"
