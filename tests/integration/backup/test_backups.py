"""A backup restores a desk on an empty machine: every row, every file, whatever was written meanwhile."""

import asyncio
import hashlib
import itertools
import tarfile

from bot.adapters.backup import making, sqlite_copy
from bot.adapters.database import migrating, schema
from bot.adapters.database.engine import parse_url
from bot.adapters.database.sealing import Sealer
from bot.adapters.database.unit_of_work import Database
from bot.adapters.files_folder import FolderFiles, place_of
from tests.files import photo, stream
from tests.machines import run
from tests.records import a_conversation, a_customer, a_message, store

OLDER, PHONE = "0021", "13912345678"  # the phone of the complaint in conftest.py


async def test_every_table_and_file_is_restored_and_the_desk_goes_on_with_its_case(
    machine, desk_here, backup, empty_machine, key
):
    (before,) = await desk_here.cases()
    restored = await empty_machine.restore(backup)
    tables = await empty_machine.tables()
    assert tables == await machine.tables()
    assert empty_machine.files() == machine.files()
    assert restored.aside == []
    assert {name for name, rows in tables.items() if rows} > {
        "cases",
        "messages",
        "attachments",
        "nlu_trackers",
    }
    database = Database(empty_machine.settings.database_url, Sealer.from_base64(key))
    await database.confirm_key()
    async with database.reading_units()() as uow:
        case = await uow.cases.get(before.id)
        (file,) = await uow.attachments.of_case(before.id)
    await database.close()
    assert (case.text, case.fields) == (before.text, before.fields)
    assert PHONE in case.fields.values()
    opened = FolderFiles(empty_machine.settings.files).open(file.original_key)
    assert b"".join([piece async for piece in opened]) == photo()


async def test_a_backup_beside_a_writer_is_of_one_moment(machine, desk_here, empty_machine, tmp_path):
    writer = Writer(desk_here)
    writing = asyncio.create_task(writer.write())
    await writer.began.wait()
    for number in itertools.count():
        before, backup = writer.count, (await machine.backup(tmp_path / f"{number}.tar")).file
        if writer.count > before:  # it did write meanwhile
            break
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await empty_machine.restore(backup)
    then, now = await empty_machine.tables(), await machine.tables()
    whole = {name for name in then if name not in {"attachments", "messages"} and "search" not in name}
    assert all(set(then[name]) <= set(now[name]) for name in whole)
    counts = {name: len(then[name]) - 1 for name in ("customers", "conversations")}
    assert before <= counts["customers"] == counts["conversations"] <= writer.count + 1
    assert sum("'round-" in row for row in then["messages"]) == counts["customers"]
    await self_consistent(empty_machine)


async def self_consistent(machine):
    """Every file that the database calls ready is there as it came, and none that it doesn't know."""
    database = Database(
        machine.settings.database_url, Sealer.from_base64(machine.settings.data_key.get_secret_value())
    )
    async with database.engine.connect() as connection:
        known = (await connection.exec_driver_sql("SELECT id, sha256, state FROM attachments")).all()
    await database.close()
    there = {path.name for path in machine.settings.files.rglob("*") if path.is_file()}
    assert {name.partition(".")[0] for name in there} <= {row.id for row in known}
    for row in known:
        if row.state == "ready":
            path = machine.settings.files / place_of(f"{row.id}.original")
            assert hashlib.sha256(path.read_bytes()).hexdigest() == row.sha256


class Writer:
    """Customers who write and send photos, without a pause."""

    def __init__(self, desk):
        self.desk, self.count, self.began = desk, 0, asyncio.Event()

    async def write(self):
        for number in itertools.count(1):
            await store(
                self.desk.units,
                ("customers", a_customer(f"customer-{number}")),
                ("conversations", a_conversation(f"talk-{number}", f"customer-{number}")),
                ("messages", a_message(f"round-{number}", 1, f"talk-{number}")),
            )
            await self.desk.uploads.receive(
                "web", f"visitor-{number}", "a.jpg", stream(photo() + b"x" * number)
            )
            self.count = number
            self.began.set()


async def test_a_file_that_came_after_the_database_was_copied_is_left_out(
    machine, desk_here, tmp_path, monkeypatch
):
    late = "01k0000000abcdef0123456789.original"
    whole = making._copied

    async def copied(settings, folder):
        databases = await whole(settings, folder)
        await FolderFiles(settings.files).put(late, stream(b"late"))
        return databases

    monkeypatch.setattr(making, "_copied", copied)
    made = await machine.backup(tmp_path / "backup.tar")
    with tarfile.open(made.file) as tar:
        names = tar.getnames()
    assert not any(name.endswith(late) for name in names)
    assert made.counts["files"] == len([name for name in names if name.startswith("files/")]) == 2


async def test_an_older_schema_is_backed_up_and_upgraded_on_restoring(empty_machine, tmp_path):
    url = empty_machine.settings.database_url
    async with schema._connection(parse_url(url)) as connection:
        await connection.run_sync(lambda opened: migrating.migrate(opened, schema.MIGRATIONS, OLDER))
    empty_machine.settings.var.mkdir(parents=True)
    made = await empty_machine.backup(tmp_path / "older.tar")
    assert made.about.revision == OLDER
    await wipe(url)
    await empty_machine.restore(made.file)
    await schema.check(url)


async def wipe(url):
    """Make a database one that holds nothing, or isn't there."""
    if url.startswith("sqlite"):
        sqlite_copy.file_of(url).unlink()
    else:
        await run(url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


def test_the_archive_is_its_owners_only_and_nothing_is_left_beside_it(small_backup_file):
    assert small_backup_file.stat().st_mode & 0o777 == 0o600
    assert list(small_backup_file.parent.iterdir()) == [small_backup_file]


def test_no_key_is_in_a_backup(small_machine, small_backup_file):
    with tarfile.open(small_backup_file) as tar:
        names = tar.getnames()
    assert "models/kesu-1.tar.gz" in names
    assert not any("secret" in name or "log" in name or "half" in name for name in names)
    assert small_machine.settings.data_key.get_secret_value().encode() not in small_backup_file.read_bytes()
