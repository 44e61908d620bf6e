"""A case that lives on a virtual clock: the desk's rounds go on while its people and its customer act."""

from datetime import datetime, timedelta

from bot.domain.task import TaskState
from bot.domain.workdays import SHANGHAI
from bot.services.following import EFFECTS, Following
from bot.services.handling import Handling
from bot.services.inbox import Inbox, Outcome
from tests.accepted import judging
from tests.complaints import EMPTY_PACK
from tests.rooms import reading

ROUND = timedelta(hours=3)  # between two looks of the background work while nothing else happens


class Life:
    """A desk at work, and the one case of its one customer."""

    def __init__(self, desk):
        self.desk = desk
        self.handling = Handling(desk.units, desk.words, desk.clock)
        self.inbox = Inbox(desk.units, desk.words, desk.clock, str, EFFECTS)
        self._following = Following.of(desk.units, desk.units, desk.room, desk.words, desk.clock, {}, None)
        self._judging = judging(desk)

    def begin(self, day, time, year=2026):
        """Set the clock before anything has happened."""
        self.desk.clock.turn(seconds=(_moment(day, time, year) - self.desk.clock.now()).total_seconds())

    async def until(self, day, time, year=2026):
        """Let the desk work until this day (`02-14`) and time (`10:00` or `10:00:12`), China's."""
        wanted = _moment(day, time, year)
        while wanted - self.desk.clock.now() > ROUND:
            await self._go_on(ROUND)
        await self._go_on(wanted - self.desk.clock.now())

    async def _go_on(self, by):
        self.desk.clock.turn(seconds=by.total_seconds())
        await self._following.watch.look()
        await self._following.followups.look()
        await self._judging.sweep()

    async def case(self):
        (case,) = await self.desk.cases()
        return case

    async def take(self, user, arrow, reason="", **values):
        """A person moves the case, having seen all of its history."""
        case_id = (await self.case()).id
        version = (await self.handling.moves(case_id, user)).version
        await self.handling.move(case_id, arrow, user, version, values, reason)

    async def decide(self, user, title, outcome=Outcome.DONE, note=""):
        """A person answers the one thing in their inbox whose title holds this."""
        (entry,) = [entry for entry in await self.inbox.of(user) if title in entry.task.title]
        await self.inbox.decide(entry.task.id, user, outcome, note, entry.version)

    async def inbox_of(self, user):
        """The titles of what a person finds to do, without the case's number."""
        number = (await self.case()).number
        titles = [entry.task.title.replace(number, "").strip() for entry in await self.inbox.of(user)]
        return sorted(titles)

    async def open_tasks(self):
        return [task for task in await self._tasks() if task.state is TaskState.OPEN]

    async def _tasks(self):
        case = await self.case()
        async with self.desk.units() as uow:
            return await uow.tasks.of_case(case.id)

    async def history(self):
        case = await self.case()
        async with self.desk.units() as uow:
            return await uow.cases.history(case.id)

    async def entries(self, *kinds):
        """When, by whom: of each entry of these kinds, in order."""
        return [
            (local(event.at), event.kind, event.actor)
            for event in await self.history()
            if event.kind in kinds
        ]

    async def steps(self):
        """Who took the case from which step to which, by which arrow."""
        return [
            (event.actor, event.payload["arrow"], _changed(event, "before"), _changed(event, "after"))
            for event in await self.history()
            if "arrow" in event.payload and "after" in event.payload
        ]

    async def talk(self):
        """Who said what: each line's author and clause, or the words themselves."""
        return [
            (line.author.value, line.clause or line.text.splitlines()[0])
            for line in await self.desk.transcript()
        ]


def _moment(day, time, year):
    return datetime.fromisoformat(f"{year}-{day}T{time}").replace(tzinfo=SHANGHAI)


def _changed(event, side):
    return event.payload[side].get("step")


def local(moment):
    """A moment as the tests write it, in China's time, to the minute."""
    return moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M") if moment else None


async def complain(desk):
    await desk.say(EMPTY_PACK, reading("carton.empty", product="奶茶"))
    await desk.say("批号A1，电话13900001234", reading("inform", batch_no="A1", phone="13900001234"))
    await desk.say("就这些", reading("chitchat"), choice="submit")


async def deadlines(life):
    case = await life.case()
    return local(case.due_at), local(case.step_due_at)


async def stands(life):
    case = await life.case()
    return case.state, case.step, case.round


async def refused(life, li, zhao):
    """Accepted on Friday 13 February, answered by the department after the festival, and refused."""
    life.begin("02-13", "16:30")
    await complain(life.desk)
    await life.until("02-14", "10:00")
    await life.take(li, "investigate")
    await life.take(li, "found", investigation="同批次有漏装")
    await life.until("02-14", "11:00")
    await life.take(li, "dispatch", department="responsible")
    await life.until("02-24", "11:00")
    await life.take(zhao, "reply", plan="换一箱新的")
    await life.until("02-24", "14:00")
    await life.take(li, "release")
    await life.until("02-24", "15:00")
    await life.desk.say("不行，我要退款", reading("deny"))


async def carried_out(life, li, zhao):
    """The second solution, agreed to and carried out on the worked Saturday after the festival."""
    await refused(life, li, zhao)
    await life.until("02-28", "09:30")
    await life.take(zhao, "reply", plan="退款60元")
    await life.until("02-28", "10:00")
    await life.take(li, "release")
    await life.until("02-28", "10:30")
    await life.desk.say("同意", reading("affirm"))
    await life.until("02-28", "15:00")
    await life.take(zhao, "implement", result="已退款60元")


async def closed(life, li, zhao):
    """Visited twice: first 不满意, and 满意 after what was done then."""
    await carried_out(life, li, zhao)
    await life.until("03-03", "10:00")
    await life.desk.say("不满意", choice="visit.4")
    await life.until("03-04", "10:00")
    await life.take(li, "settle", result="已补寄一箱")
    await life.until("03-06", "11:00")
    await life.desk.say("满意", choice="visit.2")
