"""What a customer and what the people of the desk see of a conversation. Reads only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain import risk
from bot.domain.case import Case, CaseState
from bot.domain.conversation import Author, Conversation, Message, Owner
from bot.domain.privacy import mask, masked_field
from bot.domain.reading import Reading
from bot.services.ports import UnitOfWork, Units

PAGE = 200  # lines given out at once
LISTED = 60  # conversations in the agents' list
_PREVIEW = 60  # characters of a last line in the list


@dataclass(frozen=True)
class Line:
    """One line of a transcript as anybody may see it. `agent` is the name of the person who wrote it."""

    seq: int
    id: str
    author: Author
    text: str
    at: datetime
    choices: tuple[dict[str, str], ...] = ()
    client_id: str | None = None
    agent: str | None = None
    clause: str | None = None


@dataclass(frozen=True)
class CustomerView:
    """A customer's own conversation after some line; `more` says that there are further lines."""

    lines: tuple[Line, ...] = ()
    owner: Owner = Owner.BOT
    agent: str | None = None
    more: bool = False


@dataclass(frozen=True)
class Understood:
    """What the bot took a message for; `title` is None when it did not understand.

    `risks` are what it threatens with or tells of, with the words that told it (bot/domain/risk.py).
    """

    title: str | None
    confidence: float
    risks: tuple[str, ...] = ()


@dataclass(frozen=True)
class AgentLine:
    """A line with what only the people of the desk see of it."""

    line: Line
    understood: Understood | None


@dataclass(frozen=True)
class CaseView:
    """A case for the people of the desk; phone and identity numbers are masked."""

    id: str
    number: str | None
    title: str
    second_title: str | None
    state: CaseState
    severity: str
    due_at: datetime | None
    facts: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Row:
    """A conversation in the agents' list: whose it is, since when its customer waits, the last line."""

    id: str
    channel: str
    owner: Owner
    agent_id: str | None
    agent: str | None
    waiting_since: datetime | None
    updated_at: datetime
    last_author: Author | None
    last_text: str
    issue: str | None


@dataclass(frozen=True)
class AgentView:
    """A conversation for the people of the desk; `risks` are those of all its lines."""

    row: Row
    lines: tuple[AgentLine, ...]
    cases: tuple[CaseView, ...]
    risks: tuple[str, ...] = ()


class Transcripts:
    """Looks conversations up; `titles` gives the Chinese title of a label or a case field."""

    def __init__(self, units: Units, titles: Callable[[str], str]) -> None:
        self._units, self._titles = units, titles

    async def conversation_of(self, channel: str, external_id: str) -> str | None:
        """The id of this customer's conversation, if they ever wrote."""
        async with self._units() as uow:
            conversation = await _own(uow, channel, external_id)
        return conversation.id if conversation else None

    async def customer(self, channel: str, external_id: str, after: int | None = None) -> CustomerView:
        """The lines of this customer's own conversation after line `after`; without it the latest ones."""
        async with self._units() as uow:
            conversation = await _own(uow, channel, external_id)
            if conversation is None:
                return CustomerView()
            if after is None:
                messages = await uow.messages.latest(conversation.id, PAGE)
            else:
                messages = await uow.messages.since(conversation.id, after, PAGE)
            names = _Names(uow)
            return CustomerView(
                lines=tuple([_line(message, await names.of(message.agent_id)) for message in messages]),
                owner=conversation.owner,
                agent=await names.of(conversation.agent_id),
                more=after is not None and len(messages) == PAGE,
            )

    async def overview(self) -> list[Row]:
        """The conversations for the agents' list: those in the queue first, longest waiting first."""
        async with self._units() as uow:
            names = _Names(uow)
            return [
                await self._row(uow, names, conversation)
                for conversation in await uow.conversations.for_agents(LISTED)
            ]

    async def conversation(self, conversation_id: str) -> AgentView:
        """One conversation with what the bot understood and the customer's cases; NotFound."""
        async with self._units() as uow:
            conversation = await uow.conversations.get(conversation_id)
            names = _Names(uow)
            messages = await uow.messages.latest(conversation_id, PAGE)
            return AgentView(
                row=await self._row(uow, names, conversation),
                lines=tuple(
                    [
                        AgentLine(_line(message, await names.of(message.agent_id)), self._understood(message))
                        for message in messages
                    ]
                ),
                cases=tuple(map(self._case, await uow.cases.of_customer(conversation.customer_id))),
                risks=risk.words(found for message in messages for found in _reading(message).risks),
            )

    async def _row(self, uow: UnitOfWork, names: "_Names", conversation: Conversation) -> Row:
        last = next(iter(await uow.messages.latest(conversation.id, 1)), None)
        case = next(iter(await uow.cases.of_customer(conversation.customer_id)), None)
        return Row(
            id=conversation.id,
            channel=conversation.channel,
            owner=conversation.owner,
            agent_id=conversation.agent_id,
            agent=await names.of(conversation.agent_id),
            waiting_since=conversation.waiting_since,
            updated_at=conversation.updated_at,
            last_author=last.author if last else None,
            last_text=_preview(last.text) if last else "",
            issue=self._titles(case.issue) if case else None,
        )

    def _understood(self, message: Message) -> Understood | None:
        if message.author is not Author.CUSTOMER or message.reading is None:
            return None
        reading = Reading.from_json(message.reading)
        label = reading.acted_on
        title = self._titles(label) if label else None
        return Understood(title, reading.confidence, risk.words(reading.risks))

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


class _Names:
    """The names of agents, each looked up once."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._known: dict[str, str] = {}

    async def of(self, agent_id: str | None) -> str | None:
        if agent_id is None:
            return None
        if agent_id not in self._known:
            self._known[agent_id] = (await self._uow.people.get(agent_id)).name
        return self._known[agent_id]


async def _own(uow: UnitOfWork, channel: str, external_id: str) -> Conversation | None:
    customer = await uow.customers.find(channel, external_id)
    return await uow.conversations.of_customer(customer.id) if customer else None


def _reading(message: Message) -> Reading:
    """How a line was read; of a line that nobody read, nothing."""
    return Reading.from_json(message.reading) if message.reading else Reading(label=None, confidence=0.0)


def _line(message: Message, agent: str | None) -> Line:
    return Line(
        seq=message.seq,
        id=message.id,
        author=message.author,
        text=message.text,
        at=message.created_at,
        choices=tuple(message.choices),
        client_id=message.client_id,
        agent=agent,
        clause=message.clause,
    )


def _preview(text: str) -> str:
    flat = " ".join(mask(text).split())
    return flat if len(flat) <= _PREVIEW else f"{flat[: _PREVIEW - 1]}…"
