"""`kesu key …`."""

import asyncio

import click

from bot.adapters.clock import SystemClock
from bot.adapters.key_rotation import HEARD_SECONDS, KeyRotation
from bot.adapters.live import NobodyWatches
from bot.adapters.secrets_file import with_secrets
from bot.commands.opening import opened, upgrade_database
from bot.domain.errors import NotAllowed, NotFound
from bot.domain.people import Deed
from bot.services import audit
from bot.settings import Settings, load_settings


@click.group()
def command() -> None:
    """The data key, which seals phone and identity numbers."""


@command.command()
@click.option("--by", required=True, help="The login of the admin for whom you do this.")
@click.option("--wait", default=HEARD_SECONDS, help="Seconds in which running desks hear of a new key.")
def rotate(by: str, wait: float) -> None:
    """Put a new data key in place of the old one; whatever was sealed is sealed anew while the desk runs.

    Interrupted, it goes on where it was when it is run again. Keep secrets.env with every backup: an older
    backup of the database needs the older file.
    """

    async def run() -> int:
        settings = with_secrets(load_settings())
        await upgrade_database(settings)
        await _check(settings, by)
        rows = await KeyRotation(settings, click.echo, wait).run()
        await _note(with_secrets(load_settings()), by, rows)
        return rows

    rows = asyncio.run(run())
    click.echo(f"数据密钥已更换，{rows} 行重新加密。请备份 secrets.env；旧备份仍需要当时的 secrets.env。")


async def _check(settings: Settings, login: str) -> None:
    async with opened(settings) as database, database.reading_units()() as uow:
        person = await uow.people.by_login(login)
        if person is None:
            raise NotFound(f"没有登录名 {login}。")
        if not person.active or not person.may(Deed.SET_UP):
            raise NotAllowed("更换数据密钥要以管理员的名义。")


async def _note(settings: Settings, login: str, rows: int) -> None:
    async with opened(settings) as database, database.units(NobodyWatches())() as uow:
        person = await uow.people.by_login(login)
        actor = person.id if person else audit.TERMINAL
        key = f"key:{database.sealer.key_id}"
        await audit.record(uow, actor, "data_key_rotated", key, {"rows": rows}, now=SystemClock().now())
        await uow.commit()
