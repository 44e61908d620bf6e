"""`kesu user …`."""

import asyncio
import sys
from datetime import UTC, datetime

import click
from argon2 import PasswordHasher

from bot.adapters.secrets_file import with_secrets
from bot.commands.opening import NobodyWatches, opened, upgrade_database
from bot.domain.errors import Conflict, InvalidInput
from bot.domain.people import Role, User
from bot.services.ids import new_id
from bot.settings import Settings, load_settings

SHORTEST_PASSWORD = 10


@click.group()
def command() -> None:
    """Manage the logins of agents and supervisors."""


@command.command()
@click.argument("login")
@click.option("--name", help="The name customers and colleagues see (default: the login).")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.AGENT.value,
    show_default=True,
    help="agent answers customers; supervisor also corrects and trains the bot; admin also sets up the desk.",
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; don't ask.")
def add(login: str, name: str | None, role: str, *, password_stdin: bool) -> None:
    """Add somebody who signs in as LOGIN. The password is asked for; it needs at least 10 characters."""
    settings = with_secrets(load_settings())
    password = _password(from_stdin=password_stdin)
    asyncio.run(_add(settings, login.strip(), (name or login).strip(), Role(role), password))
    click.echo(f"已添加 {login.strip()}（{role}）")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = click.prompt("密码", hide_input=True, confirmation_prompt="再输入一次")
    else:
        raise click.UsageError("There is no terminal to ask at: give the password with --password-stdin.")
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput(f"密码至少要 {SHORTEST_PASSWORD} 个字符")
    return password


async def _add(settings: Settings, login: str, name: str, role: Role, password: str) -> None:
    if not login:
        raise InvalidInput("登录名不能为空")
    await upgrade_database(settings)
    now = datetime.now(UTC)
    hashed = PasswordHasher().hash(password)
    async with opened(settings) as database, database.units(NobodyWatches())() as uow:
        if await uow.people.by_login(login):
            raise Conflict(f"登录名 {login} 已存在")
        uow.people.add(
            User(id=new_id(now), login=login, name=name, role=role, password_hash=hashed, created_at=now)
        )
        await uow.commit()
