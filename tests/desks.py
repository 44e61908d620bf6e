"""A desk for tests: real services on a real database, the handbook as delivered, a room without Rasa."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from bot.adapters.handbook_files import load_handbook
from bot.adapters.script import convert
from bot.domain.company import Company
from bot.services import silence
from bot.services.intake import Intake
from bot.services.outgoing import Looked
from bot.services.ownership import Ownership
from bot.services.presence import Presences
from bot.services.runner import Runner
from bot.services.shadow import ShadowReplays
from bot.services.shifts import Shifts
from bot.services.turns import Turns
from bot.services.uploads import Uploads
from bot.services.words import Words
from bot.settings import ROOT
from tests.files import MemoryFiles, QuickMedia, stream
from tests.rooms import Room, RoomsBeside
from tests.training_data import MemoryRows, archive_of

WORKDAY_MORNING = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)


OWN_WORDS = Looked((), None, (), None)  # what is seen in words of an agent's own with nothing wrong in them


class TurnedClock:
    """A clock that moves only when a test turns it."""

    def __init__(self, now=WORKDAY_MORNING):
        self._now = now

    def now(self):
        return self._now

    def turn(self, **by):
        self._now += timedelta(**by)


@dataclass
class TestDesk:
    """Everything a test talks to; `say` is the customer speaking, until all is answered."""

    __test__ = False

    units: object
    clock: TurnedClock
    words: Words
    room: Room
    intake: Intake
    turns: Turns
    agents: Ownership
    presence: Presences
    shifts: Shifts
    runner: Runner
    files: MemoryFiles
    uploads: Uploads
    shadow: ShadowReplays
    beside: RoomsBeside
    rows: MemoryRows
    said: int = 0

    async def upload(self, content, visitor="visitor", name="IMG_1.jpg"):
        return await self.uploads.receive("web", visitor, name, stream(content))

    async def send(self, text, visitor="visitor", choice=None, attachments=()):
        self.said += 1
        return await self.intake.receive(
            "web", visitor, text, client_id=str(self.said), choice=choice, attachments=attachments
        )

    async def say(self, text, understood=None, visitor="visitor", choice=None, attachments=()):
        """Send a message and return what is said in answer to it."""
        if understood is not None:
            self.room.table[text] = understood
        message = await self.send(text, visitor, choice, attachments)
        while await self.turns.answer_next(message.conversation_id):
            pass
        async with self.units() as uow:
            after = await uow.messages.since(message.conversation_id, message.seq)
        return [line.text for line in after]

    async def write(self, conversation_id, agent_id, text):
        """Say something as an agent whose words were looked over, and in which nothing was found."""
        return await self.agents.write(conversation_id, agent_id, text, OWN_WORDS)

    async def silence(self, **by):
        self.clock.turn(**by)
        return await silence.look(self.units, self.words, self.clock)

    async def cases(self, visitor="visitor"):
        async with self.units() as uow:
            customer = await uow.customers.find("web", visitor)
            return list(reversed(await uow.cases.of_customer(customer.id))) if customer else []

    async def conversation(self, visitor="visitor"):
        conversation_id = await self.intake.conversation_id("web", visitor)
        async with self.units() as uow:
            return await uow.conversations.get(conversation_id)

    async def transcript(self, visitor="visitor"):
        conversation_id = await self.intake.conversation_id("web", visitor)
        async with self.units() as uow:
            return await uow.messages.latest(conversation_id)


@cache
def handbook():
    """The packs as delivered."""
    return load_handbook(ROOT / "data" / "handbook")


def make_desk(units, sealer, company=None):
    clock = TurnedClock()
    company = company or Company(name="测试公司", hotline="400-000-0000", address="上海市测试路1号")
    words = Words(handbook(), company, convert, sealer.phone_hash)
    room, beside = Room(units, words, clock), RoomsBeside()
    turns = Turns(units, units, room, words, clock)
    presence = Presences(units, words, clock)
    files = MemoryFiles()
    return TestDesk(
        units=units,
        clock=clock,
        words=words,
        room=room,
        intake=Intake(units, clock),
        turns=turns,
        agents=Ownership(units, words, clock),
        presence=presence,
        shifts=Shifts(units, words, clock, presence),
        runner=Runner(turns, units, sleep=_no_sleep),
        files=files,
        uploads=Uploads(units, files, QuickMedia(), clock),
        shadow=ShadowReplays(units, beside, archive_of, clock, reading=units),
        beside=beside,
        rows=MemoryRows(),
    )


async def _no_sleep(seconds):
    """Time is not waited for in tests."""
