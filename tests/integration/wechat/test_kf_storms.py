"""微信客服 in a storm: whatever happens in whatever order, everything is there once, in order."""

import random
from contextlib import suppress

import pytest

from bot.domain.conversation import Author, Owner
from bot.domain.errors import KesuError
from bot.domain.wechat_records import SendingState
from tests.kf_desk import LI, kf_desk
from tests.people import person
from tests.rooms import reading
from tests.wechat.kf import BOT, ENDED, HUMAN, NEW, QUEUE
from tests.wechat.kf_api import MOVE, SEND, SEND_ON_EVENT, SYNC

DEEDS = 30
READ = {"你好": reading("greet"), "谢谢": reading("thank"), "转人工": reading("request_human")}


class Storm:
    """Does things at random, and remembers what was written and answered."""

    def __init__(self, kf, seed):
        self.kf, self.random, self.nth = kf, random.Random(seed), 0  # noqa: S311 -- no secret
        self.written, self.answered = [], []
        kf.desk.room.table.update(READ)

    async def do(self):
        self.nth += 1
        await getattr(self, self.random.choice([*self.PLATFORM, *self.DESK, *self.TROUBLE]))()

    PLATFORM = ("write", "write", "write", "enter", "take", "answer", "end")
    DESK = ("claim", "release", "speak", "wait", "run", "run")
    TROUBLE = ("lose", "break_down", "hang", "ring_again")

    async def write(self):
        text = self.random.choice([*READ, f"第{self.nth}句"])
        self.written.append(text)
        await self.kf.phone.write(LI, text)

    async def enter(self):
        await self.kf.phone.enter(LI)

    async def take(self):
        if self.kf.session().state == QUEUE:
            await self.kf.phone.take(LI, self.random.choice(["WangFang", "SomebodyElse"]))

    async def answer(self):
        session = self.kf.session()
        if session.state == HUMAN:
            self.answered.append(f"我来回答{self.nth}")
            await self.kf.phone.answer(LI, self.answered[-1], session.servicer)

    async def end(self):
        if self.kf.session().state == HUMAN:
            await self.kf.phone.end(LI)

    async def claim(self):
        talk = await self.kf.talk()
        if talk:
            with suppress(KesuError):
                await self.kf.desk.agents.claim(talk, self.random.choice(["wang", "chen"]), "客服")

    async def release(self):
        conversation = await self.kf.conversation() if await self.kf.talk() else None
        if conversation and conversation.agent_id:
            with suppress(KesuError):
                await self.kf.desk.agents.release(conversation.id, conversation.agent_id)

    async def speak(self):
        conversation = await self.kf.conversation() if await self.kf.talk() else None
        if conversation and conversation.agent_id:
            await self.kf.desk.write(conversation.id, conversation.agent_id, f"这里说{self.nth}")

    async def wait(self):
        self.kf.desk.clock.turn(seconds=self.random.choice([1, 5, 30, 90]))

    async def run(self):
        await self.kf.channel.sync.look()
        await self.kf.dispatcher.look()
        await self.kf.run()

    async def lose(self):
        self.kf.phone.rings = not self.kf.phone.rings

    async def break_down(self):
        path = self.random.choice([SYNC, SEND, SEND_ON_EVENT, MOVE])
        self.kf.fake.kf_api.faults.code(path, -1)

    async def hang(self):
        self.kf.fake.kf_api.faults.reset(self.random.choice([SEND, SYNC, MOVE]), after=True)

    async def ring_again(self):
        await self.kf.phone.ring(token=self.kf.fake.corp.doorbell())

    async def calm_down(self):
        """Nothing goes wrong any more, and time passes until nothing is left to do."""
        self.kf.fake.kf_api.faults.clear()
        self.kf.phone.rings = True
        for _ in range(4):
            self.kf.desk.clock.turn(seconds=61)
            await self.kf.channel.sessions.catch_up()
            await self.run()


@pytest.fixture
async def kf(desk, database, live):
    async with kf_desk(desk, database.reading_units(), live) as made:
        for login in ("wang", "zhao", "chen"):
            await person(desk, login)
        yield made


@pytest.mark.parametrize("seed", range(6))
async def test_everything_is_there_once_and_in_order(kf, seed):
    storm = Storm(kf, seed)
    await storm.write()
    for _ in range(DEEDS):
        await storm.do()
    await storm.calm_down()
    lines, sendings = await kf.lines(), await kf.sendings()
    assert [line.text for line in lines if line.author is Author.CUSTOMER] == storm.written
    mirrored = [line.text for line in lines if line.client_id and line.client_id.startswith("kf:")]
    assert mirrored == storm.answered
    sent = [one for one in sendings if one.state is SendingState.SENT]
    assert len(kf.session().shown("kf", "event")) == len(sent)
    assert {one.state for one in sendings} <= {SendingState.SENT, SendingState.HELD, SendingState.FAILED}
    await agrees(kf)


async def agrees(kf):
    """The session is where the owner is, or at its end."""
    owner, state = (await kf.conversation()).owner, kf.session().state
    allowed = {
        Owner.BOT: {NEW, BOT, ENDED},
        Owner.QUEUE: {QUEUE, HUMAN, ENDED},
        Owner.AGENT: {HUMAN, BOT, ENDED},
        Owner.CLOSED: {ENDED},
    }
    assert state in allowed[owner], (owner, state)
