"""The shared access token, on real databases: few fetches, however many need one and whatever goes wrong."""

import asyncio
import logging
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.adapters.wechat.tokens import Tokens
from bot.domain.wechat_errors import TokenTrouble, TryLater
from tests.clients import LI, PlatformTime, clients_of, fetches, sends, token_row
from tests.wechat.kf_api import GET_TOKEN
from tests.wechat.official_api import CUSTOM, STABLE_TOKEN

SOON_DEAD = timedelta(seconds=20)


async def test_token_expires_mid_send_and_the_message_goes_once_with_a_new_one(fake, client):
    await client.send_text(LI, "一")
    fake.official_api.faults.code(CUSTOM, 42001)
    await client.send_text(LI, "二")
    assert fake.official.followers[LI].shown("custom") == ["一", "二"]
    assert (sends(fake), fetches(fake)) == (3, 2)


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_40001_forever_makes_at_most_2_sends_and_2_fetches_then_an_alarm(
    fake, client, units, caplog, code
):
    fake.official_api.faults.code(CUSTOM, code, times=None)
    with pytest.raises(TokenTrouble) as caught:
        await client.send_text(LI, "好的")
    assert caught.value.code == code
    assert (sends(fake), fetches(fake)) == (2, 2)
    known = await token_row(units, fake)
    assert (known.token, known.lease_until) == (None, None)
    assert str(code) in known.alarm
    (line,) = [line for line in caplog.records if line.levelno == logging.ERROR]
    assert str(code) in line.getMessage()


async def test_50_concurrent_cold_sends_make_one_token_fetch(fake, client):
    await asyncio.gather(*(client.send_text(LI, f"第 {number} 条") for number in range(50)))
    assert (fetches(fake), sends(fake)) == (1, 50)


async def test_50_concurrent_cold_sends_of_five_processes_make_one_token_fetch(fake, units):
    async def process():
        async with clients_of(fake, units, pause=lambda _: asyncio.sleep(0.01), within=None) as clients:
            await asyncio.gather(*(clients.official.send_text(LI, str(number)) for number in range(10)))

    await asyncio.gather(*(process() for _ in range(5)))
    assert (fetches(fake), sends(fake)) == (1, 50)


async def test_a_process_that_is_started_uses_the_token_of_the_others(fake, units):
    for _ in range(3):
        async with clients_of(fake, units, within=None) as clients:
            await clients.official.send_text(LI, "好的")
    assert fetches(fake) == 1


async def test_a_process_whose_token_was_replaced_takes_the_one_another_has_fetched(fake, units):
    async with clients_of(fake, units, within=None) as one, clients_of(fake, units, within=None) as other:
        await one.official.send_text(LI, "一")
        await other.official.send_text(LI, "二")
        fake.official.stable_tokens.revoke()
        await one.official.send_text(LI, "三")
        await other.official.send_text(LI, "四")
    assert fake.official.followers[LI].shown("custom") == ["一", "二", "三", "四"]
    assert fetches(fake) == 2


async def test_whoever_died_while_fetching_is_waited_for_and_then_replaced(fake, units):
    now = PlatformTime(fake).now
    async with units() as uow:
        assert await uow.wechat.lease_token(fake.official.appid, now(), now() + SOON_DEAD)
        await uow.commit()

    async def pause(seconds):
        fake.clock.turn(seconds=seconds)

    async with clients_of(fake, units, pause=pause, within=None) as clients:
        await clients.official.send_text(LI, "好的")
    assert fetches(fake) == 1
    assert fake.clock.turned == pytest.approx(SOON_DEAD.total_seconds())


async def test_a_token_is_renewed_five_minutes_before_its_end(fake, client):
    await client.send_text(LI, "一")
    fake.clock.turn(seconds=7200 - 301)
    await client.send_text(LI, "二")
    assert fetches(fake) == 1
    fake.clock.turn(seconds=2)
    await client.send_text(LI, "三")
    assert fetches(fake) == 2
    assert fake.official_api.journal.codes(CUSTOM) == [0, 0, 0]


async def test_a_renewal_that_fails_lets_the_old_token_serve_to_its_end(fake, client):
    await client.send_text(LI, "一")
    fake.clock.turn(seconds=7200 - 200)
    fake.official_api.faults.code(STABLE_TOKEN, -1, times=None)
    await client.send_text(LI, "二")
    fake.clock.turn(seconds=200)
    with pytest.raises(TryLater):
        await client.send_text(LI, "三")
    assert fake.official.followers[LI].shown("custom") == ["一", "二"]


async def test_a_platform_that_is_busy_while_a_token_is_fetched_is_asked_again_by_the_next(
    fake, client, units
):
    fake.official_api.faults.code(STABLE_TOKEN, -1)
    with pytest.raises(TryLater):
        await client.send_text(LI, "好的")
    assert (await token_row(units, fake)).alarm is None
    await client.send_text(LI, "好的")
    assert (sends(fake), fetches(fake)) == (1, 2)


async def test_whoever_gives_up_waiting_for_a_token_leaves_the_others_theirs(fake, units):
    asked, answered = asyncio.Event(), asyncio.Event()

    async def fetch():
        asked.set()
        await answered.wait()
        return "token", 7200

    tokens = Tokens("account", units, PlatformTime(fake), fetch)
    impatient, patient = (asyncio.create_task(tokens.get()) for _ in range(2))
    await asked.wait()
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    answered.set()
    assert (await patient).value == "token"


async def test_the_token_is_sealed_in_the_database_and_absent_from_logs(fake, client, units, caplog):
    caplog.set_level(logging.DEBUG)
    await client.send_text(LI, "好的")
    (token,) = fake.official.stable_tokens.known
    known = await token_row(units, fake)
    assert known.token == token
    assert token not in repr(known) + caplog.text
    async with units() as uow:
        stored = (await uow._session.execute(text("SELECT token FROM wechat_tokens"))).scalar_one()
    assert token not in stored


async def test_a_token_is_there_before_the_first_message_needs_one(fake, units):
    async with clients_of(fake, units, within=None) as clients:
        await clients.keep_ready()
        await clients.official.send_text(LI, "好的")
        assert (fetches(fake), fake.kf_api.journal.count(GET_TOKEN)) == (1, 1)
        fake.clock.turn(seconds=7200 - 299)
        await clients.keep_ready()
        assert fetches(fake) == 2
