"""Fixtures for backups: a machine with a desk in it, and an empty one of the same kind."""

import asyncio
import shutil

import pytest

from bot.adapters.database.sealing import Sealer, new_key
from bot.adapters.database.unit_of_work import Database
from bot.adapters.files_folder import FolderFiles
from bot.services.uploads import Uploads
from tests.complaints import complain
from tests.desks import TurnedClock, make_desk
from tests.files import QuickMedia, photo
from tests.machines import Machine
from tests.rooms import reading


class QuietLive:
    """Nobody watches."""

    def changed(self, conversation_id):
        pass


@pytest.fixture
def key():
    return new_key()


@pytest.fixture
async def machine(own_database_url, key, tmp_path):
    """With files of every kind, and Rasa's memory."""
    made = Machine.at(tmp_path / "old", own_database_url, key)
    made.fill()
    await made.remember()
    return made


@pytest.fixture
async def desk_here(machine, key):
    """The desk of that machine, with a complaint, a phone number and a photo."""
    database = Database(machine.settings.database_url, Sealer.from_base64(key))
    await database.confirm_key()
    desk = make_desk(database.units(QuietLive()), database.sealer)
    files = FolderFiles(machine.settings.files)
    files.prepare()
    desk.uploads = Uploads(desk.units, files, QuickMedia(), TurnedClock())
    sent = await desk.upload(photo())
    await complain(desk)
    await desk.say("我的电话是13912345678", reading("inform", phone="13912345678"), attachments=[sent.id])
    yield desk
    await database.close()


@pytest.fixture
def empty_machine(empty_url, key, tmp_path):
    """The same key, nothing else; its database doesn't exist or holds nothing."""
    return Machine.at(tmp_path / "new", empty_url, key)


@pytest.fixture
async def backup(machine, desk_here, tmp_path):
    """A finished backup of that machine."""
    return (await machine.backup(tmp_path / "backup.tar")).file


@pytest.fixture(scope="session")
def small_machine(migrated_file, tmp_path_factory):
    """One on SQLite whose desk has not begun yet, for tests that only read it."""
    folder = tmp_path_factory.mktemp("small")
    made = Machine.at(folder, f"sqlite:///{folder / 'var' / 'kesu.db'}", new_key())
    made.fill(**{"var/files/ab/0123456789abcdef0123456789.original": b"photo"})
    shutil.copy(migrated_file, folder / "var" / "kesu.db")
    asyncio.run(made.remember())
    return made


@pytest.fixture(scope="session")
def small_backup_file(small_machine, tmp_path_factory):
    """A backup of it, to copy."""
    return asyncio.run(small_machine.backup(tmp_path_factory.mktemp("backup"))).file


@pytest.fixture
def small_backup(small_backup_file, tmp_path):
    """A backup of it that a test may change."""
    return shutil.copy(small_backup_file, tmp_path / "backup.tar")


@pytest.fixture
def elsewhere(small_machine, tmp_path):
    """An empty machine with the same key."""
    return Machine.at(
        tmp_path / "new",
        f"sqlite:///{tmp_path / 'new' / 'var' / 'kesu.db'}",
        small_machine.settings.data_key.get_secret_value(),
    )
