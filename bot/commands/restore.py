"""`kesu restore`."""

import asyncio
import signal
from pathlib import Path
from typing import BinaryIO

import click

from bot.adapters.backup.restoring import Restored, look, prove, restore
from bot.adapters.handbook_files import check_directory
from bot.adapters.secrets_file import with_kept_secrets
from bot.commands.backup import counted
from bot.commands.taken import note_at_terminal
from bot.settings import Settings, load_settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--check", is_flag=True, help="Only prove that the backup is whole and opens with the data key."
)
def command(file: Path, *, check: bool) -> None:
    """Restore the backup FILE into the empty places that the settings name: folder, database, files.

    The data key is given as at a start: secrets.env in KESU_VAR, or KESU_DATA_KEY. Nothing is ever
    overwritten. The tables of an older program are brought up to date.
    """
    settings = load_settings()
    with file.open("rb") as backup:
        if check:
            about, key = look(settings, backup)
            count = prove(backup, key)
            click.echo(
                f"{file}：完整，没有被改过。{about.made} 制作，{count} 个文件，数据密钥 {about.key_id}"
            )
            return
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # who is told to end cleans up first
        restored = asyncio.run(_restore(settings, backup))
    told = "、".join(["数据库", *counted(restored.counts)])
    click.echo(f"已恢复 {restored.about.made} 的备份：{told}")
    for path in restored.aside:
        click.echo(f"注意: 本程序自带的文件与备份里的不同，备份里的放在 {path}，需要时请手工合并", err=True)
    _look_at_handbook(settings)
    click.echo("请执行 kesu up 启动。备份之后发生的事不在里面：之后收到的消息、发出的通知都不知道了。")


async def _restore(settings: Settings, backup: BinaryIO) -> Restored:
    restored = await restore(settings, backup)
    details = {"made": restored.about.made, "key_id": restored.about.key_id}
    await note_at_terminal(
        with_kept_secrets(settings), "backup_restored", f"backup:{restored.about.made}", details
    )
    return restored


def _look_at_handbook(settings: Settings) -> None:
    """Restored packs and this program's own may not fit together."""
    if problems := check_directory(settings.handbook):
        click.echo(
            f"注意: 手册 {settings.handbook} 有误：{problems[0]}（kesu handbook check 查看全部）", err=True
        )
