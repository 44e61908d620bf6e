"""Fixtures of the tests that need a real database: each such test runs on SQLite and on PostgreSQL."""

import asyncio
import shutil
import uuid
from contextlib import asynccontextmanager

import pytest

from bot.adapters.database import schema
from bot.adapters.database.sealing import Sealer, new_key
from bot.adapters.database.tables import metadata
from bot.adapters.database.unit_of_work import Database
from tests import databases
from tests.desks import make_desk
from tests.disk import no_waiting_for_the_disk, waiting_for_the_disk
from tests.records import a_conversation, a_customer, a_user

__all__ = ["no_waiting_for_the_disk", "waiting_for_the_disk"]


class RecordedLive:
    """Live updates that only remember what they were told."""

    def __init__(self):
        self.heard = []

    def changed(self, conversation_id):
        self.heard.append(conversation_id)


@pytest.fixture(scope="session")
def postgres():
    """The URL of a running PostgreSQL server; the test is skipped (failed with CI=true) without one."""
    with databases.postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """A migrated, empty SQLite file to copy."""
    file = tmp_path_factory.mktemp("migrated") / "kesu.db"
    asyncio.run(databases.migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def migrated_template(postgres):
    """The name of a migrated, empty PostgreSQL database to copy."""
    name = f"kesu_template_{uuid.uuid4().hex[:8]}"

    async def make():
        await databases.run_on_server(postgres, f"CREATE DATABASE {name}")
        await schema.upgrade(_text(postgres.set(database=name)))

    asyncio.run(make())
    yield name
    asyncio.run(databases.run_on_server(postgres, f"DROP DATABASE {name}"))


@pytest.fixture(scope="session")
def shared_database(postgres, migrated_template):
    """The URL of a PostgreSQL database for all tests that only fill tables; making one takes long."""
    name = f"kesu_shared_{uuid.uuid4().hex[:8]}"
    asyncio.run(databases.run_on_server(postgres, f"CREATE DATABASE {name} TEMPLATE {migrated_template}"))
    yield postgres.set(database=name)
    asyncio.run(databases.run_on_server(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def backend(request):
    """Which database this test runs on."""
    return request.param


@pytest.fixture
def server(backend, request):
    """The PostgreSQL server for this test, None on SQLite."""
    return request.getfixturevalue("postgres") if backend == "postgresql" else None


@pytest.fixture
def migrated(backend, request):
    """What a migrated database of this test's own is copied from."""
    return request.getfixturevalue("migrated_template" if backend == "postgresql" else "migrated_file")


@pytest.fixture
def shared(backend, request):
    """The PostgreSQL database that tests share, None on SQLite."""
    return request.getfixturevalue("shared_database") if backend == "postgresql" else None


@pytest.fixture
async def empty_url(server, tmp_path):
    """The URL of a database without tables."""
    if server is None:
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    async with _postgres_database(server, "template0") as url:
        yield url


@pytest.fixture
async def own_database_url(server, migrated, tmp_path):
    """The URL of a migrated database of this test's own, whose tables it may change."""
    if server is None:
        yield f"sqlite:///{shutil.copy(migrated, tmp_path / 'kesu.db')}"
        return
    async with _postgres_database(server, migrated) as url:
        yield url


@pytest.fixture
async def database_url(shared, migrated, tmp_path):
    """The URL of a migrated, empty database; tests on PostgreSQL share one, emptied after each."""
    if shared is None:
        yield f"sqlite:///{shutil.copy(migrated, tmp_path / 'kesu.db')}"
        return
    yield _text(shared)
    await databases.empty(shared, metadata.tables)


@pytest.fixture
def sealer():
    """A sealer with a key of this test's own."""
    return Sealer.from_base64(new_key())


@pytest.fixture
async def database(database_url, sealer):
    """The open database."""
    opened = Database(database_url, sealer)
    yield opened
    await opened.close()


@pytest.fixture
def live():
    """What the live updates were told, in `live.heard`."""
    return RecordedLive()


@pytest.fixture
def units(database, live):
    """Makes units of work."""
    return database.units(live)


@pytest.fixture
def desk(units, sealer):
    """A test desk on this database, with a room that reads what it is told."""
    return make_desk(units, sealer)


@pytest.fixture
async def talk(units):
    """A customer with a conversation, and two agents."""
    async with units() as unit:
        unit.customers.add(a_customer())
        unit.conversations.add(a_conversation())
        unit.people.add(a_user("li"))
        unit.people.add(a_user("wang"))
        await unit.commit()
    return "talk"


@asynccontextmanager
async def _postgres_database(server, template):
    name = f"kesu_{uuid.uuid4().hex[:12]}"
    await databases.run_on_server(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield _text(server.set(database=name))
    finally:
        await databases.run_on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _text(url):
    return url.render_as_string(hide_password=False)
