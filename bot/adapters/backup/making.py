"""Makes a backup beside a running desk: everything as of one moment, but for what must stay apart, its keys.

Rasa's tables are copied before the desk's. Its memory may be older than the desk's rows: a turn is then sent
again and finds what its actions did. Were it newer, it would remember answers whose effects the desk's copy
doesn't hold.
"""

import asyncio
import base64
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import make_url

from bot.adapters.backup import postgres_copy, sqlite_copy
from bot.adapters.backup.archive import ABOUT, DESK, FILES, FORMAT, RASA, About, Copied, Writer, database_name
from bot.adapters.backup.contents import in_own_database, kept_files, other_files
from bot.adapters.backup.facts import Facts
from bot.adapters.backup.stopping import Stop, in_thread
from bot.adapters.database.sealing import Sealer
from bot.adapters.files_folder import place_of
from bot.adapters.secrets_file import NAME, with_kept_secrets
from bot.domain.errors import ConfigurationError
from bot.settings import ROOT, Settings


@dataclass(frozen=True)
class Backup:
    """A finished backup: its file and size in bytes, what it is about, how many files of each kind it holds.

    `missing`: files that customers sent and the database knows, but that are not there (deleted meanwhile).
    """

    file: Path
    size: int
    about: About
    counts: dict[str, int]
    missing: int


@dataclass(frozen=True)
class _Databases:
    """The copied databases in a folder, and what the desk's tells."""

    folder: Path
    desk: Copied
    rasa: Copied | None
    facts: Facts


async def make_backup(settings: Settings, target: Path, *, root: Path = ROOT) -> Backup:
    """Write a backup to `target`, a new file, or into the folder `target`.

    ConfigurationError: a file stands there already, no database or data key, the wrong one, PostgreSQL's
    programs missing or too old, no space left. Whatever goes wrong, nothing is left behind.
    """
    out = _file(target, datetime.now(UTC))
    key = with_kept_secrets(settings).data_key
    if key is None:
        raise ConfigurationError(f"找不到数据密钥：{settings.var / NAME} 里没有，也没有设置 KESU_DATA_KEY。")
    with _explained(out), tempfile.TemporaryDirectory(prefix=".kesu-backup-", dir=out.parent) as scratch:
        before = frozenset(await asyncio.to_thread(lambda: list(kept_files(settings))))
        databases = await _copied(settings, Path(scratch))
        about = _about(databases, Sealer.from_base64(key.get_secret_value()).key_id)
        work = _Work(settings, root, databases, before)
        return await in_thread(work.stop, work.write, out, about, base64.b64decode(key.get_secret_value()))


def _file(target: Path, now: datetime) -> Path:
    out = target / f"kesu-backup-{now:%Y%m%d-%H%M%S}.tar" if target.is_dir() else target
    if not out.parent.is_dir():
        raise ConfigurationError(f"没有 {out.parent} 这个文件夹：请先创建它，或换一个地方。")
    if out.exists():
        raise ConfigurationError(f"{out} 已经存在，不会覆盖它：请换一个文件名，或给出一个文件夹。")
    return out


@contextmanager
def _explained(out: Path) -> Iterator[None]:
    """What a disk says, in a sentence."""
    try:
        yield
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            free = shutil.disk_usage(out.parent).free // 1_000_000
            raise ConfigurationError(f"磁盘已满，没有备份：{out.parent} 只剩 {free} MB。") from problem
        where = f"{problem.filename}：" if problem.filename else ""
        raise ConfigurationError(f"没有备份成功（{where}{problem.strerror or problem}）。") from problem


async def _copied(settings: Settings, folder: Path) -> _Databases:
    rasa = await _copied_rasa(settings, folder) if in_own_database(settings) else None
    url = settings.database_url
    if make_url(url).get_backend_name() == "sqlite":
        file = folder / "desk.sqlite"
        desk = await sqlite_copy.copy(url, file)
        return _Databases(folder, desk, rasa, await sqlite_copy.facts(file))
    desk, facts = await postgres_copy.copy_desk(url, folder / "desk.dump")
    return _Databases(folder, desk, rasa, facts)


async def _copied_rasa(settings: Settings, folder: Path) -> Copied | None:
    """None where Rasa never ran."""
    url = settings.nlu_database_url
    if make_url(url).get_backend_name() != "sqlite":
        return await postgres_copy.copy(url, folder / "rasa.dump")
    return await sqlite_copy.copy(url, folder / "rasa.sqlite") if sqlite_copy.file_of(url).exists() else None


def _about(databases: _Databases, key_id: str) -> About:
    known = databases.facts.key_ids
    if known and key_id not in known:
        raise ConfigurationError(
            f"数据库是用编号 {'、'.join(sorted(known))} 的数据密钥写的，给出的密钥编号却是 {key_id}："
            "没有备份，请给出写这个数据库的密钥（KESU_DATA_KEY）。"
        )
    return About(
        format=FORMAT,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        program=version("kesu-desk"),
        key_id=key_id,
        key_ids=sorted(known | {key_id}),
        revision=databases.facts.revision,
        desk=databases.desk,
        rasa=databases.rasa,
    )


class _Work:
    """Writes the archive; `before` are the keys of files that were there before the database was copied."""

    def __init__(self, settings: Settings, root: Path, databases: _Databases, before: frozenset[str]) -> None:
        self._settings, self._root, self._databases, self._before = settings, root, databases, before
        self._counts: dict[str, int] = {}
        self.stop = Stop()

    def write(self, out: Path, about: About, data_key: bytes) -> Backup:
        """Under another name first, for its owner only; what stands under the right name is whole."""
        unfinished = self._databases.folder / "archive"  # on the same disk
        with (
            open(unfinished, "xb", opener=_private) as file,  # Path.open takes no opener
            tempfile.TemporaryFile(dir=self._databases.folder) as sums,
        ):
            writer = Writer(file, sums, data_key, self.stop)
            writer.add_bytes(ABOUT, about.model_dump_json(indent=1).encode() + b"\n")
            self._add_databases(writer)
            missing = self._add_files(writer)
            for place in other_files(self._settings, self._root):
                self._count(place.name, added=writer.add(place.name, place.path))
            writer.finish()
            file.flush()
            os.fsync(file.fileno())
        if out.exists():
            raise ConfigurationError(f"{out} 已经存在，不会覆盖它：请换一个文件名，或给出一个文件夹。")
        unfinished.rename(out)
        return Backup(out, out.stat().st_size, about, self._counts, missing)

    def _add_databases(self, writer: Writer) -> None:
        for database, copied in ((DESK, self._databases.desk), (RASA, self._databases.rasa)):
            if copied is not None:
                name = database_name(database, copied)
                file = self._databases.folder / Path(name).name
                writer.add(name, file)
                file.unlink()

    def _add_files(self, writer: Writer) -> int:
        """What customers sent, but what came after the copy: nobody would ever delete that; how many lack.

        A file's row is written before its bytes and deleted after them. So whatever was there before the copy
        and still is, or is known to the copy, belongs to it; what the copy knows and is gone was deleted.
        """
        files, there = self._databases.facts.files, set[str]()
        for key in kept_files(self._settings):
            file = key.partition(".")[0]
            if key in self._before or file in files:
                place = place_of(key)
                added = writer.add(f"{FILES}/{place}", self._settings.files / place)
                self._count(FILES, added=added)
                there.add(file)
        return len(files - there)

    def _count(self, name: str, *, added: bool) -> None:
        kind = name.partition("/")[0]
        self._counts[kind] = self._counts.get(kind, 0) + added


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
