"""Restores a backup into an empty place: first everything is proved, then written, the desk's database last.

So a desk never starts on half a backup, and a restore that was interrupted is noticed by the next one.
"""

import asyncio
import base64
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import make_url

from bot.adapters.backup import postgres_copy, sqlite_copy
from bot.adapters.backup.archive import (
    CORRECTIONS,
    DESK,
    HANDBOOK,
    PIECE,
    RASA,
    About,
    Copied,
    Hashed,
    database_name,
)
from bot.adapters.backup.contents import in_own_database, kept_files, place
from bot.adapters.backup.reading import about, contents
from bot.adapters.backup.stopping import Stop, in_thread
from bot.adapters.database.schema import knows, upgrade
from bot.adapters.database.sealing import Sealer
from bot.adapters.folders import make_private
from bot.adapters.secrets_file import NAME, data_key_ids, with_kept_secrets
from bot.domain.errors import ConfigurationError, InvalidInput
from bot.settings import ROOT, Settings

_PROGRAMS_OWN = (f"{HANDBOOK}/", f"{CORRECTIONS}/")  # folders that a new machine isn't without
ASIDE = "restored"  # the folder in KESU_VAR of what differs from the program's own files


@dataclass
class Restored:
    """What was restored; `aside`: where the files are now whose places the program's own had taken."""

    about: About
    counts: dict[str, int] = field(default_factory=dict)
    aside: list[Path] = field(default_factory=list)


def look(settings: Settings, file: BinaryIO) -> tuple[About, bytes]:
    """What a backup says of itself, and the data key for it, given in the settings.

    InvalidInput for another file or a newer program's backup, ConfigurationError for another data key.
    """
    found, given = about(file), with_kept_secrets(settings)
    if given.data_key is None:
        raise ConfigurationError(
            f"恢复这份备份需要编号 {found.key_id} 的数据密钥：请把另存的 {NAME} 放进 {settings.var}"
            "（chmod 600），或设置 KESU_DATA_KEY。"
        )
    key = given.data_key.get_secret_value()
    if (ours := Sealer.from_base64(key).key_id) != found.key_id:
        raise ConfigurationError(
            f"这份备份要用编号 {found.key_id} 的数据密钥，给出的密钥编号却是 {ours}：没有恢复任何东西。"
        )
    if missing := sorted(set(found.key_ids) - data_key_ids(given)):
        raise ConfigurationError(
            f"这份备份还要用编号 {'、'.join(missing)} 的数据密钥（更换密钥时新旧都要）："
            f"请用备份当时的 {NAME}。"
        )
    if not knows(found.revision):
        raise InvalidInput(
            f"这份备份的数据库是更新版本的程序写的（{found.revision}），现在的程序读不了：请用那个版本恢复。"
        )
    return found, base64.b64decode(key)


def prove(file: BinaryIO, data_key: bytes) -> int:
    """Read a backup to its end; the number of its files. InvalidInput names the first that was changed."""
    return sum(1 for _ in contents(file, data_key, Stop()))


async def restore(settings: Settings, file: BinaryIO, *, root: Path = ROOT) -> Restored:
    """Restore a backup into the places that the settings name, and bring the database up to date.

    InvalidInput or ConfigurationError, in Chinese: see `look`; a file that is broken or was changed; a
    place that isn't empty; another kind of database; PostgreSQL's programs missing or too old.
    """
    found, key = look(settings, file)
    _same_kinds(settings, found)
    await _check_free(settings, found)
    work = _Work(settings, root, found)
    await in_thread(work.stop, work.prove, file, key)
    with _scratch(settings) as folder, work.undone_on_failure():
        await in_thread(work.stop, work.unpack, file, key, folder)
        if found.rasa is not None:
            await _put_database(settings.nlu_database_url, found.rasa, folder, RASA)
            if found.rasa.kind == "sqlite":
                work.written(sqlite_copy.file_of(settings.nlu_database_url))
        copied = folder / Path(database_name(DESK, found.desk)).name
        if found.desk.kind == "sqlite":
            await upgrade(f"sqlite:///{copied}")
        await asyncio.to_thread(os.sync)  # before the database tells of anything
        await _put_database(settings.database_url, found.desk, folder, DESK)
    if found.desk.kind != "sqlite":
        await upgrade(settings.database_url)
    return work.restored


def _same_kinds(settings: Settings, found: About) -> None:
    pairs = [("KESU_DATABASE_URL", settings.database_url, found.desk)]
    if found.rasa is not None:
        pairs.append(("KESU_NLU_DATABASE_URL", settings.nlu_database_url, found.rasa))
    for name, url, copied in pairs:
        kind = make_url(url).get_backend_name()
        if kind != copied.kind:
            titles = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
            raise ConfigurationError(
                f"备份里的数据库是 {titles[copied.kind]}，{name} 却是 {titles.get(kind, kind)}："
                "只能恢复到同一种数据库。"
            )


async def _check_free(settings: Settings, found: About) -> None:
    """ConfigurationError unless nothing of a desk stands in any of the places."""
    urls = [settings.database_url]
    if found.rasa is not None and in_own_database(settings):
        urls.append(settings.nlu_database_url)
    for url in urls:
        if make_url(url).get_backend_name() == "sqlite":
            sqlite_copy.check_free(url)
        else:
            await postgres_copy.check_free(url)
    if next(kept_files(settings), None) is not None:
        raise ConfigurationError(
            f"{settings.files} 里已经有照片或视频：只能恢复到空的地方，不会覆盖任何数据。"
            "请先移开它们，或改 KESU_FILES。"
        )


async def _put_database(url: str, copied: Copied, folder: Path, database: str) -> None:
    file = folder / Path(database_name(database, copied)).name
    if copied.kind == "sqlite":
        sqlite_copy.put_in_place(file, url)
    else:
        await postgres_copy.restore(url, copied, file)


@contextmanager
def _scratch(settings: Settings) -> Iterator[Path]:
    """A folder for the databases, on the disk on which a SQLite file will stand; gone afterwards."""
    is_file = make_url(settings.database_url).get_backend_name() == "sqlite"
    parent = sqlite_copy.file_of(settings.database_url).parent if is_file else settings.var
    for one in {settings.var, parent}:
        make_private(one)
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=parent) as folder:
        yield Path(folder)


class _Work:
    """Goes through an archive twice: to prove it, then to write what it holds."""

    def __init__(self, settings: Settings, root: Path, found: About) -> None:
        self._settings, self._root = settings, root
        self._written: list[Path] = []
        self._differ: set[str] = set()
        self.stop = Stop()
        self.restored = Restored(found)

    def prove(self, file: BinaryIO, data_key: bytes) -> None:
        """Refuse a broken or changed backup, and one whose models or company file would replace others."""
        taken = []
        for name, content in contents(file, data_key, self.stop):
            path = place(self._settings, self._root, name)
            if path is None or not path.exists() or _is_same(path, content):
                continue
            if name.startswith(_PROGRAMS_OWN):
                self._differ.add(name)
            else:
                taken.append(path)
        if taken:
            raise ConfigurationError(
                f"{taken[0]} 已经存在，内容与备份里的不同，不会覆盖它："
                f"请先移开它（这样的文件共 {len(taken)} 个）。"
            )

    def unpack(self, file: BinaryIO, data_key: bytes, folder: Path) -> None:
        """Write the files to their places and the databases into `folder`; all is proved once more."""
        for name, content in contents(file, data_key, self.stop):
            path = place(self._settings, self._root, name)
            if name.startswith("database/"):
                _write(folder / Path(name).name, content)
            elif path is not None:
                self._put(name, path, content)

    @contextmanager
    def undone_on_failure(self) -> Iterator[None]:
        """Take away again what was written if something goes wrong."""
        try:
            yield
        except BaseException:
            for path in reversed(self._written):
                with suppress(OSError):
                    path.unlink(missing_ok=True)
            raise

    def _put(self, name: str, path: Path, content: Hashed) -> None:
        if name in self._differ:
            path = self._settings.var / ASIDE / name
            self.restored.aside.append(path)
        elif path.exists():  # the same, as was seen before
            return
        else:
            kind = name.partition("/")[0]
            self.restored.counts[kind] = self.restored.counts.get(kind, 0) + 1
        self.written(path)
        _write(path, content)

    def written(self, path: Path) -> None:
        """Note that a file was put there, to be taken away if the rest fails."""
        self._written.append(path)


def _is_same(path: Path, content: Hashed) -> bool:
    with path.open("rb") as there:
        return Hashed(there, Stop()).drain().digest == content.drain().digest


def _write(path: Path, content: Hashed) -> None:
    """Write a file, whole or not at all, for its owner only."""
    make_private(path.parent)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(content, file, PIECE)
        Path(name).rename(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
