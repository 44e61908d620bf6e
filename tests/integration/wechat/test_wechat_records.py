"""What is stored of WeChat, on both databases: decided once, taken once, kept sealed."""

import asyncio
import itertools
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.adapters.database.unit_of_work import Database
from bot.domain.conversation import Author
from bot.domain.errors import Conflict
from bot.domain.wechat_records import IncomingMedia, Sending, SendingState, Way, WindowKind
from tests.records import NOW, a_customer, a_message

SOON = NOW + timedelta(seconds=30)


@pytest.fixture
async def other_process(database_url, sealer, live):
    """Units of a second `Database`: like another process, it shares nothing with the first but the data."""
    opened = Database(database_url, sealer)
    yield opened.units(live)
    await opened.close()


@pytest.fixture
async def chat(units, talk):
    """The conversation `talk` as a chat with a 公众号."""
    async with units() as unit:
        (await unit.conversations.get(talk)).last_seq = 3
        unit.messages.add(a_message("asked", 1))
        unit.messages.add(a_message("greeted", 2, author=Author.BOT, text="您好"))
        unit.messages.add(a_message("again", 3, created_at=SOON))
        await unit.wechat.begun(talk, "wechat", "wx1")
        await unit.commit()
    return talk


def a_sending(id, from_seq=1, **more):
    values = {"part": 0, "way": "text", "body": {"text": "请打 13812345678"}, **more}
    return Sending(id, "talk", from_seq, from_seq, created_at=NOW, next_at=NOW, **values)


async def test_of_ways_decided_at_once_for_one_message_one_counts(units, other_process, chat):
    doors = itertools.cycle((units, other_process))

    async def decide(way):
        async with next(doors)() as unit:
            decision = await unit.wechat.decide("asked", way, NOW, f"answer {way}")
            await unit.commit()
            return decision

    decisions = await asyncio.gather(*(decide(way) for way in (Way.PASSIVE, Way.CUSTOM) * 3))
    assert len({(one.way, one.reply) for one in decisions}) == 1
    async with units() as unit:
        assert await unit.wechat.decision("asked") == decisions[0]


async def test_what_is_not_decided_is_listed_from_a_moment_on(units, chat):
    async with units() as unit:
        assert await unit.wechat.undecided(chat, NOW) == ["asked", "again"]
        assert await unit.wechat.undecided(chat, SOON) == ["again"]
        await unit.wechat.decide("again", Way.CUSTOM, SOON)
        assert await unit.wechat.undecided(chat, NOW) == ["asked"]


async def test_an_event_is_new_once_whoever_hears_of_it_and_its_key_is_only_kept_as_a_hash(
    units, other_process, database
):
    doors = itertools.cycle((units, other_process))

    async def hear():
        async with next(doors)() as unit:
            first = await unit.wechat.first_time("gh_1 oOpenId 1700000000 CLICK", NOW)
            await unit.commit()
            return first

    assert sorted(await asyncio.gather(*(hear() for _ in range(6)))) == [False] * 5 + [True]
    async with database.engine.connect() as connection:
        assert "oOpenId" not in (await connection.scalars(text("SELECT key FROM wechat_events"))).one()
    async with units() as unit:
        await unit.wechat.forget_events(SOON)
        assert await unit.wechat.first_time("gh_1 oOpenId 1700000000 CLICK", NOW)


async def test_a_chat_is_behind_while_lines_of_ours_are_not_decided_upon(units, chat):
    async with units() as unit:
        assert await unit.wechat.behind(None) == [chat]
        assert await unit.wechat.behind(NOW) == []
        (await unit.wechat.chat(chat)).sent_seq = 2
        assert await unit.wechat.behind(None) == []


async def test_a_chat_keeps_its_window_and_a_session_of_kf(units, chat):
    async with units() as unit:
        mine = await unit.wechat.chat(chat)
        mine.window_sent = 4
        mine.opened(WindowKind.MESSAGE, SOON)
        mine.kf_state, mine.welcome_code, mine.welcome_until = 1, "CODE", SOON
        await unit.commit()
    async with units() as unit:
        kept = await unit.wechat.chat(chat)
    assert (kept.window_kind, kept.window_since, kept.window_sent) == (WindowKind.MESSAGE, SOON, 0)
    assert (kept.kf_state, kept.welcome_code, kept.subscribed) == (1, "CODE", True)


async def test_one_set_of_lines_is_sent_in_one_way(units, chat):
    async with units() as unit:
        unit.wechat.add_sending(a_sending("s1"))
        await unit.commit()
    async with units() as unit:
        unit.wechat.add_sending(a_sending("s2"))
        with pytest.raises(Conflict):
            await unit.commit()


async def test_what_is_to_be_sent_comes_in_order_and_only_while_it_is_open(units, chat):
    async with units() as unit:
        for sending in (
            a_sending("third", 2, state=SendingState.HELD),
            a_sending("second", 1, part=1),
            a_sending("first", 1, state=SendingState.SENT),
        ):
            unit.wechat.add_sending(sending)
        await unit.commit()
    async with units() as unit:
        assert [one.id for one in await unit.wechat.open_sendings(chat)] == ["second", "third"]
        assert [one.id for one in await unit.wechat.sendings_of(chat)] == ["first", "second", "third"]
        assert [one.id for one in await unit.wechat.sendings_of(chat, 2)] == ["third"]
        assert await unit.wechat.chats_due(NOW) == [chat]
        assert await unit.wechat.chats_due(NOW - timedelta(seconds=1)) == []
        (await unit.wechat.sending("second")).state = SendingState.UNSURE
        assert await unit.wechat.chats_due(SOON) == []


async def test_a_text_on_its_way_and_a_token_are_sealed(units, chat, database):
    async with units() as unit:
        unit.wechat.add_sending(a_sending("s1"))
        unit.wechat.add_media(IncomingMedia("again", "MEDIA-1", "image", NOW, NOW))
        await unit.wechat.keep_token("wx1", "ACCESS-TOKEN", SOON)
        await unit.commit()
    async with database.engine.connect() as connection:
        for column, table, secret in (
            ("body", "wechat_sendings", "13812345678"),
            ("media_id", "wechat_media", "MEDIA-1"),
            ("token", "wechat_tokens", "ACCESS-TOKEN"),
        ):
            (stored,) = await connection.scalars(text(f"SELECT {column} FROM {table}"))  # noqa: S608 -- ours
            assert secret not in stored
    async with units() as unit:
        assert (await unit.wechat.sending("s1")).body == {"text": "请打 13812345678"}
        assert (await unit.wechat.media("again")).media_id == "MEDIA-1"
        assert await unit.wechat.media_due(NOW) == ["again"]


async def test_a_token_is_fetched_by_one_until_it_is_there_or_the_lease_is_over(units, other_process):
    doors = itertools.cycle((units, other_process))

    async def lease(now=NOW):
        async with next(doors)() as unit:
            mine = await unit.wechat.lease_token("wx1", now, now + timedelta(seconds=10))
            await unit.commit()
            return mine

    assert sorted(await asyncio.gather(*(lease() for _ in range(6)))) == [False] * 5 + [True]
    assert await lease(SOON)
    async with units() as unit:
        await unit.wechat.keep_token("wx1", "T1", SOON)
        assert (await unit.wechat.token("wx1")).token == "T1"
        await unit.commit()
    assert await lease(SOON)
    async with units() as unit:
        await unit.wechat.alarm("wx1", "IP 不在白名单里")
        shared = await unit.wechat.token("wx1")
    assert (shared.token, shared.lease_until, shared.alarm) == (None, None, "IP 不在白名单里")


async def test_one_process_reads_an_account_and_loses_it_when_its_lease_is_over(units):
    async with units() as unit:
        wechat = unit.wechat
        assert (await wechat.lease_cursor("wk1", "a", NOW, SOON)).cursor == ""
        assert await wechat.lease_cursor("wk1", "b", NOW, SOON) is None
        assert await wechat.advance_cursor("wk1", "a", "C7", SOON)
        assert (await wechat.lease_cursor("wk1", "b", SOON, SOON + timedelta(seconds=30))).cursor == "C7"
        assert not await wechat.advance_cursor("wk1", "a", "C8", SOON)
        await wechat.release_cursor("wk1", "b", NOW)
        assert (await wechat.lease_cursor("wk1", "a", NOW, SOON)).cursor == "C7"


async def test_customers_of_several_channels_who_are_one_person_are_found_together(units, talk):
    async with units() as unit:
        for number, union in enumerate(("U1", "U1", "U2"), start=1):
            unit.customers.add(a_customer(f"c{number}", person_id=f"p-{union}", union_id=union))
        await unit.commit()
    async with units() as unit:
        assert [one.id for one in await unit.customers.same_person("c1")] == ["c1", "c2"]
        assert [one.id for one in await unit.customers.same_person("customer")] == ["customer"]
        assert [one.id for one in await unit.customers.of_union("U2")] == ["c3"]
        assert (await unit.customers.get("c3")).union_id != "U2"
