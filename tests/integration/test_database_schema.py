import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from bot.adapters.database import schema
from bot.adapters.database.engine import create_engine, parse_url
from bot.adapters.database.sealing import Sealer, new_key
from bot.adapters.database.tables import metadata
from bot.adapters.database.unit_of_work import Database
from bot.domain.errors import ConfigurationError


async def run(url, *statements):
    engine = create_engine(parse_url(url))
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


async def differences(url):
    """What a migration would have to change for the tables to be those of the program."""

    def compare(connection):
        options = {"compare_type": True, "include_object": schema.ours}
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)

    engine = create_engine(parse_url(url))
    async with engine.connect() as connection:
        found = await connection.run_sync(compare)
    await engine.dispose()
    return found


async def test_the_migrations_make_exactly_the_tables_of_the_program(own_database_url):
    assert await differences(own_database_url) == []


async def test_a_difference_between_tables_and_migrations_is_noticed(own_database_url):
    await run(own_database_url, "DROP INDEX ix_cases_drafts", "ALTER TABLE cases ADD COLUMN mood TEXT")
    assert sorted(change[0] for change in await differences(own_database_url)) == [
        "add_index",
        "remove_column",
    ]


def test_the_files_of_the_migrations_are_named_and_numbered_as_they_follow_one_another():
    known = ScriptDirectory(schema.MIGRATIONS).walk_revisions()
    assert tuple(one.revision for one in known)[::-1] == schema.revisions()


async def test_a_new_database_is_upgraded_and_then_passes_the_check(empty_url):
    await schema.upgrade(empty_url)
    await schema.check(empty_url)
    await schema.upgrade(empty_url)
    await schema.check(empty_url)


async def test_desks_that_start_at_once_upgrade_one_after_the_other(empty_url):
    await asyncio.gather(*(schema.upgrade(empty_url) for _ in range(3)))
    await schema.check(empty_url)


async def test_tables_of_others_are_left_alone(empty_url):
    await run(empty_url, "CREATE TABLE events (id INTEGER)", "INSERT INTO events VALUES (7)")
    await schema.upgrade(empty_url)
    engine = create_engine(parse_url(empty_url))
    async with engine.begin() as connection:
        kept = (await connection.scalars(text("SELECT id FROM events"))).all()
    await engine.dispose()
    assert kept == [7]


async def test_a_database_that_is_behind_is_told_to_upgrade(own_database_url):
    await run(own_database_url, "DELETE FROM alembic_version")
    with pytest.raises(ConfigurationError, match="kesu db upgrade"):
        await schema.check(own_database_url)


@pytest.mark.parametrize("step", [schema.check, schema.upgrade])
async def test_a_database_that_a_newer_program_wrote_is_refused(own_database_url, step):
    await run(own_database_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError, match=r"9999.*newer"):
        await step(own_database_url)


async def test_checking_a_missing_file_names_it_and_does_not_create_it(tmp_path):
    file = tmp_path / "kesu.db"
    with pytest.raises(ConfigurationError, match=r"kesu\.db.*kesu db upgrade"):
        await schema.check(f"sqlite:///{file}")
    assert not file.exists()


async def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"folder .*nowhere"):
        await schema.upgrade(f"sqlite:///{tmp_path}/nowhere/kesu.db")


@pytest.mark.parametrize("step", [schema.check, schema.upgrade])
async def test_a_file_that_is_no_database_is_named(tmp_path, step):
    file = tmp_path / "letter.txt"
    file.write_text("客户您好：这不是数据库。" * 100)
    with pytest.raises(ConfigurationError, match=r"letter\.txt can't be opened"):
        await step(f"sqlite:///{file}")
    assert file.read_text().startswith("客户您好")


async def test_a_folder_in_place_of_the_file_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="can't be opened"):
        await schema.check(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize("step", [schema.check, schema.upgrade])
async def test_a_server_that_does_not_answer_is_named_without_its_password(step):
    with pytest.raises(ConfigurationError, match=r"postgresql://kesu:\*\*\*@127\.0\.0\.1:1/kesu") as raised:
        await step("postgresql://kesu:geheim@127.0.0.1:1/kesu")
    assert "geheim" not in str(raised.value)


@pytest.mark.postgres
async def test_a_database_that_is_not_on_the_server_is_named(postgres):
    url = postgres.set(database="nowhere").render_as_string(hide_password=False)
    with pytest.raises(ConfigurationError, match="nowhere"):
        await schema.check(url)


@pytest.mark.parametrize("url", ["mysql://a/b", "kesu.db", "sqlite://", "sqlite:///:memory:"])
async def test_a_url_that_names_no_database_of_ours_is_refused(url):
    with pytest.raises(ConfigurationError, match="KESU_DATABASE_URL"):
        await schema.check(url)


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///a.db", "sqlite+aiosqlite"),
        ("postgres://u@h/d", "postgresql+asyncpg"),
        ("postgresql://u@h/d", "postgresql+asyncpg"),
        ("postgresql+asyncpg://u@h/d", "postgresql+asyncpg"),
    ],
)
def test_plain_urls_get_the_driver_they_need(given, driver):
    assert parse_url(given).drivername == driver


def test_the_usual_word_for_encryption_on_the_wire_is_understood():
    assert parse_url("postgresql://u@h/d?sslmode=require").query == {"ssl": "require"}


async def test_a_database_opened_with_another_data_key_is_refused(own_database_url, sealer):
    first, second = (
        Database(own_database_url, sealer),
        Database(own_database_url, Sealer.from_base64(new_key())),
    )
    await first.confirm_key()
    await first.confirm_key()
    with pytest.raises(ConfigurationError, match="KESU_DATA_KEY"):
        await second.confirm_key()
    await first.close()
    await second.close()


async def test_a_sqlite_file_is_opened_safely(waiting_for_the_disk, tmp_path):
    engine = create_engine(parse_url(f"sqlite:///{tmp_path / 'kesu.db'}"))
    async with engine.connect() as connection:
        settings = {
            name: await connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    await engine.dispose()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
