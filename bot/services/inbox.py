"""The inbox: what a person has to do, and what they decide."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.case import Case
from bot.domain.errors import Conflict, InvalidInput, NotAllowed
from bot.domain.people import User
from bot.domain.task import ASKED, Decision, Task, TaskKind, TaskState
from bot.services import avoidance, steps
from bot.services.outbreaks import PAYLOAD as OUTBREAK
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.turn import record
from bot.services.words import Words

LONGEST_NOTE = 1000  # characters
_NAMED = 20  # cases of an outbreak that its alert shows

# What a decision makes true, in its transaction; the task is closed already, the caller commits.
Effect = Callable[[UnitOfWork, Words, Decision], Awaitable[None]]


class Outcome(StrEnum):
    """What a person can say to a task (`answers`)."""

    APPROVED = "approved"
    REFUSED = "refused"
    DONE = "done"


@dataclass(frozen=True)
class Entry:
    """A task as its person sees it; `facts` are the titles and values of what is proposed.

    `by_moving`: it is done by moving its case on. `alone`: they proposed it themselves, and nobody else could
    decide it. `blocked` says in a sentence why they can't decide it, though it is theirs to see. `about` are
    the ids and numbers of the cases that an alert names.
    """

    task: Task
    version: str
    case_id: str | None
    number: str | None
    title: str | None
    conversation_id: str | None
    overdue: bool
    by: str
    answers: tuple[Outcome, ...] = (Outcome.DONE,)
    facts: tuple[tuple[str, str], ...] = ()
    by_moving: bool = False
    alone: bool = False
    blocked: str | None = None
    about: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Staff:
    """Everybody with a login, and what they hold: looked up once for all tasks of a page."""

    people: Mapping[str, User]
    held: Mapping[str, set[str]]

    @classmethod
    async def of(cls, uow: UnitOfWork) -> "_Staff":
        held: dict[str, set[str]] = {}
        for holding in await uow.people.holdings():
            held.setdefault(holding.user_id, set()).add(holding.position)
        return cls({user.id: user for user in await uow.people.all()}, held)

    def may_decide(self, task: Task, user: User) -> bool:
        return task.is_for(user, self.held.get(user.id, set()))

    def alone(self, task: Task, user: User) -> bool:
        """Whether a person decides what they proposed because nobody else could; NotAllowed if one could."""
        if task.kind is not TaskKind.APPROVAL or task.created_by != user.id:
            return False
        others = (other for other in self.people.values() if other.id != user.id)
        if any(self.may_decide(task, other) for other in others):
            raise NotAllowed("这是您自己提出的，需要由另一位同事审批。")
        return True

    def name(self, actor: str) -> str:
        """A person of the desk, or the desk itself."""
        return self.people[actor].name if actor in self.people else "系统"


class Inbox:
    """Shows and decides tasks.

    `titles` gives the Chinese title of a label; `effects` says for a kind of task what its decision makes
    true; `reading` gives units of work that only read.
    """

    def __init__(
        self,
        units: Units,
        words: Words,
        clock: Clock,
        titles: Callable[[str], str],
        effects: Mapping[TaskKind, Effect],
        *,
        reading: Units | None = None,
    ) -> None:
        self._units, self._words, self._clock, self._titles = units, words, clock, titles
        self._effects, self._reading = effects, reading or units

    async def of(self, user: User) -> list[Entry]:
        """What there is to do for this person, the first due first."""
        async with self._reading() as uow:
            hidden = (await avoidance.hidden(uow, user.id)).cases
            tasks = await uow.tasks.inbox(user, await uow.people.positions(user.id), hidden=hidden)
            staff, cases = await _Staff.of(uow), await _cases(uow, tasks)
            cases = {known: case for known, case in cases.items() if known not in hidden}
            return [self._entry(staff, task, user, cases) for task in tasks]

    async def count(self, user: User) -> int:
        """How much there is to do for this person."""
        async with self._reading() as uow:
            hidden = (await avoidance.hidden(uow, user.id)).cases
            return await uow.tasks.count_inbox(user, await uow.people.positions(user.id), hidden=hidden)

    async def decide(self, task_id: str, user: User, outcome: Outcome, note: str, version: str) -> None:
        """Decide a task as it was when the person saw it (`version`).

        NotFound; NotAllowed if it isn't theirs, or if somebody else must look at what they proposed;
        InvalidInput if the answer doesn't fit the task; Conflict if it was decided or changed meanwhile.
        """
        note, now = _checked_note(note), self._clock.now()
        async with self._units() as uow:
            task, staff = await uow.tasks.get(task_id), await _Staff.of(uow)
            await avoidance.keep_out(uow, user.id, case_id=task.case_id)
            if not staff.may_decide(task, user):
                raise NotAllowed("这件事不是交给您办的。")
            if task.state is TaskState.OPEN and task.version != version:
                raise Conflict(f"“{task.title}”的内容刚刚有改动，请看过新的内容再决定。")
            alone = staff.alone(task, user)
            self._take(task, user, outcome, note, now, alone=alone)
            await self._note(uow, task, user, outcome, now, alone=alone)
            effect = self._effects.get(task.kind)
            if effect is not None:
                approved = outcome is not Outcome.REFUSED
                await effect(uow, self._words, Decision(task, approved, user, now, note))
            await uow.commit()

    @staticmethod
    def _take(task: Task, user: User, outcome: Outcome, note: str, now: datetime, *, alone: bool) -> None:
        if _by_moving(task):
            raise InvalidInput("这一步要在投诉里办理：投诉往下走，它就自动完成。")
        if outcome not in answers(task):
            raise InvalidInput("请从这件事给出的选项里选择。")
        if outcome is Outcome.REFUSED and task.kind is not TaskKind.REVIEW and not note:
            raise InvalidInput("不同意时，请写明理由。")
        state = TaskState.REFUSED if outcome is Outcome.REFUSED else TaskState.DONE
        task.decide(state, user.id, now, note)
        if alone:
            task.payload = {**task.payload, "alone": True}

    async def _note(
        self, uow: UnitOfWork, task: Task, user: User, outcome: Outcome, now: datetime, *, alone: bool
    ) -> None:
        """An entry in the case's history; it says when nobody but the proposer could decide.

        Where the decision makes something true, that writes the entry of it.
        """
        if task.case_id is None or (task.kind in self._effects and not alone):
            return
        case = await uow.cases.get(task.case_id)
        values: dict[str, object] = {"task": task.title, "of": task.kind.value, "outcome": outcome.value}
        if task.note:
            values["note"] = task.note
        if alone:
            values["alone"] = True
        await record(uow, case, "task_decided", user.id, now, **values)

    def _facts(self, task: Task, case: Case) -> tuple[tuple[str, str], ...]:
        """What a proposed move would fill in, with the titles that the handbook gives it."""
        values = task.payload.get("values") or {}
        if not values and not task.payload.get("reason"):
            return ()
        processes = self._words.handbook.processes
        process = processes.all.get(case.process or "")
        known = {value.id: value.title for value in process.values} if process else {}
        shown = [(known.get(name, name), processes.title(str(text))) for name, text in values.items()]
        reason = task.payload.get("reason")
        return (*shown, *([("理由", str(reason))] if reason else []))

    def _entry(self, staff: _Staff, task: Task, user: User, cases: Mapping[str, Case]) -> Entry:
        case = cases[task.case_id] if task.case_id else None
        alone, blocked = False, None
        try:
            alone = staff.alone(task, user)
        except NotAllowed as refusal:
            blocked = str(refusal)
        return Entry(
            task=task,
            version=task.version,
            case_id=case.id if case else None,
            number=case.number if case else None,
            title=self._titles(case.issue) if case else None,
            conversation_id=case.conversation_id if case else task.payload.get("conversation"),
            overdue=task.due_at is not None and task.due_at < self._clock.now(),
            by=staff.name(task.created_by),
            answers=answers(task),
            facts=self._facts(task, case) if case else (),
            by_moving=_by_moving(task),
            alone=alone,
            blocked=blocked,
            about=tuple((known, cases[known].number or "") for known in _named(task) if known in cases),
        )


def answers(task: Task) -> tuple[Outcome, ...]:
    """What can be said to this task: yes or no where something is asked, else that it is done."""
    if task.kind is TaskKind.APPROVAL:
        return (Outcome.APPROVED, Outcome.REFUSED)
    if ASKED in task.payload:
        return (Outcome.DONE,)
    if task.kind is TaskKind.REVIEW or OUTBREAK in task.payload:
        return (Outcome.DONE, Outcome.REFUSED)
    return (Outcome.DONE,)


async def _cases(uow: UnitOfWork, tasks: Collection[Task]) -> dict[str, Case]:
    """All cases that the tasks are about or name, in one go."""
    about = {task.case_id for task in tasks if task.case_id}
    return await uow.cases.get_all(about.union(*map(_named, tasks)))


def _named(task: Task) -> list[str]:
    """The ids of an outbreak's cases, as many as fit a page."""
    named: list[str] = task.payload.get("cases", [])
    return named[:_NAMED]


def _by_moving(task: Task) -> bool:
    """Whether it stands for a step of its case, and falls with it."""
    return task.kind is TaskKind.STEP and steps.MINE in task.payload


def _checked_note(note: str) -> str:
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(f"备注最多 {LONGEST_NOTE} 个字符。")
    return note
