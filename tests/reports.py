"""Complaints of some months with all that reports count, and the figures counted in plain Python."""

import itertools
import random
import statistics
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.adapters.database.tables import case_events, cases, messages, visits
from bot.domain import history
from bot.domain.case import Case, CaseEvent, CaseState, new_number
from bot.domain.conversation import Author, Conversation, Customer, Delivery, Message
from bot.domain.deadlines import workdays_between
from bot.domain.figures import DAY_STEPS, REPLY_STEPS
from bot.domain.followup import Satisfaction, Visit, VisitState
from bot.domain.groups import Group
from bot.domain.handbook.severity import ThingKind
from bot.domain.people import Role, User
from bot.domain.task import Assignee, Task, TaskKind, TaskState
from bot.domain.things import of_case

NOW = datetime(2026, 3, 25, 8, 30, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ISSUES = ("carton.empty", "carton.empty", "carton.spoiled", "hotel.service", "courier.fee")
CHANNELS = ("web", "web", "wechat", "phone")
DEPARTMENTS = ("production", "sales", None)
PEOPLE = ("li", "wang", "zhou")
STATES = (CaseState.ACCEPTED, CaseState.CLOSED, CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.MERGED)
BY_PEOPLE = {"handed_over", "claimed", "conversation_assigned", "transferred"}
PUZZLED = "K-NOT-UNDERSTOOD"


async def fill(units, words, number=80, now=NOW, seed=7):
    """So many complaints of the last three months, and a few drafts, with all that belongs to them."""
    draw = random.Random(seed)  # noqa: S311 -- draws test data
    async with units() as uow:
        for name in PEOPLE:
            uow.people.add(User(name, name, f"姓名{name}", Role.AGENT, "hash", now))
        uow.groups.add(Group("day", "白班", now))
        await uow.flush()
        await uow.groups.put("day", ["li", "wang"])
        for place in range(number):
            await _add(uow, words, draw, place, now)
        await uow.commit()


async def _add(uow, words, draw, place, now):
    at = now - draw.randrange(90 * 24 * 60) * timedelta(minutes=1)
    at = at.replace(second=draw.randrange(60), microsecond=0)
    channel = draw.choice(CHANNELS)
    uow.customers.add(Customer(f"customer{place}", channel, f"visitor{place}", at))
    talk = Conversation(f"talk{place}", f"customer{place}", channel, at, at, last_seq=9)
    uow.conversations.add(talk)
    case = _case(draw, place, channel, at, now)
    uow.cases.add(case)
    await uow.flush()
    if case.accepted_at is not None:
        about = of_case(case, words.handbook.fields, words.handbook.scheme.vague)
        await uow.judgements.note_things(case, about, case.accepted_at)
    _history(uow, draw, case)
    _said(uow, draw, talk, case)
    _visits(uow, draw, case)
    _promise(uow, draw, case, now)


def _case(draw, place, channel, at, now):
    case = Case(f"case{place}", f"customer{place}", f"talk{place}", channel, draw.choice(ISSUES), "产品质量",
                draw.choice(("轻微", "严重")), "一般", "有一盒是空的", at, at)  # fmt: skip
    case.fields = {"product": draw.choice(("奶茶", "绿茶", "矿泉水")), "batch_no": draw.choice(("A1", "B2")),
                   "place": draw.choice(("一号店", "二号店"))}  # fmt: skip
    case.pack, case.department = draw.choice(("beverage", "hotel", None)), draw.choice(DEPARTMENTS)
    case.handler_id = draw.choice((*PEOPLE, None))
    if draw.random() < 0.1:
        return case
    case.accept(new_number(), at + HOUR, at + draw.randrange(1, 9) * DAY)
    case.state, case.row = draw.choice(STATES), place
    if case.state is not CaseState.ACCEPTED:
        case.closed_at = min(case.accepted_at + draw.randrange(1, 300) * HOUR, now)
    case.paused_seconds = draw.choice((0, 0, 3600, 900000))
    return case


def _history(uow, draw, case):
    kinds = [kind for kind in ("handed_over", "reopened", "claimed") if draw.random() < 0.35]
    kinds += ["reopened"] if draw.random() < 0.2 else []
    last = None
    for nth, kind in enumerate(kinds):
        at = case.heard_at + draw.randrange(1, 500) * HOUR
        last = history.entry(case.id, last, id=f"{case.id}e{nth}", kind=kind, actor="li", at=at, payload={})
        uow.cases.add_event(last)


def _said(uow, draw, talk, case):
    at = case.opened_at
    handed = draw.random() < 0.3
    lines = [(Author.CUSTOMER, Delivery.FOR_HUMAN if handed else Delivery.ANSWERED, 0, None)]
    if draw.random() < 0.4:
        lines.append((Author.BOT, Delivery.SAID, 1, PUZZLED if draw.random() < 0.5 else "K-OTHER"))
    if draw.random() < 0.5:
        lines += [(Author.AGENT, Delivery.SAID, draw.choice((2, 20, 90, 900, 5000)), None)] * 2
    for seq, (author, delivery, minutes, clause) in enumerate(lines, start=1):
        said = at + timedelta(minutes=minutes)
        uow.messages.add(
            Message(f"{talk.id}m{seq}", talk.id, seq, author, "好", said, delivery, clause=clause)
        )


def _visits(uow, draw, case):
    for nth in (1, 2):
        if draw.random() < 0.4:
            at = case.heard_at + nth * draw.randrange(1, 20) * DAY
            visit = Visit(f"{case.id}v{nth}", case.id, case.conversation_id, 0, nth, at, at, at)
            if draw.random() < 0.8:
                visit.answer(draw.choice(list(Satisfaction)), "customer", at + HOUR)
            else:
                visit.state = VisitState.UNREACHED
            uow.visits.add(visit)


def _promise(uow, draw, case, now):
    if draw.random() < 0.5:
        due = case.heard_at + draw.randrange(1, 200) * HOUR
        task = Task(
            f"{case.id}p",
            TaskKind.PROMISE,
            "答复顾客",
            Assignee.USER,
            draw.choice(PEOPLE),
            case.heard_at,
            "li",
            case.id,
            due,
        )
        state = draw.choice((TaskState.OPEN, TaskState.DONE, TaskState.DONE, TaskState.DROPPED))
        if state is not TaskState.OPEN:
            task.decide(state, "li", due + draw.choice((-2, 5)) * HOUR)
        uow.tasks.add(task)


@dataclass
class Recount:
    """All there is, loaded, and the figures counted from it without any SQL."""

    scope: object
    words: object
    cases: list = field(default_factory=list)
    events: list = field(default_factory=list)
    visits: list = field(default_factory=list)
    messages: list = field(default_factory=list)
    promises: list = field(default_factory=list)

    @classmethod
    async def of(cls, database, words, scope):
        made = cls(scope, words)
        async with database.reading_units()() as uow:
            session = uow._session
            made.cases = [case for case in await uow.cases.all() if made.wanted(case)]
            made.events = list(await session.scalars(select(CaseEvent).order_by(case_events.c.id)))
            made.visits = list(await session.scalars(select(Visit).order_by(visits.c.id)))
            made.messages = list(await session.scalars(select(Message).order_by(messages.c.id)))
            mine = {case.id for case in made.cases}
            tasks = list(await session.scalars(select(Task)))
            made.promises = [t for t in tasks if t.kind is TaskKind.PROMISE and t.case_id in mine]
            assert await session.scalar(select(cases.c.id).limit(1))
        return made

    def wanted(self, case):
        scope = self.scope
        named = {"pack": case.pack, "channel": case.channel, "department": case.department,
                 "issue": case.issue, "handler": case.handler_id}  # fmt: skip
        for name, value in named.items():
            asked = getattr(scope, name)
            if asked is not None and (value or "-") != asked:
                return False
        if scope.ids is not None and case.id not in scope.ids:
            return False
        return case.id not in scope.hidden and (scope.members is None or case.handler_id in scope.members)

    def listed(self, figure):
        """The ids of the cases that a figure counts."""
        return {
            case.id for case in self.cases if case.state is not CaseState.DRAFT and self._counts(figure, case)
        }

    def _counts(self, figure, case):
        period, now = self.scope.period, self.scope.now
        taken = period.holds(case.accepted_at)
        ended = case.state is CaseState.CLOSED and period.holds(case.closed_at)
        kinds = {event.kind for event in self.events if event.case_id == case.id}
        if figure.startswith("answer"):
            answer = self._last_answer(case)
            return answer is not None and figure in ("answered", f"answer.{answer.number}")
        return {
            "accepted": lambda: taken,
            "open": lambda: taken and case.state is CaseState.ACCEPTED,
            "overdue": lambda: taken and case.state is CaseState.ACCEPTED and case.due_at < now,
            "withdrawn": lambda: taken and case.state is CaseState.WITHDRAWN,
            "handed_over": lambda: taken and bool(kinds & BY_PEOPLE),
            "alone": lambda: taken and case.state in (CaseState.CLOSED, CaseState.WITHDRAWN)
            and case.handler_id is None and case.channel not in ("phone", "counter", "letter", "mail")
            and not kinds & BY_PEOPLE,
            "closed": lambda: ended,
            "on_time": lambda: ended and case.closed_at <= case.due_at,
            "late": lambda: ended and case.closed_at > case.due_at,
            "reopened": lambda: any(
                e.kind == "reopened" and e.case_id == case.id and period.holds(e.at) for e in self.events
            ),
            "promise_broken": lambda: any(
                p.case_id == case.id and self.fate(p) in ("late", "missed") for p in self.promises
            ),
            "outbreak_cases": lambda: self.scope.ids is not None and case.id in self.scope.ids,
        }[figure]()  # fmt: skip

    def _last_answer(self, case):
        answers = [v for v in self.visits if v.case_id == case.id and v.answered_at is not None]
        last = max(answers, key=lambda visit: (visit.answered_at, visit.id), default=None)
        return last.satisfaction if last is not None and self.scope.period.holds(last.answered_at) else None

    def fate(self, promise):
        """What became of a promise; None if it isn't of this period."""
        if not self.scope.period.holds(promise.due_at):
            return None
        if promise.state is TaskState.DONE:
            return "kept" if promise.decided_at <= promise.due_at else "late"
        if promise.state is TaskState.OPEN:
            return "missed" if promise.due_at < self.scope.now else "running"
        return None if promise.decided_at <= promise.due_at else "missed"

    def about(self, kind):
        """How many accepted cases name each thing of this kind."""
        found, taken = {}, self.listed("accepted")
        for case in self.cases:
            if case.id in taken:
                for thing in of_case(case, self.words.handbook.fields, self.words.handbook.scheme.vague):
                    if thing.kind is kind:
                        found[thing.value] = found.get(thing.value, 0) + 1
        return found

    def first_replies(self):
        """Seconds to the first line of a person, of each accepted case that got one."""
        found, taken = [], self.listed("accepted")
        for case in self.cases:
            if case.id in taken:
                lines = [m.created_at for m in self.messages if m.conversation_id == case.conversation_id
                         and m.author is Author.AGENT and m.created_at >= case.opened_at]  # fmt: skip
                found += [(min(lines) - case.opened_at).total_seconds()] if lines else []
        return found

    def handling(self):
        """Seconds of work on each closed case."""
        ended = self.listed("closed")
        closed = [case for case in self.cases if case.id in ended]
        return [max((c.closed_at - c.accepted_at).total_seconds() - c.paused_seconds, 0) for c in closed]

    def workdays(self, calendar):
        """Working days of each closed case."""
        ended = self.listed("closed")
        closed = [case for case in self.cases if case.id in ended]
        return [workdays_between(case.accepted_at, case.closed_at, calendar) for case in closed]

    def said(self):
        """The messages of the period and channel."""
        channels = {f"talk{case.id[4:]}": case.channel for case in self.cases}
        asked = self.scope.channel
        return [m for m in self.messages if self.scope.period.holds(m.created_at)
                and (asked is None or channels.get(m.conversation_id) == asked)]  # fmt: skip


def classes(values, steps):
    """How many values lie up to each step, and beyond the last."""
    bounds = [-1, *steps, float("inf")]
    return [sum(low < value <= high for value in values) for low, high in itertools.pairwise(bounds)]


def reply_classes(seconds):
    return classes(seconds, REPLY_STEPS)


def day_classes(days):
    return classes(days, DAY_STEPS)


def median(values):
    return statistics.median_low(values)


THINGS = (ThingKind.PRODUCT, ThingKind.BATCH, ThingKind.PLACE)
