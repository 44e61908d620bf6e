"""Restarting any process at any point loses nothing and doubles nothing."""

import asyncio
import random
import re

import pytest

from bot.domain.conversation import Author, Delivery
from tests.desks import handbook
from tests.e2e.stack import Customer

pytestmark = pytest.mark.rasa

SCRIPTS = (
    ("你们的八宝粥里吃出一只苍蝇，太恶心了", "没有", "上周三在楼下超市买的", "13900001234", "谢谢"),
    ("水有怪味", "你好", "不方便", "昨天买的", "门口便利店", "不方便"),
    ("我喝完拉肚子了", "肚子很疼，吐了两次", "13900005678", "查一下我的投诉", "催一下"),
    ("快递员态度很差还不送上楼", "单号SF1029384756123", "13900004321", "转人工"),
)
_NUMBER = re.compile(r"K\d{4}-\d{5}")


async def talk(address, script):
    async with Customer(address) as customer:
        for text in script:
            await customer.say(text)


def meant(message):
    """What was said, in whichever of its ways: which one it is hangs on how many lines stand before it."""
    situation = handbook().clause(message.clause).situation if message.clause else None
    return situation or _NUMBER.sub("K", message.text)


async def stories(desk):
    """What was said in each conversation, by its first message, without numbers and holding sentences."""
    database, told = desk.database(), {}
    async with database.reading_units()() as uow:
        for conversation in await uow.conversations.for_agents():
            messages = await uow.messages.latest(conversation.id)
            assert [message.seq for message in messages] == list(range(1, len(messages) + 1))
            told[messages[0].text] = [
                (message.author, meant(message)) for message in messages if message.clause != "K-HOLDING"
            ]
            asked = [message for message in messages if message.author is Author.CUSTOMER]
            assert all(message.delivery is Delivery.ANSWERED for message in asked)
        cases = [(case.issue, case.state, dict(case.fields), case.urged) for case in await uow.cases.all()]
    await database.close()
    return told, sorted(cases, key=repr)


async def run_scripts(desk):
    await asyncio.gather(*(talk(desk.address, script) for script in SCRIPTS))


@pytest.fixture
async def undisturbed(rasa, tmp_path_factory):
    """What the same customers experience when nothing dies."""
    from bot.adapters.listening import free_port
    from tests.e2e.stack import KillableDesk

    desk = KillableDesk(rasa, tmp_path_factory.mktemp("undisturbed"), free_port())
    await desk.create_database()
    await desk.start()
    await run_scripts(desk)
    desk.stop()
    return await stories(desk)


@pytest.mark.parametrize("seed", [1, 2])
async def test_kills_of_desk_and_rasa_lose_nothing_and_double_nothing(rasa, killable_desk, undisturbed, seed):
    chance = random.Random(seed)  # noqa: S311 -- a repeatable test
    await killable_desk.start()
    talking = asyncio.create_task(run_scripts(killable_desk))
    for victim in ("desk", "rasa", "desk", "desk"):
        await asyncio.sleep(chance.uniform(0.05, 0.6))
        if victim == "rasa":
            rasa.kill()
        else:
            killable_desk.kill()
            await killable_desk.start()
    await talking
    killable_desk.stop()
    assert await stories(killable_desk) == undisturbed


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("action", [1, 2])
async def test_a_desk_killed_inside_an_action_repeats_nothing(killable_desk, action, when):
    await killable_desk.start("--die-in-action", str(action), when)
    async with Customer(killable_desk.address) as customer:
        saying = asyncio.create_task(customer.say("一箱奶茶里有一盒是空的"))
        await killable_desk.ended()
        await killable_desk.start()
        said = await saying
    killable_desk.stop()
    _told, cases = await stories(killable_desk)
    assert [case[0] for case in cases] == ["carton.empty"]
    assert len(said) == len(set(said)) == 3
