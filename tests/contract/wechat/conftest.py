"""The fake platform, on a clock that only a test turns."""

import aiohttp
import pytest

from tests.wechat import FakeTencent, TencentClock

NOON = 1_774_000_800.0


@pytest.fixture
async def fake():
    """Both servers, running."""
    async with FakeTencent(TencentClock(read=lambda: NOON)) as running:
        yield running


class Caller:
    """Calls the fake as a client would, with a token that it fetched."""

    def __init__(self, session, base):
        self.session, self.base, self.token = session, base, ""

    async def post(self, path, body, *, raw=None):
        """What the fake answers to a JSON body."""
        params = {"access_token": self.token} if self.token else {}
        how = {"data": raw} if raw is not None else {"json": body}
        async with self.session.post(self.base + path, params=params, **how) as answer:
            return await answer.json()

    async def get(self, path, **query):
        """What the fake answers to a GET, or the bytes if those are no JSON."""
        params = query | ({"access_token": self.token} if self.token else {})
        async with self.session.get(self.base + path, params=params) as answer:
            if answer.content_type == "application/json":
                return await answer.json()
            return await answer.read()


@pytest.fixture
async def session():
    """For the calls of a test."""
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def official(fake, session):
    """A caller with a stable token of the 公众号."""
    caller = Caller(session, fake.official_url)
    account = fake.official
    body = {"grant_type": "client_credential", "appid": account.appid, "secret": account.secret}
    caller.login = body
    caller.token = (await caller.post("/cgi-bin/stable_token", body))["access_token"]
    fake.official_api.journal.clear()
    return caller


@pytest.fixture
def account(fake):
    """A 微信客服 account with two servicers, one of whom receives customers."""
    return fake.corp.open_account(wang=True, zhao=False)


@pytest.fixture
async def kf(fake, session, account):
    """A caller with a token of the corp."""
    caller = Caller(session, fake.kf_url)
    answer = await caller.get("/cgi-bin/gettoken", corpid=fake.corp.corpid, corpsecret=fake.corp.secret)
    caller.token = answer["access_token"]
    fake.kf_api.journal.clear()
    return caller
