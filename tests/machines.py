"""Machines for tests of backups: the places where a desk keeps what it has, and all that stands in them."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import inspect, make_url, text

from bot.adapters.backup.making import make_backup
from bot.adapters.backup.restoring import restore
from bot.adapters.database.engine import create_engine, parse_url
from bot.settings import Settings, load_settings

TRACKERS = (
    "CREATE TABLE nlu_trackers (conversation TEXT PRIMARY KEY, turns INTEGER, state TEXT)",
    "INSERT INTO nlu_trackers VALUES ('talk', 3, '{\"slots\": {}}')",
)


@dataclass
class Machine:
    """A folder, a database, and a data key."""

    settings: Settings
    root: Path

    @classmethod
    def at(cls, folder, url, key):
        """A machine that keeps everything below `folder`, but for a database on a server."""
        is_file = make_url(url).get_backend_name() == "sqlite"
        settings = load_settings().having(
            var=folder / "var",
            files=folder / "var" / "files",
            database_url=url,
            nlu_database_url=f"sqlite:///{folder / 'var' / 'rasa.db'}" if is_file else url,
            company=folder / "company.yml",
            handbook=folder / "packs",
            models=folder / "models",
            data_key=SecretStr(key),
        )
        return cls(settings, folder)

    def having(self, **changes):
        return Machine(self.settings.having(**changes), self.root)

    async def backup(self, target):
        return await make_backup(self.settings, target, root=self.root)

    async def restore(self, path):
        with path.open("rb") as file:
            return await restore(self.settings, file, root=self.root)

    def fill(self, **more):
        """Models, packs, company file and exported corrections."""
        written = {
            "models/kesu-1.tar.gz": b"model" * 1000,
            "models/candidates/kesu-2.tar.gz": b"candidate",
            "models/candidates/kesu-2/corrections/praise.yml": b"nlu: []\n",
            "packs/own/pack.yml": "title: 自己的手册\n".encode(),
            "data/nlu/corrections/praise.yml": b"nlu: []\n",
            "company.yml": "name: 测试公司\n".encode(),
            "models/.training-1/half.tar.gz": b"half",
            "var/log/rasa.log": b"log",
            **more,
        }
        for name, content in written.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    async def remember(self):
        """Let Rasa remember a conversation."""
        url = self.settings.nlu_database_url
        if url.startswith("sqlite"):
            with closing(sqlite3.connect(make_url(url).database)) as connection, connection:
                for statement in TRACKERS:
                    connection.execute(statement)
        else:
            await run(url, *TRACKERS)

    async def tables(self):
        """Every row of every table, of Rasa's too."""
        found = await rows(self.settings.database_url)
        if self.settings.nlu_database_url != self.settings.database_url:
            found |= await rows(self.settings.nlu_database_url)
        return found

    def files(self):
        """Everything that is to be restored besides databases."""
        folders = ("var/files", "models/kesu-1.tar.gz", "models/candidates", "packs", "data", "company.yml")
        paths = [path for name in folders for path in (self.root / name, *(self.root / name).rglob("*"))]
        return {
            str(path.relative_to(self.root)): path.read_bytes() for path in sorted(paths) if path.is_file()
        }


async def run(url, *statements):
    engine = create_engine(parse_url(url))
    async with engine.begin() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)
    await engine.dispose()


async def rows(url):
    engine = create_engine(parse_url(url))
    async with engine.begin() as connection:
        names = await connection.run_sync(lambda open_one: inspect(open_one).get_table_names())
        found = {
            name: sorted(map(repr, (await connection.execute(text(f"SELECT * FROM {name}"))).all()))  # noqa: S608 -- names of tables
            for name in names
        }
    await engine.dispose()
    return found
