"""Among ten thousand lines what was looked for is found, all of it and nothing else, on both databases."""

import random

import pytest

from bot.adapters.pinyin import all_syllables
from bot.services.ports.search import MESSAGE
from bot.services.search import Filters, Search, catch_up
from bot.services.titles import titles
from tests.desks import handbook, make_desk
from tests.records import a_conversation, a_customer, a_message, a_user, store

LINES, TALKS, NEEDLES = 10_000, 500, 40
HAYSTACK = (
    "快递三天没有更新，客服电话一直打不通。",
    "電梯壞了兩個星期，管理費照收。",
    "奶茶里喝出一根头发，很恶心。",
    "退款还没有到账，请尽快处理。",
    "酒店房间隔音很差，整晚没睡。",
    "银行柜台排队两个小时。",
    "影院空调太冷，座位也是坏的。",
    "買的燈用了一週就不亮了。",
    "水管工说明天来，结果没来。",
    "你们的服务态度很差，我要投诉。",
)


@pytest.fixture
async def many(units):
    """Ten thousand lines, a few of which tell of a leak; the conversations that do."""
    chance = random.Random(7)  # noqa: S311 -- the same lines each time
    await store(units, ("people", a_user("wang")))
    for nth in range(TALKS):
        await store(
            units,
            ("customers", a_customer(f"c{nth}")),
            ("conversations", a_conversation(f"t{nth:03}", f"c{nth}")),
        )
    leaking = set(chance.sample(range(LINES), NEEDLES))
    for start in range(0, LINES, 500):
        lines = [_message(chance, nth, leaks=nth in leaking) for nth in range(start, start + 500)]
        await store(units, *(("messages", line) for line in lines))
    return {f"t{nth % TALKS:03}" for nth in leaking}


def _message(chance, nth, *, leaks):
    said = [chance.choice(HAYSTACK) for _ in range(3)]
    said += [chance.choice(("天花板漏水了。", "樓上一直漏水。"))] if leaks else []
    return a_message(f"m{nth:05}", nth // TALKS + 1, f"t{nth % TALKS:03}", text="".join(said))


async def test_two_characters_and_pinyin_find_what_they_must_among_many(many, units, database, sealer):
    words = make_desk(units, sealer).words
    search = Search(database.reading_units(), words, database.tokens, all_syllables, titles(handbook()))
    for typed in ("漏水", "loushui", "lòushui", "loush"):
        found, page, more = set(), 1, True
        while more:
            answer = await search.find(typed, a_user("wang"), Filters(kind=MESSAGE), page)
            found |= {one.conversation_id for one in answer.results}
            page, more = page + 1, answer.more
        assert found == many, typed
    assert (await search.find("電梯", a_user("wang"), Filters(kind=MESSAGE))).more
    assert not (await search.find("水漏", a_user("wang"), Filters())).results
    assert await catch_up(units) == LINES  # noted as done: a second time there is nothing left
    assert await catch_up(units) == 0
