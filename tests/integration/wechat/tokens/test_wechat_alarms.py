"""When no access token is believed or to be had: one alarm, and no storm of calls."""

import asyncio
import logging
from datetime import timedelta

import pytest

from bot.domain.wechat_errors import NotAllowedHere, TokenTrouble
from tests.clients import LI, clients_of, fetches, sends, token_row
from tests.wechat.official_api import CUSTOM, STABLE_TOKEN

SOON_DEAD = timedelta(seconds=20)


async def test_after_an_alarm_nobody_asks_for_a_minute_and_then_it_may_be_well_again(fake, client, units):
    fake.official_api.faults.code(CUSTOM, 40001, times=None)
    for _ in range(5):
        with pytest.raises(TokenTrouble):
            await client.send_text(LI, "好的")
    assert (sends(fake), fetches(fake)) == (2, 2)
    fake.official_api.faults.clear()
    fake.clock.turn(seconds=61)
    await client.send_text(LI, "好的")
    assert fetches(fake) == 3
    assert (await token_row(units, fake)).alarm is None


async def test_50_sends_at_once_that_are_not_believed_share_their_fetches_and_one_alarm(fake, client, caplog):
    await client.send_text(LI, "好的")
    fake.official_api.faults.code(CUSTOM, 40001, times=None)
    told = await asyncio.gather(*(client.send_text(LI, "好的") for _ in range(50)), return_exceptions=True)
    assert {type(one) for one in told} == {TokenTrouble}
    assert fetches(fake) == 2
    assert sends(fake) <= 101
    assert len([line for line in caplog.records if line.levelno == logging.ERROR]) == 1


async def test_an_address_that_is_not_on_the_list_is_an_alarm_without_another_try(fake, client, units):
    fake.official.whitelisted = False
    for _ in range(3):
        with pytest.raises(NotAllowedHere):
            await client.send_text(LI, "好的")
    assert (sends(fake), fetches(fake)) == (0, 1)
    assert "127.0.0.1" in (await token_row(units, fake)).alarm


async def test_a_check_asks_the_platform_in_spite_of_an_alarm_and_ends_it(fake, client, units):
    fake.official.whitelisted = False
    with pytest.raises(NotAllowedHere):
        await client.send_text(LI, "好的")
    fake.official.whitelisted = True
    await client.check_token()
    assert (await token_row(units, fake)).alarm is None
    await client.send_text(LI, "好的")


async def test_an_address_that_is_barred_from_sending_is_an_alarm_and_nothing_is_sent_for_a_while(
    fake, client, units
):
    await client.send_text(LI, "一")
    fake.official_api.faults.code(CUSTOM, 89503, times=None)
    for _ in range(3):
        with pytest.raises(NotAllowedHere):
            await client.send_text(LI, "二")
    assert sends(fake) == 2
    assert "89503" in (await token_row(units, fake)).alarm
    fake.official_api.faults.clear()
    fake.clock.turn(seconds=61)
    await client.send_text(LI, "三")
    assert fake.official.followers[LI].shown("custom") == ["一", "三"]


@pytest.mark.parametrize(("code", "words"), [(40013, "AppID"), (40125, "AppSecret"), (40164, "IP白名单")])
async def test_a_wrong_appid_or_secret_is_one_line_in_the_log_from_the_start(
    fake, units, caplog, code, words
):
    fake.official_api.faults.code(STABLE_TOKEN, code, times=None)
    async with clients_of(fake, units, within=None) as clients:
        await clients.keep_ready()
        await clients.keep_ready()
    (line,) = [line.getMessage() for line in caplog.records if line.levelno >= logging.WARNING]
    assert words in line
    assert str(code) in line
    assert fetches(fake) == 1
