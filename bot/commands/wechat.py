"""`kesu wechat …`."""

import asyncio
import logging
from collections.abc import AsyncIterator

import aiohttp
import click

from bot.adapters.clock import SystemClock
from bot.adapters.live import NobodyWatches
from bot.adapters.secrets_file import with_secrets
from bot.adapters.wechat.clients import wechat_clients
from bot.adapters.wechat.config import official_account, wecom
from bot.adapters.wechat.probing import Prober
from bot.commands.opening import opened, upgrade_database
from bot.domain.errors import ConfigurationError
from bot.services.ports import Clock
from bot.services.wechat import checking
from bot.services.wechat.checking import Finding
from bot.settings import Settings, load_settings

_ANYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 -- of a desk that listens everywhere


@click.group()
def command() -> None:
    """Customers who write from WeChat (公众号, 微信客服): docs/wechat.md."""


@command.command()
def check() -> None:
    """Check keys, callback addresses, IP whitelist and quota of the accounts that are set.

    The desk must be running, with the same settings. One line each; what is wrong comes with what to do on
    the platform's page. Exit code 1 if anything is wrong. No customer gets a message.
    """
    logging.getLogger("bot").addHandler(logging.NullHandler())  # what is alarming is told line by line here
    wrong = asyncio.run(_check(load_settings()))
    if wrong:
        click.echo(f"{wrong} 项需要处理", err=True)
        raise click.exceptions.Exit(1)
    click.echo("都没有问题")


async def _check(settings: Settings) -> int:
    """Print each finding as it comes; how many are wrong. ConfigurationError."""
    settings, wrong = with_secrets(settings), 0
    _require_accounts(settings)
    await upgrade_database(settings)
    async for finding in findings(settings, SystemClock()):
        click.echo(str(finding))
        wrong += not finding.ok
    return wrong


async def findings(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """All that can be told of the accounts that are set; ConfigurationError."""
    official, corp = official_account(settings), wecom(settings)
    yield _address(settings)
    async with opened(settings) as database, aiohttp.ClientSession() as http:
        probe = Prober(http, own_address(settings), clock)
        async with wechat_clients(official, corp, database.units(NobodyWatches()), clock) as clients:
            if official is not None and clients.official is not None:
                async for finding in checking.official(official, clients.official, probe):
                    yield finding
            if corp is not None and clients.kf is not None:
                async for finding in checking.corp(corp, clients.kf, probe):
                    yield finding


def _require_accounts(settings: Settings) -> None:
    if official_account(settings) is None and wecom(settings) is None:
        raise ConfigurationError(
            "还没有设置微信：公众号请设置 KESU_WECHAT_APPID 等，微信客服请设置 KESU_WECOM_CORPID 等"
            "（步骤见 docs/wechat.md）"
        )


def own_address(settings: Settings) -> str:
    """Where the platform reaches the desk, or else where this machine does."""
    if settings.base_url:
        return settings.base_url
    host = "127.0.0.1" if settings.host in _ANYWHERE else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _address(settings: Settings) -> Finding:
    if settings.base_url and settings.base_url.startswith("https://"):
        return Finding(ok=True, what=f"平台访问客诉台的地址 {settings.base_url}")
    todo = "平台只访问公网上的 80 或 443 端口，请把 KESU_BASE_URL 设为那个 https 地址；下面只检查了本机"
    what = "没有设置公网地址" if not settings.base_url else f"地址 {settings.base_url} 不是 https"
    return Finding(ok=True, what=what, todo=todo)
