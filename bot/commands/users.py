"""`kesu user …`."""

import asyncio
import sys

import click

from bot.adapters.clock import SystemClock
from bot.adapters.live import NobodyWatches
from bot.adapters.passwords import Argon2Passwords
from bot.adapters.secrets_file import with_secrets
from bot.commands.opening import opened, upgrade_database
from bot.domain.people import Role, User
from bot.services.accounts import Accounts
from bot.settings import Settings, load_settings


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
    user = asyncio.run(_add(settings, login, name or login, Role(role), password))
    click.echo(f"已添加 {user.login}（{user.role}）")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = click.prompt("密码", hide_input=True, confirmation_prompt="再输入一次")
    else:
        raise click.UsageError("There is no terminal to ask at: give the password with --password-stdin.")
    return password


async def _add(settings: Settings, login: str, name: str, role: Role, password: str) -> User:
    await upgrade_database(settings)
    async with opened(settings) as database:
        accounts = Accounts(database.units(NobodyWatches()), Argon2Passwords(), SystemClock())
        return await accounts.add(login, name, role, password)
