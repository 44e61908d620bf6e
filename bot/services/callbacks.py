"""A telephone call instead of waiting: offered while nobody is there; once agreed, a person's task."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice

from bot.domain.conversation import Author, Conversation, Message
from bot.domain.people import Role
from bot.domain.reading import Choice, Reading, Reply
from bot.domain.task import Assignee, Task, TaskKind, TaskState
from bot.domain.workdays import SHANGHAI, spoken
from bot.services import cases, staffing
from bot.services.deeds import DEED
from bot.services.ids import new_id
from bot.services.ports import UnitOfWork
from bot.services.turn import Turn
from bot.services.words import Words

CALL_BACK = "call_back"  # the task's deed, and what its button ids begin with
TALK = "conversation"  # the payload's key
MOST_OFFERED = 3
_DECLINED = f"{CALL_BACK}.no"
_NOON = time(12)
_SHORTEST = timedelta(hours=1)  # that is left of a stretch of time which is offered
_LONGEST_SEARCH = 60  # days
_LONGEST_ANSWER = 30  # characters; a longer message is about something else
_LOOKED_BACK = 20  # lines in which the offer may stand
_PARTS = (
    (re.compile("上午|早上|早晨|一早|午前"), (time(0), _NOON)),
    (re.compile("下午|午后|傍晚|中午"), (_NOON, time(23, 59))),
)
_CALL = re.compile("[打回来來]个?個?[电電]|[电電][话話]|致[电電]|[联聯][系繫]我|找我")


@dataclass(frozen=True)
class Stretch:
    """From when to when somebody telephones."""

    begin: datetime
    end: datetime

    @property
    def id(self) -> str:
        """The id of its button."""
        begin = self.begin.astimezone(SHANGHAI)
        return f"{CALL_BACK}.{begin:%Y%m%d-%H%M}-{self.end.astimezone(SHANGHAI):%H%M}"

    def text(self, now: datetime) -> str:
        """As one says it: 明天（周四）9:00-12:00."""
        return f"{spoken(self.begin, now)}-{self.end.astimezone(SHANGHAI):%H:%M}"


async def offer(turn: Turn) -> None:
    """Offer a call where nobody is there to come at once; once, and not beside another question."""
    reply = await _offer(turn.uow, turn.words, turn.conversation, turn.now)
    if reply is not None and turn.conversation.question is None:
        turn.conversation.callback_asked_at = turn.now
        turn.replies.append(reply)


async def announce_offer(uow: UnitOfWork, words: Words, conversation: Conversation, now: datetime) -> None:
    """The same outside of a turn."""
    reply = await _offer(uow, words, conversation, now)
    if reply is not None:
        conversation.callback_asked_at = now
        noted = {**reply.to_json(), "first": False, "case": None}
        conversation.announcements = [*conversation.announcements, noted]


def is_pressed(message: Message) -> bool:
    """Whether a button of such an offer was pressed."""
    return (message.choice or "").startswith(f"{CALL_BACK}.")


def may_be_answer(conversation: Conversation, message: Message) -> bool:
    """Whether words may name a time for the call: one was offered, and nothing else is asked."""
    asked = conversation.callback_asked_at is not None and conversation.question is None
    return asked and 0 < len(message.text) <= _LONGEST_ANSWER and message.choice is None


def named(words: Words, reading: Reading, now: datetime) -> Stretch | None:
    """The time for a call that a short message names; None if it names none that is to come.

    A day alone (「昨天」) or a time alone may be about anything: a part of the day, a clock time or the call
    itself has to be said too. The call comes within working hours.
    """
    normal = next((one.normal for one in reading.entities if one.entity == "date" and one.normal), None)
    part = next((hours for sign, hours in _PARTS if sign.search(reading.normal)), None)
    if normal is None or not (part or "T" in normal or _CALL.search(reading.normal)):
        return None
    try:
        moment = datetime.fromisoformat(normal).replace(tzinfo=SHANGHAI)
    except ValueError:  # several days
        return None
    begin, end = part or (time(0), time(23, 59))
    wanted = moment if "T" in normal else datetime.combine(moment, begin, SHANGHAI)
    if ("T" in normal and wanted <= now) or moment.date() < now.astimezone(SHANGHAI).date():
        return None
    until = wanted + _SHORTEST if "T" in normal else datetime.combine(moment, end, SHANGHAI)
    return next(_fitting(words, max(wanted, now), until), None)


async def hear(turn: Turn) -> None:
    """Take a pressed button: a call is agreed, or not wanted."""
    stretch = await _offered(turn)
    turn.conversation.callback_asked_at = None
    if stretch is None:
        turn.say("callback.declined")
    else:
        await agree(turn, stretch)


async def agree(turn: Turn, stretch: Stretch) -> None:
    """A call is agreed: a task for whoever is there then. An earlier one falls with it."""
    conversation, case = turn.conversation, await cases.current(turn)
    await _drop(turn.uow, conversation, turn.now)
    number = f"{case.number} " if case and case.number else ""
    task = Task(
        id=new_id(turn.now),
        kind=TaskKind.CALL,
        title=f"{number}按顾客约的时间回电：{stretch.text(turn.now)}",
        assignee_kind=Assignee.ROLE,
        assignee=Role.AGENT,
        created_at=turn.now,
        created_by="customer",
        case_id=case.id if case else None,
        due_at=stretch.end,
        payload={DEED: CALL_BACK, TALK: conversation.id, "from": stretch.begin.isoformat()},
    )
    turn.uow.tasks.add(task)
    conversation.callback_task_id, conversation.callback_asked_at = task.id, None
    turn.say("callback.noted", {"callback.time": stretch.text(turn.now)})
    customer = await turn.uow.customers.get(conversation.customer_id)
    if not (customer.phone or (case and case.fields.get("phone"))):
        turn.say("callback.phone")
    if case is not None:
        await turn.record(case, "call_back_agreed", actor="customer", task=task.title)


async def _offer(uow: UnitOfWork, words: Words, conversation: Conversation, now: datetime) -> Reply | None:
    """The offer, unless somebody is there, or it was made or taken already."""
    if conversation.callback_asked_at is not None or await staffing.is_staffed(uow, words, now):
        return None
    task_id = conversation.callback_task_id
    if task_id is not None and (await uow.tasks.get(task_id)).state is TaskState.OPEN:
        return None
    script = conversation.script
    first = islice(_stretches(words, now), MOST_OFFERED)
    buttons = [Choice(one.id, words.named(one.text(now), script)) for one in first]
    buttons.append(Choice(_DECLINED, words.named("不用回电", script)))
    return replace(words.situation("callback.offer", script), choices=tuple(buttons))


async def _offered(turn: Turn) -> Stretch | None:
    """The stretch whose button was pressed; None for the no, and for what was never offered or is over."""
    lines = await turn.uow.messages.latest(turn.conversation.id, _LOOKED_BACK)
    ids = {row["id"] for one in lines if one.author is not Author.CUSTOMER for row in one.choices}
    choice = turn.message.choice or ""
    if choice not in ids or choice == _DECLINED:
        return None
    day, begin, end = choice.removeprefix(f"{CALL_BACK}.").split("-")
    moments = [datetime.strptime(day + hour, "%Y%m%d%H%M").replace(tzinfo=SHANGHAI) for hour in (begin, end)]
    return Stretch(*moments) if moments[1] > turn.now else None


async def _drop(uow: UnitOfWork, conversation: Conversation, now: datetime) -> None:
    if conversation.callback_task_id is not None:
        task = await uow.tasks.get(conversation.callback_task_id)
        if task.state is TaskState.OPEN:
            task.decide(TaskState.DROPPED, "desk", now)


def _stretches(words: Words, now: datetime) -> Iterator[Stretch]:
    """The halves of working days that are to come, of which enough is left."""
    today = now.astimezone(SHANGHAI).date()
    for ahead in range(_LONGEST_SEARCH):
        for begin, end in _halves(words, today + timedelta(days=ahead)):
            begins = max(begin, now)
            if end - begins >= _SHORTEST:
                yield Stretch(begins if begins == begin else _next_hour(begins), end)


def _halves(words: Words, day: date) -> list[tuple[datetime, datetime]]:
    if not words.calendar.is_workday(day):
        return []
    spans = words.company.working_hours.spans(day)
    noon = datetime.combine(day, _NOON, SHANGHAI)
    if len(spans) == 1 and spans[0][0] < noon < spans[0][1]:
        return [(spans[0][0], noon), (noon, spans[0][1])]
    return spans


def _fitting(words: Words, begin: datetime, end: datetime) -> Iterator[Stretch]:
    """The working time within these bounds, then that which follows."""
    for stretch in _stretches(words, begin):
        if stretch.begin < end:
            yield replace(stretch, end=min(stretch.end, max(end, stretch.begin + _SHORTEST)))
        else:
            yield stretch


def _next_hour(moment: datetime) -> datetime:
    """The next full hour, unless it is one."""
    whole = moment.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
    return whole if whole == moment else whole + timedelta(hours=1)
