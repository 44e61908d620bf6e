"""`kesu person …`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import TypeVar

import click

from bot.adapters.clock import SystemClock
from bot.adapters.database.unit_of_work import Database
from bot.adapters.files_folder import FolderFiles
from bot.adapters.live import NobodyWatches
from bot.adapters.media.desk_media import DeskMedia
from bot.adapters.papers.files import private_file
from bot.adapters.papers.person import PersonArchives
from bot.adapters.rasa_tables import RasaTables
from bot.adapters.secrets_file import with_secrets
from bot.commands.opening import opened, upgrade_database
from bot.domain.personal_data import STAYS, Found
from bot.services.personal_data import PersonalRights, Who
from bot.services.uploads import UploadLimits, Uploads
from bot.settings import Settings, load_settings

Given = TypeVar("Given")


@click.group()
def command() -> None:
    """Copy or erase what the desk holds of one person (PIPL)."""


def _named(deed: Callable[..., None]) -> Callable[..., None]:
    """The options that say who is meant."""

    @wraps(deed)
    def run(
        case: str | None, phone: str | None, conversation: str | None, openid: str | None, **more: object
    ) -> None:
        if sum(map(bool, (case, conversation, openid))) != 1 or bool(case) != bool(phone):
            raise click.UsageError(
                "Name the person by --case with --phone, by --conversation or by --openid."
            )
        deed(Who(case, phone, conversation, openid), **more)

    for name, text in (
        ("--openid", "What WeChat calls the person (an openid or external_userid), or a host site's id."),
        ("--conversation", "The id of one of the person's conversations."),
        ("--phone", "The whole phone number in that case: both must be right."),
        ("--case", "The number of one of the person's cases; needs --phone."),
    ):
        run = click.option(name, help=text)(run)
    return run


_BY = click.option(
    "--by", required=True, help="The login for which you do this: an admin's, or of who is trusted with it."
)
_OUT = click.option(
    "-o", "--output", "out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where to."
)


@command.command()
@_named
@_BY
@_OUT
@click.option(
    "--internal", is_flag=True, help="Add internal.json: notes, findings and history, to be read first."
)
@click.option("--dry-run", is_flag=True, help="Only say what there is.")
def export(who: Who, by: str, out: Path, *, internal: bool, dry_run: bool) -> None:
    """Write a zip with everything the desk holds of a person: a page to read, JSON, photos and videos."""

    async def take(rights: PersonalRights, files: FolderFiles, _: Database) -> tuple[int, int]:
        taken = await rights.copy(who, by)
        with private_file(out) as file:
            photos = await PersonArchives(files, SystemClock()).write(file, taken, internal=internal)
        return len(taken.copy.own["messages"]), photos

    if dry_run:
        _tell(*_run(lambda rights, _, __: rights.look(who)), "会写入副本的内容")
        return
    said, shown = _run(take)
    click.echo(f"{out}：{said} 条消息，{shown} 个文件。里面是完整的个人信息，请只交给本人。")


@command.command()
@_named
@_BY
@click.option("--reason", default="", help="Why; it is kept in the audit log. Don't name the person in it.")
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
@click.option("--yes", is_flag=True, help="Really do it: nothing brings it back but a backup.")
def erase(who: Who, by: str, reason: str, *, dry_run: bool, yes: bool) -> None:
    """Erase what the desk holds of a person; of finished cases only the facts stay, without the person."""
    if dry_run:
        _tell(*_run(lambda rights, _, __: rights.look(who)), "会抹去的内容")
        return
    if not yes:
        raise click.UsageError(
            "Look with --dry-run first, then add --yes: nothing brings it back but a backup."
        )

    async def forget(rights: PersonalRights, files: FolderFiles, database: Database) -> Mapping[str, int]:
        counts = await rights.erase(who, by, reason)
        await purge(database, files)
        await database.shred()
        return counts

    counts = _run(forget)
    click.echo("已抹去：" + "，".join(f"{name} {rows}" for name, rows in counts.items()))
    click.echo("备份里还有这些内容：请按 docs/privacy.md 处理备份；下次训练的模型不再含有这些例句。")


async def purge(database: Database, files: FolderFiles) -> None:
    """Delete the bytes of files that are marked as going."""
    uploads = Uploads(
        database.units(NobodyWatches()), files, DeskMedia(), SystemClock(), UploadLimits(1, 1, 1, 1)
    )
    while await uploads.purge():
        pass


def _tell(found: Found, counts: Mapping[str, int], title: str) -> None:
    click.echo(f"{title}（{len(found.subject.customers)} 个渠道身份）：")
    for name, rows in counts.items():
        click.echo(f"  {name} {rows}" + (f"：{STAYS[name]}" if name in STAYS else ""))
    if found.open_cases:
        click.echo(f"还没办结、所以现在不能抹去：{'、'.join(found.open_cases)}")
    if found.same_phone:
        click.echo(f"留了同一个电话的其他投诉（不含在内，是不是同一人请核实）：{'、'.join(found.same_phone)}")


def _run(
    work: Callable[[PersonalRights, FolderFiles, Database], Coroutine[None, None, Given]],
) -> Given:
    async def run() -> Given:
        settings = with_secrets(load_settings())
        await upgrade_database(settings)
        async with _opened(settings) as (rights, files, database):
            return await work(rights, files, database)

    return asyncio.run(run())


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[PersonalRights, FolderFiles, Database]]:
    async with opened(settings) as database:
        trackers = RasaTables(settings.nlu_database_url)
        units, reading = database.units(NobodyWatches()), database.reading_units()
        yield PersonalRights(units, reading, trackers, SystemClock()), FolderFiles(settings.files), database
