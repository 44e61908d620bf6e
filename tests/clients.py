"""Our clients of WeChat for tests, calling the fake platform."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from aiohttp import ClientTimeout

from bot.adapters.wechat.clients import wechat_clients
from bot.domain.wechat_accounts import OfficialAccount, Wecom
from bot.domain.wechat_records import SharedToken
from tests.wechat.official_api import CUSTOM, STABLE_TOKEN

NOON = 1_774_000_800.0  # of the platform's clock, in seconds
LI = "openid-of-li"
SOON = ClientTimeout(total=0.3)  # of a call that a fault lets hang


class MemoryTokens:
    """Units of work that keep access tokens and nothing else (ports.Units); several "processes" share it."""

    def __init__(self):
        self.rows = {}

    def __call__(self):
        return self

    @property
    def wechat(self):
        return self

    async def __aenter__(self):
        return self

    async def __aexit__(self, *problem):
        return None

    async def commit(self):
        return None

    async def token(self, account):
        return self.rows.get(account)

    async def lease_token(self, account, now, until):
        row = self.rows.get(account, SharedToken(account))
        if row.lease_until and row.lease_until > now:
            return False
        self.rows[account] = replace(row, lease_until=until)
        return True

    async def keep_token(self, account, token, expires_at):
        self.rows[account] = SharedToken(account, token, expires_at)

    async def alarm(self, account, why):
        self.rows[account] = SharedToken(account, alarm=why)

    async def release_token(self, account):
        self.rows[account] = replace(self.rows[account], lease_until=None)


class PlatformTime:
    """The desk's clock, turned with the platform's."""

    def __init__(self, fake):
        self._fake = fake

    def now(self):
        return datetime.fromtimestamp(self._fake.clock.now(), UTC)


class Pauses:
    """Remembers how long was waited, and doesn't wait."""

    def __init__(self):
        self.seconds = []

    async def __call__(self, seconds):
        self.seconds.append(seconds)


def official_of(fake, **more):
    """The fake's 公众号, as the desk's settings would describe it."""
    account = fake.official
    known = {"app_id": account.appid, "secret": account.secret, "token": account.token}
    return OfficialAccount(**{**known, "aes_keys": (account.aes_key,), "api": fake.official_url, **more})


def corp_of(fake, **more):
    """The fake's corp, likewise."""
    corp = fake.corp
    known = {"corp_id": corp.corpid, "secret": corp.secret, "token": corp.token}
    return Wecom(**{**known, "aes_keys": (corp.aes_key,), "api": fake.kf_url, **more})


@asynccontextmanager
async def clients_of(fake, units=None, pause=None, within=SOON, **official):
    """Clients of both accounts; with the same `units` they are processes of one desk."""
    async with wechat_clients(
        official_of(fake, **official),
        corp_of(fake),
        units or MemoryTokens(),
        PlatformTime(fake),
        pause or Pauses(),
        within,
    ) as opened:
        yield opened


def fetches(fake):
    """How often an access token of the 公众号 was asked for."""
    return fake.official_api.journal.count(STABLE_TOKEN)


def sends(fake):
    """How often a message was sent to one of its customers."""
    return fake.official_api.journal.count(CUSTOM)


async def token_row(units, fake):
    """What the processes share about its access token."""
    async with units() as uow:
        return await uow.wechat.token(fake.official.appid)
