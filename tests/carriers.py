"""A WeChat channel without WeChat: a carrier that remembers what it carried, the desk's sending on top."""

from dataclasses import dataclass

from bot.domain.conversation import Author
from bot.domain.wechat_records import Way, WindowKind
from bot.services.wechat.carrying import Terms
from bot.services.wechat.delivering import Deliveries
from bot.services.wechat.dispatching import Dispatcher
from tests.desks import TestDesk
from tests.people import person
from tests.rooms import reading

OPENID = "oFollower"


class FakeCarrier:
    """Takes everything, unless `problems` holds errors to raise for the next parcels (None: taken)."""

    def __init__(self, terms=None):
        self.terms = terms or Terms()
        self.parcels, self.problems, self.tried = [], [], []
        self.before = None

    async def carry(self, parcel):
        self.tried.append(parcel)
        if self.before:
            await self.before(parcel)
        problem = self.problems.pop(0) if self.problems else None
        if problem is not None:
            raise problem
        self.parcels.append(parcel)

    @property
    def said(self):
        return [parcel.text for parcel in self.parcels]


@dataclass
class Follower:
    """Somebody who writes to the 公众号, and what is sent to them."""

    desk: TestDesk
    carrier: FakeCarrier
    deliveries: Deliveries
    dispatcher: Dispatcher
    openid: str = OPENID
    channel: str = "wechat"
    written: int = 0

    @classmethod
    def of(cls, desk, units, terms=None, channel="wechat", carrier=None):
        carrier = carrier or FakeCarrier(terms)
        deliveries = Deliveries(desk.units, units, desk.clock, {channel: carrier})
        dispatcher = Dispatcher(deliveries, units, desk.clock, desk.intake.pressure)
        return cls(desk, carrier, deliveries, dispatcher, channel=channel)

    async def writes(self, text, understood=None, *, decided=True):
        """A message comes in: it opens a window, and is to be answered by a message of ours."""
        if understood is not None:
            self.desk.room.table[text] = understood
        self.written += 1
        message = await self.desk.intake.receive(
            self.channel, self.openid, text, client_id=f"m{self.written}"
        )
        async with self.desk.units() as uow:
            chat = await uow.wechat.begun(message.conversation_id, self.channel, "account")
            chat.opened(WindowKind.MESSAGE, self.desk.clock.now())
            if decided:
                await uow.wechat.decide(message.id, Way.CUSTOM, self.desk.clock.now())
            await uow.commit()
        return message

    async def is_answered(self):
        """The bot answers what waits."""
        while await self.desk.turns.answer_next(await self.talk()):
            pass

    async def hears(self, text, understood=None):
        """They write, the bot answers, and what can go out goes out; what they read then."""
        before = len(self.carrier.parcels)
        await self.writes(text, understood)
        await self.is_answered()
        await self.deliver()
        return self.carrier.said[before:]

    async def deliver(self):
        """All that can go out now."""
        return await self.deliveries.deliver(await self.talk())

    async def talk(self):
        return await self.desk.intake.conversation_id(self.channel, self.openid)

    async def is_told(self, *lines, agent="li"):
        """An agent who has the conversation says this, one after the other, and it goes out."""
        for text in lines:
            await self.desk.write(await self.talk(), agent, text)
            await self.deliver()

    async def lines(self, after=None):
        """What bot, desk and people said, or what they said after this text."""
        talk = await self.talk()
        async with self.desk.units() as uow:
            lines = await uow.messages.latest(talk)
        start = [line.text for line in lines].index(after) if after is not None else 0
        return [line for line in lines[start:] if line.author is not Author.CUSTOMER]

    async def sendings(self):
        talk = await self.talk()
        async with self.desk.units() as uow:
            return await uow.wechat.sendings_of(talk)

    async def states(self):
        return [sending.state.value for sending in await self.sendings()]

    async def chat(self):
        talk = await self.talk()
        async with self.desk.units() as uow:
            return await uow.wechat.chat(talk)

    async def change(self, change):
        """Do something to the chat."""
        talk = await self.talk()
        async with self.desk.units() as uow:
            change(await uow.wechat.chat(talk))
            await uow.commit()


async def served(desk, units, **more):
    """A follower who was greeted, has an agent (li), and has just asked something."""
    follower = Follower.of(desk, units, **more)
    await person(desk, "li")
    await follower.hears("你好", reading("greet"))
    await desk.agents.claim(await follower.talk(), "li", "小李")
    await follower.deliver()
    await follower.writes("还在吗")
    return follower
