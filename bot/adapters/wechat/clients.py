"""Opens the clients of whatever accounts the settings describe."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from aiohttp import ClientTimeout

from bot.adapters.wechat import client, kf_client
from bot.adapters.wechat.calling import Caller
from bot.adapters.wechat.client import OfficialApi
from bot.adapters.wechat.kf_client import KfApi
from bot.adapters.wechat.tokens import Fetch, Pause, Tokens
from bot.adapters.wechat.wire import CALL, Wire, new_session
from bot.domain.wechat_accounts import OfficialAccount, Wecom
from bot.domain.wechat_errors import NotAllowedHere, TokenTrouble, WechatError
from bot.services.ports import Clock, Units
from bot.settings import variable

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WechatClients:
    """The clients of a desk (None where there is no such account), and the tokens that they use."""

    official: OfficialApi | None = None
    kf: KfApi | None = None
    tokens: tuple[Tokens, ...] = ()

    async def keep_ready(self) -> None:
        """Have a token before a customer waits for one; a wrong id or secret shows in the log at once."""
        for tokens in self.tokens:
            try:
                await tokens.get()
            except (NotAllowedHere, TokenTrouble):
                continue  # the alarm has been logged where it was raised
            except WechatError as problem:
                log.warning("WeChat, account %s: %s", tokens.account, problem)


@asynccontextmanager
async def wechat_clients(
    official: OfficialAccount | None,
    corp: Wecom | None,
    units: Units,
    clock: Clock,
    pause: Pause = asyncio.sleep,
    within: ClientTimeout = CALL,
) -> AsyncIterator[WechatClients]:
    """The clients, while the block runs; `pause` waits between tries, in seconds; `within` is for a call."""
    opened: list[Tokens] = []

    def caller(wire: Wire, account: str, fetch: Fetch) -> Caller:
        opened.append(Tokens(account, units, clock, fetch, pause))
        return Caller(wire, opened[-1], pause)

    async with new_session() as http:
        official_api = kf_api = None
        if official is not None:
            wire = Wire(http, official.api, variable("wechat_api"), within=within)
            fetch = partial(client.fetch_token, wire, official)
            official_api = OfficialApi(caller(wire, official.app_id, fetch))
        if corp is not None:
            wire = Wire(http, corp.api, variable("wecom_api"), corp=True, within=within)
            fetch = partial(kf_client.fetch_token, wire, corp)
            kf_api = KfApi(caller(wire, corp.corp_id, fetch))
        try:
            yield WechatClients(official_api, kf_api, tuple(opened))
        finally:
            for tokens in opened:
                await tokens.close()
