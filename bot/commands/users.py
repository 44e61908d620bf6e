"""`kesu user …`."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click

from bot.adapters.clock import SystemClock
from bot.adapters.company_file import read_company
from bot.adapters.handbook_files import load_handbook
from bot.adapters.live import NobodyWatches
from bot.adapters.passwords import Argon2Passwords
from bot.adapters.secrets_file import with_secrets
from bot.commands.opening import opened, upgrade_database
from bot.domain.people import Role, User
from bot.services.accounts import Accounts
from bot.services.accounts_changes import Person, Staff
from bot.services.accounts_checks import Called, Offices
from bot.services.audit import TERMINAL
from bot.services.ports import Units
from bot.settings import Settings, load_settings

_BY = TERMINAL
_ROLES = click.Choice([role.value for role in Role])
_MARKED = {True: "", False: "（已停用）"}
_name = click.option("--name", help="The name customers and colleagues see.")
_department = click.option("--department", help="The department a handler answers for, as the packs name it.")
_positions = click.option(
    "--position",
    "positions",
    multiple=True,
    help="A position that the packs name; may be given several times.",
)
_password_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input; don't ask."
)


@click.group()
def command() -> None:
    """Manage the logins, roles, departments and positions of the people of the desk."""


@command.command()
@click.argument("login")
@_name
@click.option(
    "--role",
    type=_ROLES,
    default=Role.AGENT.value,
    show_default=True,
    help="agent answers customers; senior also merges and splits cases; supervisor also extends deadlines "
    "and trains the bot; admin also sets up the desk; department sees what its department was handed.",
)
@_department
@_positions
@_password_stdin
def add(
    login: str,
    name: str | None,
    role: str,
    department: str | None,
    positions: tuple[str, ...],
    *,
    password_stdin: bool,
) -> None:
    """Add somebody who signs in as LOGIN. The password is asked for; it needs at least 10 characters."""
    settings, password = with_secrets(load_settings()), _password(from_stdin=password_stdin)

    async def work() -> User:
        async with _open(settings) as (units, offices):
            accounts = Accounts(units, Argon2Passwords(), SystemClock(), offices=offices)
            return await accounts.add(
                login, name or login, Role(role), password, department=department, positions=set(positions)
            )

    user = asyncio.run(work())
    click.echo(f"已添加 {user.login}（{user.role}）")


@command.command("set")
@click.argument("login")
@_name
@click.option("--role", type=_ROLES, help="What they may do from now on.")
@_department
@click.option("--no-department", is_flag=True, help="They belong to no department any more.")
@_positions
@click.option("--no-positions", is_flag=True, help="They hold no position any more.")
@click.option("--staff-no", help="Their staff number, by which complaints can mean them; '' takes it away.")
@click.option("--alias", "aliases", multiple=True, help="Another name for them; replaces those they have.")
@click.option("--email", help="The address by which single sign-on knows them; '' takes it away.")
@click.option(
    "--personal-data/--no-personal-data",
    default=None,
    help="Whether they handle requests about personal data; seniors and supervisors only.",
)
@click.option("--active/--inactive", default=None, help="Whether they can sign in.")
@click.option("--password", "reset", is_flag=True, help="Give them a new password.")
@_password_stdin
def set_(
    login: str,
    name: str | None,
    role: str | None,
    department: str | None,
    positions: tuple[str, ...],
    staff_no: str | None,
    aliases: tuple[str, ...],
    email: str | None,
    *,
    no_department: bool,
    no_positions: bool,
    personal_data: bool | None,
    active: bool | None,
    reset: bool,
    password_stdin: bool,
) -> None:
    """Change LOGIN. What isn't named stays; the positions named take the place of those they hold."""
    settings = with_secrets(load_settings())
    password = _password(from_stdin=password_stdin) if reset or password_stdin else None

    async def work() -> Person:
        async with _staff(settings) as staff:
            person = await staff.find(login)
            user = person.user
            await staff.change(
                user.id,
                name=name or user.name,
                role=Role(role) if role else user.role,
                department=None if no_department else department or user.department,
                positions=() if no_positions else set(positions) or person.positions,
                called=Called(
                    user.staff_no if staff_no is None else staff_no,
                    aliases or tuple(user.aliases),
                    user.email if email is None else email,
                ),
                personal_data=personal_data,
                by=_BY,
            )
            if password is not None:
                await staff.reset_password(user.id, password, by=_BY)
            if active is not None:
                await (staff.reactivate if active else staff.deactivate)(user.id, by=_BY)
            return await staff.get(user.id)

    click.echo(f"已更新 {_line(asyncio.run(work()))}")


@command.command("list")
def list_() -> None:
    """List everybody with role, department and positions."""
    settings = with_secrets(load_settings())

    async def work() -> list[Person]:
        async with _staff(settings) as staff:
            return await staff.all()

    for person in asyncio.run(work()):
        click.echo(_line(person))


def _line(person: Person) -> str:
    user = person.user
    parts = [f"{user.login}{_MARKED[user.active]}", user.name, user.role.value]
    parts += [f"department={user.department}"] if user.department else []
    parts += [f"position={position}" for position in sorted(person.positions)]
    parts += ["personal-data"] if user.personal_data else []
    return "  ".join(parts)


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = click.prompt("密码", hide_input=True, confirmation_prompt="再输入一次")
    else:
        raise click.UsageError("There is no terminal to ask at: give the password with --password-stdin.")
    return password


@asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[tuple[Units, Offices]]:
    company = read_company(settings.company)
    handbook = load_handbook(settings.handbook, company.packs or None)
    await upgrade_database(settings)
    async with opened(settings) as database:
        yield database.units(NobodyWatches()), Offices.of(handbook)


@asynccontextmanager
async def _staff(settings: Settings) -> AsyncIterator[Staff]:
    async with _open(settings) as (units, offices):
        yield Staff(units, Argon2Passwords(), SystemClock(), offices)
