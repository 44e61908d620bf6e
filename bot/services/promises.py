"""What agents promised: found in what they sent, confirmed by them, and then kept or broken."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import promises
from bot.domain.case import Case
from bot.domain.conversation import Message
from bot.domain.errors import UnderstandingUnavailable
from bot.domain.people import Role
from bot.domain.promises import Promise, PromiseKind
from bot.domain.reading import Reading
from bot.domain.task import Assignee, Decision, Task, TaskKind
from bot.domain.workdays import SHANGHAI
from bot.services.deeds import DEED
from bot.services.ids import new_id
from bot.services.ports import Clock, Understanding, UnitOfWork, Units
from bot.services.turn import record
from bot.services.words import Words

CONFIRM, KEEP = "confirm_promise", "keep_promise"
_LOOKED_BACK = timedelta(days=1)  # older lines were read, or were there before the desk looked for promises
_TITLES = {
    PromiseKind.CALL: "给顾客回电",
    PromiseKind.ANSWER: "答复顾客",
    PromiseKind.VISIT: "上门",
    PromiseKind.GOODS: "给顾客寄出或更换",
    PromiseKind.MONEY: "给顾客退款",
    PromiseKind.HANDLING: "处理好",
}


class Promises:
    """Reads what agents wrote, once each; days and times are read by Rasa's room, and wait for it."""

    def __init__(
        self, units: Units, reading: Units, understanding: Understanding, words: Words, clock: Clock
    ) -> None:
        self._units, self._reading, self._understanding = units, reading, understanding
        self._words, self._clock = words, clock

    async def look(self) -> int:
        """Look through what agents wrote since the last time; how many lines there were."""
        since = self._clock.now() - _LOOKED_BACK
        async with self._reading() as uow:
            written = await uow.messages.unread(since)
        for message in written:
            day = message.created_at.astimezone(SHANGHAI).date()
            try:
                (reading,) = await self._understanding.parse([message.text], day)
            except UnderstandingUnavailable:
                return 0  # Rasa is away: the next round asks again
            await self._propose(message, reading)
        return len(written)

    async def _propose(self, written: Message, reading: Reading) -> None:
        words, now = self._words, self._clock.now()
        text = words.in_script(written.text, "hans")  # one for one: the offsets stay right
        hours = words.company.working_hours
        found = promises.find(text, written.created_at, reading, words.due, hours)
        async with self._units() as uow:
            message = await uow.messages.get(written.id)
            if message.reading is not None:
                return
            message.reading = reading.to_json()
            case_id = await _case_of(uow, message)
            for promise in found:
                uow.tasks.add(proposal(promise, message, case_id, now))
            await uow.commit()


async def confirmed(uow: UnitOfWork, _words: Words, decision: Decision) -> None:
    """The agent says whether it was a promise; if so, it is to be kept. An effect of the inbox."""
    if not decision.approved:
        return
    task = decision.task
    due_at = datetime.fromisoformat(task.payload["due_at"])
    uow.tasks.add(
        Task(
            id=new_id(decision.at),
            kind=TaskKind.PROMISE,
            title=task.payload["title"],
            assignee_kind=task.assignee_kind,
            assignee=task.assignee,
            created_at=task.created_at,
            created_by=decision.by.id,
            case_id=task.case_id,
            due_at=due_at,
            broken_at=task.broken_at,
            payload={**task.payload, DEED: KEEP},
        )
    )
    await _note(uow, decision, "promised", due_at=due_at.isoformat())


async def kept(uow: UnitOfWork, _words: Words, decision: Decision) -> None:
    """What was promised has been done, in time or late. An effect of the inbox."""
    task = decision.task
    late = task.due_at is not None and decision.at > task.due_at
    if late and task.broken_at is None:
        task.broken_at = decision.at
    await _note(uow, decision, "promise_kept_late" if late else "promise_kept")


async def _note(uow: UnitOfWork, decision: Decision, kind: str, **values: object) -> None:
    task = decision.task
    if task.case_id is not None:
        case = await uow.cases.get(task.case_id)
        await record(
            uow, case, kind, decision.by.id, decision.at,
            title=task.title, words=task.payload["words"], note=decision.note, **values,
        )  # fmt: skip


async def _case_of(uow: UnitOfWork, message: Message) -> str | None:
    """The case that the conversation is about: the open draft's, else the latest that is in process."""
    conversation = await uow.conversations.get(message.conversation_id)
    if conversation.case_id is not None:
        return conversation.case_id
    of_conversation = await uow.cases.of_conversation(conversation.id)
    return next((case.id for case in of_conversation if case.is_open), None)


async def promised(
    uow: UnitOfWork, promise: Promise, message: Message, case: Case | None, by: str, now: datetime
) -> None:
    """The agent said before sending that it is a promise: it is to be kept, and nobody asks again."""
    title = _title(promise)
    task = replace(
        proposal(promise, message, case.id if case else None, now),
        kind=TaskKind.PROMISE,
        title=title,
        created_by=by,
    )
    task.payload = {**task.payload, DEED: KEEP}
    uow.tasks.add(task)
    if case is not None:
        due = promise.due_at.isoformat()
        await record(uow, case, "promised", by, now, title=title, words=promise.words, note="", due_at=due)


def _title(promise: Promise) -> str:
    local = promise.due_at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日{local:%H:%M}前{_TITLES[promise.kind]}（“{promise.words}”）"


def proposal(promise: Promise, message: Message, case_id: str | None, now: datetime) -> Task:
    """Asks the agent whether they promised that.

    Due with the promise itself: also one that nobody confirms is warned of.
    """
    title = _title(promise)
    return Task(
        id=new_id(now),
        kind=TaskKind.REVIEW,
        title=f"您是否答应了顾客：{title}",
        assignee_kind=Assignee.USER if message.agent_id else Assignee.ROLE,
        assignee=message.agent_id or Role.AGENT.value,
        created_at=message.created_at,
        created_by="desk",
        case_id=case_id,
        due_at=promise.due_at,
        payload={
            DEED: CONFIRM,
            "title": title,
            "promise": promise.kind.value,
            "words": promise.words,
            "message": message.id,
            "due_at": promise.due_at.isoformat(),
        },
    )
