"""Looks up what the console shows: the rows of its list, and what is new in a conversation. Reads only."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from bot.domain import reasons
from bot.domain.case import Case, CaseState
from bot.domain.console import Note
from bot.domain.conversation import Conversation, Customer, Message, Owner
from bot.domain.handbook.severity import Priority, Severity
from bot.domain.privacy import mask, masked_field
from bot.services import steps
from bot.services.console_views import CaseBrief, ListRow, NoteLine, Person, Talk
from bot.services.ports import RowRecords, UnitOfWork, Units
from bot.services.transcript_views import AgentLine, elsewhere
from bot.services.transcripts import Names, files_of, line_of, preview, understood_of
from bot.services.words import Words

MOST_ACTIVE = 1000  # conversations in people's hands
LATEST = 200  # of the others
PAGE = 200  # lines given out at once
_AGAIN = 12  # lines before the new ones, whose readings may have come since
_OLDER = 100  # conversations on a further page of the list
_CASES = 20  # the newest of a customer
_SEVEREST_FIRST = tuple(reversed(Severity))


class Console:
    """Reads for the console; `titles` gives the Chinese title of a label or a case field."""

    def __init__(self, units: Units, words: Words, titles: Callable[[str], str]) -> None:
        self._units, self._words, self._titles = units, words, titles

    async def active(self) -> list[ListRow]:
        """The conversations in people's hands, and the latest others."""
        async with self._units() as uow:
            ids = await uow.console.active(MOST_ACTIVE, LATEST)
            return self._rows(await uow.console.rows(ids))

    async def rows(self, ids: Collection[str]) -> list[ListRow]:
        """The rows of these conversations, as far as there are such."""
        if not ids:
            return []
        async with self._units() as uow:
            return self._rows(await uow.console.rows(ids))

    async def older(self, before: datetime) -> list[ListRow]:
        """A further page of the list: conversations in which nothing has happened since then."""
        async with self._units() as uow:
            found = self._rows(await uow.console.rows(await uow.console.older(before, _OLDER)))
        return sorted(found, key=lambda row: row.updated_at, reverse=True)

    async def known_tags(self) -> list[str]:
        """The tags in use, the most used first."""
        async with self._units() as uow:
            return await uow.console.known_tags()

    async def talk(
        self, conversation_id: str, after: int | None = None, note: str = "", hidden: Collection[str] = ()
    ) -> Talk:
        """A conversation's latest lines, or what is new after line `after` and note `note`; NotFound.

        The cases are those of the person, in whichever channel they began, without the `hidden` ones.
        """
        async with self._units() as uow:
            records = await uow.console.rows([conversation_id])
            if conversation_id not in records.conversations:
                await uow.conversations.get(conversation_id)  # NotFound, in its own words
            conversation, customer = records.conversations[conversation_id]
            known = await uow.cases.of_person(customer.id)
            cases = [case for case in known if case.id not in hidden][:_CASES]
            messages = await _messages(uow, conversation, after)
            lines = await self._lines(uow, messages, cases)
            names = Names(uow)
            notes = [await _note(one, names) for one in await uow.console.notes(conversation_id, note)]
            marks = await uow.console.marks([case.id for case in cases])
        new = [one for one in lines if after is None or one.line.seq > after]
        return Talk(
            row=self._row(conversation_id, records),
            customer=_person(customer),
            last_seq=conversation.last_seq,
            read=conversation.customer_read_seq or 0,
            script=conversation.script,
            lines=tuple(new),
            again=tuple(lines[: len(lines) - len(new)]),
            notes=tuple(notes),
            cases=tuple(self._brief(case, conversation_id, marks) for case in cases),
            more=bool(new) and new[-1].line.seq < conversation.last_seq,
        )

    async def earlier(self, conversation_id: str, before: int) -> list[AgentLine]:
        """The lines before line `before`, at most 200."""
        first = max(0, before - 1 - PAGE)
        async with self._units() as uow:
            conversation = await uow.conversations.get(conversation_id)
            found = await uow.messages.since(conversation_id, first, min(PAGE, before - 1 - first))
            cases = await uow.cases.of_person(conversation.customer_id)
            return await self._lines(uow, found, cases)

    async def _lines(self, uow: UnitOfWork, messages: list[Message], cases: list[Case]) -> list[AgentLine]:
        names, numbers = Names(uow), {case.id: case.number for case in cases}
        files = await files_of(uow, messages)
        return [
            AgentLine(await line_of(message, names, numbers, files), understood_of(message, self._titles))
            for message in messages
        ]

    def _rows(self, records: RowRecords) -> list[ListRow]:
        return [self._row(one, records) for one in records.conversations]

    def _row(self, id: str, records: RowRecords) -> ListRow:
        conversation, customer = records.conversations[id]
        last, unanswered = records.last.get(id), records.unanswered.get(id)
        row = ListRow(
            id=id,
            version=conversation.version,
            owner=conversation.owner,
            agent_id=conversation.agent_id,
            agent=records.names.get(conversation.agent_id or "") or elsewhere(conversation),
            channel=conversation.channel,
            customer=mask(customer.name or ""),
            issue=None,
            number=None,
            severity=None,
            heat=None,
            priority=Priority.NORMAL.rank,
            due_at=None,
            waits=_waits(conversation, unanswered.since if unanswered else None),
            updated_at=conversation.updated_at,
            last_author=last.author if last else None,
            last_text=preview(last) if last else "",
            unread=unanswered.unread if unanswered else 0,
            tags=tuple(records.tags.get(id, ())),
            reason=reasons.title(conversation.reason, self._titles) if conversation.reason else None,
            group=records.groups.get(conversation.group_id or ""),
            note=conversation.note,
            hidden=tuple(sorted(records.hidden.get(id, ()))),
        )
        return self._with_cases(row, records.cases.get(id, []))

    def _with_cases(self, row: ListRow, cases: list[Case]) -> ListRow:
        """The row with what its open cases say, newest first."""
        if not cases:
            return row
        counted = [case for case in cases if case.is_open]
        gravest = min(counted or cases, key=lambda case: (case.priority, _rank(case.severity)))
        return replace(
            row,
            issue=self._titles(cases[0].issue),
            number=next((case.number for case in counted), None),
            severity=gravest.severity if counted else None,
            heat=gravest.heat if counted else None,
            priority=gravest.priority if counted else row.priority,
            due_at=min(_deadlines(counted), default=None),
        )

    def _brief(self, case: Case, conversation_id: str, marks: dict[str, str]) -> CaseBrief:
        state = self._words.state(case.state)
        if case.is_open:
            found = steps.process_of(self._words, case).state(case.step or "")
            state = found.title if found else state
        return CaseBrief(
            id=case.id,
            number=case.number,
            title=self._titles(case.issue),
            second_title=self._titles(case.second_issue) if case.second_issue else None,
            state=state,
            open=case.state in (CaseState.DRAFT, CaseState.ACCEPTED),
            here=case.conversation_id == conversation_id,
            severity=case.severity,
            heat=case.heat,
            due_at=case.due_at if case.is_open else None,
            mark=f"{marks.get(case.id, '')}.{case.state}.{len(case.fields)}",
        )


async def _messages(uow: UnitOfWork, conversation: Conversation, after: int | None) -> list[Message]:
    if after is None:
        return await uow.messages.latest(conversation.id, PAGE)
    return await uow.messages.since(conversation.id, max(0, after - _AGAIN), PAGE + _AGAIN)


async def _note(note: Note, names: Names) -> NoteLine:
    return NoteLine(note.id, await names.of(note.author_id) or "", note.text, note.created_at)


def _person(customer: Customer) -> Person:
    return Person(
        id=customer.id,
        name=mask(customer.name or ""),
        phone=masked_field("phone", customer.phone or "") or "",
        channel=customer.channel,
        since=customer.created_at,
    )


def _waits(conversation: Conversation, unanswered: datetime | None) -> datetime | None:
    """Since when the customer waits for a person, if one is to answer at all."""
    if conversation.owner is Owner.QUEUE:
        return conversation.waiting_since
    return unanswered if conversation.owner is Owner.AGENT else None


def _deadlines(cases: Iterable[Case]) -> list[datetime]:
    """The days that count of cases that don't rest."""
    running = [case for case in cases if case.paused_since is None]
    return [day for case in running for day in (case.step_due_at, case.due_at) if day is not None]


def _rank(severity: str) -> int:
    known = [level.value for level in _SEVEREST_FIRST]
    return known.index(severity) if severity in known else len(known)
