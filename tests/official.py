"""The door of a 公众号 before a test desk: a phone that calls it, a bot that takes as long as a test says."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager

from bot.adapters.wechat.callbacks import OfficialCallbacks
from bot.domain.wechat_accounts import OfficialAccount
from bot.services.ports import Download
from bot.services.runner import Runner
from bot.services.turns import Turns
from bot.services.wechat.delivering import Deliveries
from bot.services.wechat.dispatching import Dispatcher
from bot.services.wechat.media import MediaFetcher
from bot.services.wechat.news import News
from bot.services.wechat.official import official_terms
from bot.services.wechat.official_door import OfficialDoor, World
from bot.services.wechat.pauses import Pauses
from tests.carriers import FakeCarrier
from tests.doors import make_door
from tests.files import stream
from tests.rooms import reading
from tests.wechat import messages
from tests.wechat.clock import TencentClock
from tests.wechat.official import OfficialAccount as Platform
from tests.wechat.official_phone import OfficialPhone

ANNA, BELA = "oAnna-openid", "oBela-openid"
PASSIVE_S = 3.5
PATIENCE = 20  # seconds that something may take before a test gives up


class VirtualTime:
    """Who sleeps, and for how long; a test wakes them by hand."""

    def __init__(self):
        self._sleeping, self._news = [], asyncio.Event()

    async def sleep(self, seconds):
        woken = asyncio.get_running_loop().create_future()
        entry = (seconds, woken)
        self._sleeping.append(entry)
        self._news.set()
        try:
            await woken
        finally:
            self._sleeping.remove(entry)

    async def asleep(self, seconds):
        """Wait until somebody sleeps for so long."""
        await self.all_asleep(seconds, 1)

    async def all_asleep(self, seconds, number):
        """Wait until so many sleep for so long; TimeoutError if they never do."""
        async with asyncio.timeout(PATIENCE):
            while sum(entry[0] == seconds for entry in self._sleeping) < number:
                self._news.clear()
                await self._news.wait()

    async def wake(self, seconds):
        """Let the next one go who sleeps for so long, as soon as there is one."""
        await self.asleep(seconds)
        next(woken for left, woken in self._sleeping if left == seconds and not woken.done()).set_result(None)

    def wake_all(self, seconds):
        """Let everybody go who sleeps for so long now."""
        for left, woken in self._sleeping:
            if left == seconds and not woken.done():
                woken.set_result(None)


class PhoneMedia:
    """/media/get for the photos that the phone has sent; `problems` are errors to raise first."""

    def __init__(self, platform):
        self._platform, self.problems, self.asked = platform, [], []
        self.before, self.was_asked = None, asyncio.Event()

    @asynccontextmanager
    async def media(self, media_id):
        self.asked.append(media_id)
        self.was_asked.set()
        if self.before:
            await self.before()
        if self.problems:
            raise self.problems.pop(0)
        kept = self._platform.media.kept[media_id]
        yield Download(kept.content_type, stream(kept.content))


class Official:
    """One desk process with a 公众号; `phone` plays its customers, `carrier` has what was sent to them."""

    def __init__(self, database, sealer, *, menus=False, passive_s=PASSIVE_S, recognizer=None):
        self.door = make_door(database, sealer)
        self.desk, self.time = self.door.desk, VirtualTime()
        self.platform = Platform(TencentClock(lambda: self.desk.clock.now().timestamp()))
        self.account = OfficialAccount(
            app_id=self.platform.appid,
            secret=self.platform.secret,
            token=self.platform.token,
            aes_keys=(self.platform.aes_key,),
            menus=menus,
            passive_s=passive_s,
        )
        self._wire(database.reading_units(), recognizer)
        self.app = self.door.app(wechat=self.official, runner_wake=self.runner.wake)
        self.phone = None

    def _wire(self, readers, recognizer):
        desk, hub = self.desk, self.door.hub
        self.carrier = FakeCarrier(official_terms(self.account))
        pauses = Pauses()
        deliveries = Deliveries(desk.units, readers, desk.clock, {"wechat": self.carrier}, pauses)
        self.dispatcher = Dispatcher(deliveries, readers, desk.clock, desk.intake.pressure)
        self.runner = Runner(
            Turns(desk.units, readers, desk.room, desk.words, desk.clock), readers, self.time.sleep
        )
        self.source = PhoneMedia(self.platform)
        self.media = MediaFetcher(
            desk.units, desk.uploads, desk.words, desk.clock,
            reading=readers, sources={"wechat": self.source}, wake=self.runner.wake,
            recognizer=recognizer,
        )  # fmt: skip
        news = News()
        hub.watch(news.tell)
        hub.watch(self.dispatcher.wake)
        world = World(desk.units, readers, desk.words, desk.clock, self.runner.wake, self.time.sleep, pauses)
        self.official = OfficialDoor.of(
            OfficialCallbacks(self.account), self.account, desk.intake, self.media, news, world
        )

    async def serve(self, aiohttp_client):
        """Open the door; gives itself."""
        client = await aiohttp_client(self.app)
        self.url = str(client.make_url("/wechat"))
        self.phone = OfficialPhone(self.platform, self.url, patience=PATIENCE)  # the clock is virtual
        return self

    async def settle(self):
        """Until the bot, the photos and the sendings have come to rest."""
        await self.official.backlog.idle()
        await self.media.idle()
        await self.runner.idle()
        await self.dispatcher.idle()

    async def close(self):
        await self.official.stop()
        await self.media.stop()
        await self.runner.stop()
        await self.dispatcher.stop()

    def understands(self, text, label, **entities):
        self.desk.room.table[text] = reading(label, **entities)

    def bot_takes(self, seconds):
        """From now on the bot thinks for so long, by the virtual time."""

        async def think():
            await self.time.sleep(seconds)

        self.desk.room.before_answer = think

    def passive(self, openid=ANNA):
        """What the phone was shown as answers to its calls."""
        return [one.text for one in self.platform.follower(openid).screen if one.way == "passive"]

    async def talk(self, openid=ANNA):
        return await self.desk.intake.conversation_id("wechat", openid)

    async def owner(self, openid=ANNA):
        talk = await self.talk(openid)
        async with self.desk.units() as uow:
            return (await uow.conversations.get(talk)).owner

    async def is_claimed(self, login="wang"):
        """An agent takes the conversation, and what is said then has gone out."""
        talk = await self.talk()
        async with self.desk.units() as uow:
            agent = await uow.people.by_login(login)
        await self.desk.agents.claim(talk, agent.id, agent.name)
        await self.settle()

    async def cases(self, openid=ANNA):
        async with self.desk.units() as uow:
            customer = await uow.customers.find("wechat", openid)
            return await uow.cases.of_customer(customer.id) if customer else []

    async def lines(self, openid=ANNA):
        """The transcript."""
        talk = await self.talk(openid)
        async with self.desk.units() as uow:
            return await uow.messages.latest(talk) if talk else []

    async def asked(self, openid=ANNA):
        return [one.text for one in await self.lines(openid) if one.author == "customer"]

    async def said(self, openid=ANNA):
        return [one.text for one in await self.lines(openid) if one.author != "customer"]

    def call(self, document):
        """The parameters and the body of a call."""
        query, body = self.phone.driver.envelope(document, receiver=self.platform.original_id)
        return query, body.encode()

    def text(self, text, openid=ANNA, msg_id=1, at=None):
        """The XML of a text."""
        at = self.platform.clock.outside() if at is None else at
        return messages.text(self.platform.original_id, openid, at, msg_id, text)


def counted(texts):
    """How often each thing was said, in however many messages, without its choices."""
    return Counter(part.split("\n1. ")[0] for text in texts for part in text.split("\n\n"))
