"""What goes wrong on the way, as the fake plays it."""

import aiohttp
import pytest

from tests.wechat.official_api import CUSTOM, TYPING

LI = "openid-li"
BODY = {"touser": LI, "msgtype": "text", "text": {"content": "好的"}}


@pytest.fixture
def faults(fake):
    fake.official.wrote(LI)
    return fake.official_api.faults


async def test_a_code_befalls_so_many_calls_of_its_path(fake, official, faults):
    faults.code(CUSTOM, 40001, times=2)
    assert (await official.post(TYPING, {"touser": LI, "command": "Typing"}))["errcode"] == 0
    assert [(await official.post(CUSTOM, BODY))["errcode"] for _ in range(3)] == [40001, 40001, 0]
    assert fake.official_api.journal.codes(CUSTOM) == [40001, 40001, 0]
    assert len(fake.official_api.journal.done(CUSTOM)) == 1


async def test_a_code_for_good_stays_until_the_faults_are_cleared(official, faults):
    faults.code(CUSTOM, -1, times=None)
    assert [(await official.post(CUSTOM, BODY))["errcode"] for _ in range(3)] == [-1, -1, -1]
    faults.clear()
    assert (await official.post(CUSTOM, BODY))["errcode"] == 0


async def test_a_page_comes_with_http_200(fake, official, faults, session):
    faults.html(CUSTOM)
    address = f"{fake.official_url}{CUSTOM}?access_token={official.token}"
    async with session.post(address, json=BODY) as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")
    assert fake.official.delivered == 0


async def test_a_connection_cut_before_delivers_nothing_and_after_delivers(fake, official, faults):
    faults.reset(CUSTOM)
    faults.reset(CUSTOM, after=True)
    for delivered in (0, 1):
        with pytest.raises(aiohttp.ClientConnectionError):
            await official.post(CUSTOM, BODY)
        assert fake.official.delivered == delivered


async def test_a_call_that_hangs_after_delivery_is_on_the_phone(fake, official, faults):
    faults.hang(CUSTOM, after=True)
    address = f"{fake.official_url}{CUSTOM}?access_token={official.token}"
    timeout = aiohttp.ClientTimeout(total=0.2)
    async with aiohttp.ClientSession(timeout=timeout) as impatient:
        with pytest.raises(TimeoutError):
            await impatient.post(address, json=BODY)
    assert fake.official.followers[LI].shown("custom") == ["好的"]


async def test_a_gateway_answers_with_a_status(fake, official, faults, session):
    faults.status(CUSTOM, 503)
    address = f"{fake.official_url}{CUSTOM}?access_token={official.token}"
    async with session.post(address, json=BODY) as answer:
        assert answer.status == 503
