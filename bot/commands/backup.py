"""`kesu backup`."""

import asyncio
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import click

from bot.adapters.backup.archive import COMPANY, CORRECTIONS, FILES, HANDBOOK, MODELS
from bot.adapters.backup.making import Backup, make_backup
from bot.adapters.database.schema import check
from bot.adapters.secrets_file import NAME, with_kept_secrets
from bot.commands.taken import note_at_terminal
from bot.domain.errors import ConfigurationError
from bot.settings import Settings, load_settings

TITLES = {
    FILES: "照片、视频等文件",
    MODELS: "模型文件",
    HANDBOOK: "手册文件",
    CORRECTIONS: "更正过的训练文件",
    COMPANY: COMPANY,
}


@click.command()
@click.argument("target", metavar="FILE|FOLDER", type=click.Path(path_type=Path))
def command(target: Path) -> None:
    """Back up everything of the desk but its keys into FILE, or into a new file in FOLDER.

    The desk may be running: the databases are copied as of one moment. The data key and other secrets are
    never in a backup: keep them elsewhere. docs/operating.md says what is in it and how to restore it.
    """
    settings = load_settings()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who is told to end cleans up first
    made = asyncio.run(_make(settings, target))
    click.echo(f"已备份到 {made.file}（{_size(made.size)}），只有所有者能读")
    click.echo(f"  {contents(made)}")
    if made.missing:
        click.echo(f"注意: 有 {made.missing} 个文件已经不在（刚被删除，或早就缺失），没有进备份", err=True)
    where = "KESU_DATA_KEY" if settings.data_key else f"{settings.var / NAME}"
    click.echo(
        f"数据密钥不在备份里，它的编号是 {made.about.key_id}：请把 {where} 另行保管，不要和备份放在一起。"
        "没有这把密钥，备份不能恢复，电话和证件号码也再读不出来。"
    )


async def _make(settings: Settings, target: Path) -> Backup:
    """Everything that customers said is taken out: that goes into the audit log, where there is one yet."""
    made = await make_backup(settings, target)
    with suppress(ConfigurationError):  # older tables: nothing is written before they are brought up to date
        await check(settings.database_url)
        details = {"key_id": made.about.key_id}
        await note_at_terminal(
            with_kept_secrets(settings), "backup_made", f"backup:{made.file.name}", details
        )
    return made


def contents(made: Backup) -> str:
    """What a backup holds, in a line."""
    databases = [f"数据库（{made.about.revision}）", *(["Rasa 的记忆"] if made.about.rasa else [])]
    return "、".join((*databases, *counted(made.counts)))


def counted(counts: Mapping[str, int]) -> list[str]:
    """How many files of each kind, in words."""
    return [f"{title} {counts[kind]} 个" for kind, title in TITLES.items() if counts.get(kind)]


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB"
