"""An agent takes over at each moment of a turn: the bot never talks over them, and no message is lost."""

import asyncio

import pytest

from bot.domain.conversation import Author, Delivery, Owner
from tests.complaints import EMPTY_PACK
from tests.files import photo as a_photo
from tests.people import person
from tests.rooms import reading

MOMENTS = ("before the turn", "while Rasa reads", "during an action", "before the answer is stored", "after")


class Moment:
    """Lets something happen at one moment of the room's next turn."""

    def __init__(self, desk, moment, happens):
        self._desk, self._moment, self._happens = desk, moment, happens
        self._room_turn, self._run = desk.room.turn, desk.room.server.run
        self._beside = None
        desk.room.turn, desk.room.server.run = self._turn, self._action

    async def _turn(self, *args):
        if self._moment == "while Rasa reads":
            await self._once()
        answer = await self._room_turn(*args)
        if self._beside is not None:
            await self._beside
        if self._moment == "before the answer is stored":
            await self._once()
        return answer

    async def _action(self, call, turn, place):
        if self._moment == "during an action" and self._beside is None:
            # The action's transaction holds the conversation: whoever wants it has to wait for its end.
            self._beside = asyncio.create_task(self._happens())
        return await self._run(call, turn, place)

    async def _once(self):
        happens, self._happens = self._happens, _nothing
        await happens()


async def _nothing():
    """It has happened already."""


@pytest.fixture
async def talk(desk):
    """A customer's complaint that waits to be answered."""
    await person(desk, "li")
    desk.room.table[EMPTY_PACK] = reading("carton.empty", product="奶茶")
    return (await desk.send(EMPTY_PACK)).conversation_id


async def run(desk, talk):
    while await desk.turns.answer_next(talk):
        pass


async def at(desk, talk, moment, happens):
    """Have the waiting message answered while this happens at that moment."""
    if moment == "before the turn":
        await happens()
    Moment(desk, moment, happens)
    await run(desk, talk)
    if moment == "after":
        await happens()
        await run(desk, talk)


async def lines(desk, author):
    return [line for line in await desk.transcript() if line.author is author]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_the_bot_says_nothing_after_an_agent_came_whenever_that_was(desk, talk, moment):
    await at(desk, talk, moment, lambda: desk.agents.claim(talk, "li", "li"))
    joined = next(line for line in await desk.transcript() if line.clause == "K-HANDOVER-JOINED")
    said = await lines(desk, Author.BOT)
    assert not [line for line in said if line.seq > joined.seq]
    assert bool(said) is (moment == "after")
    (message,) = await lines(desk, Author.CUSTOMER)
    assert message.delivery is (Delivery.ANSWERED if moment == "after" else Delivery.FOR_HUMAN)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_whenever_the_agent_came_the_case_knows_what_the_customer_said(desk, talk, moment):
    await at(desk, talk, moment, lambda: desk.agents.claim(talk, "li", "li"))
    (case,) = await desk.cases()
    assert (case.issue, case.fields["product"]) == ("carton.empty", "奶茶")
    assert (await desk.conversation()).question is None


@pytest.mark.parametrize("moment", MOMENTS)
async def test_who_comes_and_goes_within_a_turn_leaves_each_message_answered_once(desk, talk, moment):
    async def come_and_go():
        await desk.agents.claim(talk, "li", "li")
        await desk.agents.release(talk, "li")

    await at(desk, talk, moment, come_and_go)
    await run(desk, talk)
    (message,) = await lines(desk, Author.CUSTOMER)
    assert message.delivery is Delivery.ANSWERED
    printed = desk.words.clause("S-BEV-TETRA-1", "hans").text
    assert [line.text for line in await lines(desk, Author.BOT)].count(printed) == 1
    assert len(await desk.cases()) == 1


async def test_who_leaves_while_a_message_is_read_for_them_leaves_it_to_the_bot(desk, talk):
    await run(desk, talk)
    await desk.agents.claim(talk, "li", "li")
    message = await desk.send("你好")
    desk.room.table["你好"] = reading("greet")
    parse = desk.room.parse

    async def leave_first(texts, day=None):
        desk.room.parse = parse
        await desk.agents.release(talk, "li")
        return await parse(texts, day)

    desk.room.parse = leave_first
    await run(desk, talk)
    answers = [line for line in await desk.transcript() if line.in_reply_to == message.id]
    assert [line.author for line in answers] == [Author.BOT]


@pytest.mark.parametrize("moment", ["before the turn", "after"])
async def test_photos_are_left_to_the_agent_like_words(desk, talk, moment):
    await run(desk, talk)
    photo = await desk.upload(a_photo())
    message = await desk.send("", attachments=[photo.id])
    if moment == "after":
        await run(desk, talk)
    await desk.agents.claim(talk, "li", "li")
    await run(desk, talk)
    assert (await desk.conversation()).owner is Owner.AGENT
    answers = [line for line in await desk.transcript() if line.in_reply_to == message.id]
    assert bool(answers) is (moment == "after")
