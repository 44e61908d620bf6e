"""微信客服 at a test desk: the fake platform, customers' phones, and what fetches and sends in between."""

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace

from aiohttp import web

from bot.adapters.wechat.clients import wechat_clients
from bot.adapters.wechat.kf_callbacks import KfCallbacks
from bot.services.wechat.delivering import Deliveries
from bot.services.wechat.dispatching import Dispatcher
from bot.services.wechat.kf_channel import KfChannel, KfWorld
from bot.web import wechat_kf
from bot.web.keys import PARTS
from tests.clients import SOON, Pauses, corp_of
from tests.desks import TestDesk
from tests.wechat import FakeTencent, TencentClock
from tests.wechat.kf_phone import KfPhone

LI = "wm-of-li"
SERVICERS = (("wang", "WangFang"), ("zhao", "ZhaoMin"))


@dataclass
class KfDesk:
    """A desk process before the fake platform; `run` lets everything happen that is to happen now."""

    desk: TestDesk
    fake: FakeTencent
    account: object
    channel: KfChannel
    dispatcher: Dispatcher
    client: object
    heard: list
    settings: object
    phone: KfPhone = None
    pauses: Pauses = field(default_factory=Pauses)

    async def run(self):
        for _ in range(6):
            await self.channel.sync.idle()
            await self.desk.runner.idle()
            changed = list(dict.fromkeys(self.heard))
            self.heard.clear()
            for conversation_id in changed:
                self.dispatcher.wake(conversation_id)
                self.channel.sessions.wake(conversation_id)
            await self.dispatcher.idle()
            await self.channel.sessions.look()

    async def writes(self, text, understood=None, userid=LI, **more):
        """The customer writes, and everything happens; what they read since."""
        if understood is not None:
            self.desk.room.table[text] = understood
        before = len(self.screen(userid))
        await self.phone.write(userid, text, **more)
        await self.run()
        return self.screen(userid)[before:]

    def screen(self, userid=LI):
        return self.session(userid).shown()

    def session(self, userid=LI):
        return self.fake.corp.session(self.account, userid)

    async def talk(self, userid=LI):
        return await self.desk.intake.conversation_id("kf", f"{self.account.open_kfid}:{userid}")

    async def conversation(self, userid=LI):
        talk = await self.talk(userid)
        async with self.desk.units() as uow:
            return await uow.conversations.get(talk)

    async def lines(self, userid=LI):
        talk = await self.talk(userid)
        async with self.desk.units() as uow:
            return await uow.messages.latest(talk) if talk else []

    async def chat(self, userid=LI):
        talk = await self.talk(userid)
        async with self.desk.units() as uow:
            return await uow.wechat.chat(talk)

    async def sendings(self, userid=LI):
        talk = await self.talk(userid)
        async with self.desk.units() as uow:
            return await uow.wechat.sendings_of(talk)


@asynccontextmanager
async def kf_desk(desk, reading, live, *, hears_voice=False, **corp):
    """The desk with an account whose servicers are in WeCom; `corp` changes the desk's own settings."""
    clock = TencentClock(read=lambda: desk.clock.now().timestamp())
    async with FakeTencent(clock) as fake:
        account = fake.corp.open_account(WangFang=True, ZhaoMin=True)
        ours = corp_of(fake, **{"servicers": SERVICERS, **corp})
        pauses = Pauses()
        async with wechat_clients(None, ours, desk.units, desk.clock, pauses, SOON) as clients:
            made = process(desk, reading, live, fake, account, ours, clients.kf, hears_voice=hears_voice)
            made.pauses = pauses
            app = web.Application()
            app[PARTS] = SimpleNamespace(wechat_kf=made.channel.door)
            app.add_routes(wechat_kf.routes())
            url = await fake.serve(app)
            made.phone = KfPhone(fake.corp, account, url + wechat_kf.KF_PATH)
            yield made
            await made.channel.sync.stop()


async def no_sleep(_):
    """Time is not waited for in tests."""


def process(desk, reading, live, fake, account, ours, client, *, hears_voice=False):
    """One desk process."""
    wake = desk.runner.wake
    world = KfWorld(desk.units, reading, desk.intake, desk.words, desk.clock, wake, no_sleep, hears_voice)
    channel = KfChannel.of(ours, client, KfCallbacks(ours), world)
    deliveries = Deliveries(desk.units, reading, desk.clock, {"kf": channel.carrier})
    dispatcher = Dispatcher(deliveries, reading, desk.clock, desk.intake.pressure)
    return KfDesk(desk, fake, account, channel, dispatcher, client, live.heard, ours)
