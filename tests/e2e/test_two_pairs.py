"""Two pairs of desk and Rasa on one PostgreSQL and one Redis: either takes any conversation."""

import asyncio
import re
import signal
from contextlib import AsyncExitStack

import pytest

from bot.domain.conversation import Author, Delivery
from tests import console as consoles
from tests import databases, pages
from tests.console import Console
from tests.doors import sign_in
from tests.e2e.stack import Customer, until
from tests.e2e.two_pairs import Client, Pairs
from tests.pages import page
from tests.redis_server import RedisServer

pytestmark = [pytest.mark.rasa, pytest.mark.postgres]

COMPLAINT = "一箱奶茶里有一盒是空的"
SCRIPT = ("你们的八宝粥里吃出一只苍蝇，太恶心了", "没有", "上周三在楼下超市买的", "{phone}", "谢谢")
_DIGITS = re.compile(r"K\d{4}-\d{5}|139\d{8}|139\*+\d+")


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs")
    with (
        databases.postgres_server() as server,
        RedisServer() as redis,
        Pairs(server, redis, folder) as running,
    ):
        yield running


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Real models on a busy machine take their time."""
    monkeypatch.setattr(pages, "PATIENCE", 40)
    monkeypatch.setattr(consoles, "PATIENCE", 40)


@pytest.fixture
async def desks(pairs):
    return await pairs.running()


@pytest.fixture
async def visit():
    """Opens a customer's page at a desk."""
    async with AsyncExitStack() as opened:

        async def enter(desk, token=None):
            client = await opened.enter_async_context(Client(desk))
            if token is None:
                async with client.post("/api/visitor", json={}) as answer:
                    token = (await answer.json())["token"]
            shown = await opened.enter_async_context(page(client, token))
            shown.token = token
            return shown

        yield enter


@pytest.fixture
async def agent():
    """Signs somebody in at a desk, and opens their console."""
    async with AsyncExitStack() as opened:

        async def enter(desk, login):
            client = await opened.enter_async_context(Client(desk))
            answer = await sign_in(client, login)
            assert answer.status == 303, await answer.text()
            console = Console(client, login)
            console.open = await opened.enter_async_context(console.socket(everything=True))
            return console

        yield enter


async def say(shown, client_id, text):
    """Say something, and read until the bot has answered it."""
    await shown.say("send", client_id=client_id, text=text)
    stored = await shown.next("stored")
    if not any(line["seq"] > stored["seq"] for line in shown.lines):
        await shown.until(lambda frame: frame["type"] == "lines" and shown.lines[-1]["seq"] > stored["seq"])


async def reads(shown, text):
    """Read until this line is there."""
    while not any(line["text"] == text for line in shown.lines):
        await shown.hear()


async def in_queue(pairs, console, first):
    """The id of the conversation that began with these words, once the console shows that it waits."""
    talk = (await pairs.messages(first))[0].conversation_id
    await console.open.shows(lambda rows: talk in rows and rows[talk]["owner"] == "queue")
    return talk


async def test_a_customer_at_one_desk_and_an_agent_at_the_other_talk_with_one_another(
    pairs, desks, visit, agent
):
    here, there = desks
    console, customer = await agent(there, "wang"), await visit(here)
    await say(customer, "m1", COMPLAINT)
    await say(customer, "m2", "转人工")
    talk = await in_queue(pairs, console, COMPLAINT)
    await console.open.say("look", conversation=talk)
    assert (await console.act(talk, "claim")).status == 200
    await customer.until(lambda frame: frame["type"] == "lines" and frame["owner"] == "agent")
    await console.open.say("typing")
    await customer.next("typing")
    await customer.say("typing")
    await console.open.next("typing")
    assert (await console.act(talk, "write", text="您好，我来帮您看看。", client_id="w1")).status == 200
    await reads(customer, "您好，我来帮您看看。")
    await customer.say("send", client_id="m3", text="好的，谢谢")
    await console.open.next("changed")
    assert customer.seqs == list(range(1, len(customer.seqs) + 1))


async def test_colleagues_at_different_desks_see_who_looks_at_a_conversation(pairs, desks, visit, agent):
    wang, li = await agent(desks[0], "wang"), await agent(desks[1], "li")
    customer = await visit(desks[0])
    await say(customer, "m1", "水有怪味，想问一下怎么办")
    talk = (await pairs.messages("水有怪味，想问一下怎么办"))[0].conversation_id
    for console in (wang, li):
        await console.open.say("look", conversation=talk)
    while not (seen := await wang.open.next("lookers"))["people"]:
        pass
    assert [one["name"] for one in seen["people"]] == ["李建国"]


async def test_of_two_agents_who_claim_at_once_at_different_desks_one_wins(pairs, desks, visit, agent):
    wang, li = await agent(desks[0], "wang"), await agent(desks[1], "li")
    customer = await visit(desks[1])
    await say(customer, "m1", "我要找人工客服投诉快递")
    await say(customer, "m2", "转人工")
    talk = await in_queue(pairs, wang, "我要找人工客服投诉快递")
    version = wang.open.rows[talk]["version"]
    answers = await asyncio.gather(*(one.act(talk, "claim", version) for one in (wang, li)))
    assert sorted(answer.status for answer in answers) == [200, 409]
    lost = next(answer for answer in answers if answer.status == 409)
    winner = "李建国" if lost is answers[0] else "王小雨"
    assert winner in (await lost.json())["message"]


async def test_a_talk_spread_over_both_desks_goes_as_at_one(pairs, desks):
    told = []
    for phone, places in (("13900001234", desks[:1]), ("13900005678", desks)):
        async with Customer(places[0].address) as customer:
            said = []
            for number, text in enumerate(SCRIPT):
                customer._address = places[number % len(places)].address
                said.append(await customer.say(text.format(phone=phone)))
            told.append([[_DIGITS.sub("#", line) for line in lines] for lines in said])
    assert told[0] == told[1]


async def test_redis_killed_and_started_again_loses_nothing(pairs, desks, visit, agent):
    here, there = desks
    console, customer, mine = await agent(there, "li"), await visit(here), "桶装水有一股怪味"
    await say(customer, "m1", mine)
    await say(customer, "m2", "转人工")
    talk = await in_queue(pairs, console, mine)
    await console.open.say("look", conversation=talk)
    pairs.redis.kill()
    assert (await console.act(talk, "claim")).status == 200
    assert (await console.act(talk, "write", text="没有 Redis 也听得到。", client_id="w1")).status == 200
    await reads(customer, "没有 Redis 也听得到。")
    await customer.say("send", client_id="m3", text="听到了")
    await customer.next("stored")
    pairs.redis.start()

    async def passes():
        await console.open.say("typing")
        async with asyncio.timeout(5):
            return await customer.next("typing")

    await until(passes)
    assert (await console.act(talk, "write", text="回来了。", client_id="w2")).status == 200
    await reads(customer, "回来了。")
    assert customer.seqs == list(range(1, len(customer.seqs) + 1))
    assert [line.text for line in await pairs.messages(mine)] == [line["text"] for line in customer.lines]


async def test_a_desk_killed_in_a_turn_has_it_finished_once_by_the_other(pairs, desks):
    victim, other = desks
    victim.process.send_signal(signal.SIGUSR1)
    first = "一箱奶茶里有一盒是空的，封口是好的"
    async with Customer(victim.address) as customer:
        saying = asyncio.create_task(customer.say(first))
        await victim.ended()
        customer._address = other.address
        said = await saying
    assert len(said) == len(set(said)) >= 2
    lines = await pairs.messages(first)
    assert [line.seq for line in lines] == list(range(1, len(lines) + 1))
    asked = [line for line in lines if line.author is Author.CUSTOMER]
    assert [line.delivery for line in asked] == [Delivery.ANSWERED]
    async with pairs.database() as database, database.reading_units()() as uow:
        cases = [case for case in await uow.cases.all() if case.conversation_id == lines[0].conversation_id]
    assert [case.issue for case in cases] == ["carton.empty"]
