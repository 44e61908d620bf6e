"""What is not restored, and why; nothing is overwritten, and nothing is left half done."""

import asyncio
import random

import pytest
from pydantic import SecretStr

from bot.adapters.backup import making, postgres_tools, sqlite_copy
from bot.adapters.backup import restoring as restoring_module
from bot.adapters.database.sealing import Sealer, new_key
from bot.adapters.files_folder import FolderFiles
from bot.domain.errors import ConfigurationError, InvalidInput
from tests.files import stream
from tests.machines import Machine, run


def untouched(machine):
    """Nothing was written: no database, no file."""
    return not any(path.is_file() for path in machine.root.rglob("*"))


def id_of(machine):
    return Sealer.from_base64(machine.settings.data_key.get_secret_value()).key_id


async def test_another_data_key_is_refused_and_both_ids_are_named(small_backup, elsewhere):
    wrong = elsewhere.having(data_key=SecretStr(new_key()))
    with pytest.raises(ConfigurationError) as raised:
        await wrong.restore(small_backup)
    assert str(raised.value) == (
        f"这份备份要用编号 {id_of(elsewhere)} 的数据密钥，给出的密钥编号却是 {id_of(wrong)}："
        "没有恢复任何东西。"
    )
    assert untouched(elsewhere)


async def test_without_a_data_key_the_needed_one_is_named_and_none_is_made(small_backup, elsewhere):
    with pytest.raises(ConfigurationError, match=f"编号 {id_of(elsewhere)} 的数据密钥"):
        await elsewhere.having(data_key=None).restore(small_backup)
    assert untouched(elsewhere)


async def test_all_keys_are_needed_that_the_database_was_written_with(
    own_database_url, key, elsewhere, tmp_path
):
    machine, other = Machine.at(tmp_path, own_database_url, key), Sealer.from_base64(new_key()).key_id
    known = [id_of(machine), f"look-up:{id_of(machine)}", other]
    await run(own_database_url, *(f"INSERT INTO data_keys VALUES ('{one}')" for one in known))  # noqa: S608 -- our own ids
    made = await machine.backup(tmp_path / "changing.tar")
    assert set(made.about.key_ids) == {id_of(machine), other}
    with pytest.raises(ConfigurationError, match=f"还要用编号 {other} 的数据密钥"):
        await elsewhere.having(data_key=SecretStr(key)).restore(made.file)


async def test_a_database_that_is_there_is_never_overwritten(backup, machine):
    before = await machine.tables()
    with pytest.raises(ConfigurationError, match="只能恢复到空的"):
        await machine.restore(backup)
    assert await machine.tables() == before


async def test_an_old_journal_without_its_database_is_not_replayed_into_the_new_one(small_backup, elsewhere):
    elsewhere.settings.var.mkdir(parents=True)
    (elsewhere.settings.var / "kesu.db-wal").write_bytes(b"frames")
    with pytest.raises(ConfigurationError, match=r"kesu\.db-wal 已经存在：只能恢复到空的"):
        await elsewhere.restore(small_backup)


async def test_files_and_models_that_are_there_are_never_overwritten(small_backup, elsewhere):
    elsewhere.fill(**{"models/kesu-1.tar.gz": b"another"})
    with pytest.raises(ConfigurationError, match=r"kesu-1\.tar\.gz 已经存在，内容与备份里的不同"):
        await elsewhere.restore(small_backup)
    await FolderFiles(elsewhere.settings.files).put("01k0000000abcdef0123456789.shown", stream(b"x"))
    with pytest.raises(ConfigurationError, match="已经有照片或视频"):
        await elsewhere.restore(small_backup)


async def test_what_a_program_brings_along_stays_and_the_backups_is_put_aside(
    small_backup, elsewhere, small_machine
):
    elsewhere.fill(**{"packs/own/pack.yml": b"title: newer\n"})
    restored = await elsewhere.restore(small_backup)
    assert (elsewhere.root / "packs/own/pack.yml").read_bytes() == b"title: newer\n"
    (aside,) = restored.aside
    assert aside.read_bytes() == (small_machine.root / "packs/own/pack.yml").read_bytes()


async def test_a_changed_file_is_refused_wherever_it_was_changed(small_backup, elsewhere):
    content, places = small_backup.read_bytes(), random.Random(7)  # noqa: S311 -- no secret
    for _ in range(12):
        changed = bytearray(content)
        changed[places.randrange(len(content))] ^= 0xFF
        small_backup.write_bytes(changed)
        with pytest.raises((InvalidInput, ConfigurationError), match=r"坏了|被改过|不完整|不是客诉台|密钥"):
            await elsewhere.restore(small_backup)
    assert untouched(elsewhere)


async def test_a_file_that_is_cut_off_is_refused(small_backup, elsewhere):
    content = small_backup.read_bytes()
    for length in (0, 100, 3000, len(content) // 2, len(content) - 15_000):
        small_backup.write_bytes(content[:length])
        with pytest.raises(InvalidInput, match=r"不完整|坏了"):
            await elsewhere.restore(small_backup)
    assert untouched(elsewhere)


async def test_a_newer_programs_database_is_neither_backed_up_nor_restored(
    own_database_url, key, elsewhere, tmp_path, monkeypatch
):
    machine = Machine.at(tmp_path, own_database_url, key)
    await run(own_database_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError, match=r"更新版本的程序写的（9999）"):
        await machine.backup(tmp_path / "newer.tar")
    monkeypatch.setattr("bot.adapters.backup.facts.knows", lambda revision: True)
    newer = (await machine.backup(tmp_path / "newer.tar")).file
    with pytest.raises(InvalidInput, match=r"更新版本的程序写的（9999）.*请用那个版本恢复"):
        await elsewhere.having(data_key=SecretStr(key)).restore(newer)
    assert untouched(elsewhere)


async def test_a_failure_at_the_end_takes_away_what_was_written(small_backup, elsewhere, monkeypatch):
    async def fail(url):
        raise ConfigurationError("no")

    monkeypatch.setattr("bot.adapters.backup.restoring.upgrade", fail)
    with pytest.raises(ConfigurationError, match="no"):
        await elsewhere.restore(small_backup)
    assert untouched(elsewhere)


async def called_off(doing, reached):
    """Cancel a task once it got so far, and wait until it has ended."""
    task = asyncio.create_task(doing)
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_is_called_off_leaves_nothing_behind(
    small_machine, small_backup, elsewhere, tmp_path, monkeypatch
):
    loop, writing, restoring = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    write = restoring_module._write

    def add(writer, name, path):
        loop.call_soon_threadsafe(writing.set)
        writer._stop._event.wait()
        writer._stop.check()

    def put(path, content):
        write(path, content)
        loop.call_soon_threadsafe(restoring.set)
        content._stop._event.wait()

    monkeypatch.setattr(making.Writer, "add", add)
    monkeypatch.setattr(restoring_module, "_write", put)
    (target := tmp_path / "target").mkdir()
    await called_off(small_machine.backup(target), writing)
    assert list(target.iterdir()) == []
    await called_off(elsewhere.restore(small_backup), restoring)
    assert untouched(elsewhere)


async def test_no_backup_overwrites_a_file_or_leaves_half_of_one(small_machine, tmp_path, monkeypatch):
    kept = tmp_path / "kept.tar"
    kept.write_bytes(b"older")
    with pytest.raises(ConfigurationError, match="已经存在，不会覆盖它"):
        await small_machine.backup(kept)
    with pytest.raises(ConfigurationError, match=r"没有 .*nowhere 这个文件夹"):
        await small_machine.backup(tmp_path / "nowhere" / "a.tar")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(making.Writer, "finish", full)
    with pytest.raises(ConfigurationError, match="磁盘已满，没有备份"):
        await small_machine.backup(tmp_path / "full.tar")
    assert kept.read_bytes() == b"older"
    assert sorted(path.name for path in tmp_path.glob("*.tar")) == ["kept.tar"]


async def test_another_key_than_the_databases_makes_no_backup(machine, desk_here, tmp_path):
    wrong = machine.having(data_key=SecretStr(new_key()))
    with pytest.raises(ConfigurationError, match="给出的密钥编号却是"):
        await wrong.backup(tmp_path)
    with pytest.raises(ConfigurationError, match="找不到数据密钥"):
        await machine.having(data_key=None).backup(tmp_path)


async def test_a_database_without_tables_makes_no_backup(empty_machine, tmp_path):
    with pytest.raises(ConfigurationError, match=r"没有客诉台的表|不能备份"):
        await empty_machine.backup(tmp_path)


def test_a_damaged_sqlite_file_makes_no_backup(migrated_file, tmp_path):
    damaged = tmp_path / "damaged.db"
    content = bytearray(migrated_file.read_bytes())
    content[8192:40960] = bytes(32768)
    damaged.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"损坏|不能备份"):
        sqlite_copy._copy(damaged, tmp_path / "copy.db")


@pytest.mark.postgres
async def test_a_backup_goes_only_into_its_own_kind_of_database(postgres, small_backup, elsewhere):
    server = elsewhere.having(database_url=postgres.render_as_string(hide_password=False))
    with pytest.raises(
        ConfigurationError, match="备份里的数据库是 SQLite，KESU_DATABASE_URL 却是 PostgreSQL"
    ):
        await server.restore(small_backup)


@pytest.mark.postgres
async def test_a_program_that_fails_says_why_without_the_password(postgres):
    url = postgres.set(database="nowhere", password="geheim").render_as_string(hide_password=False)
    tool = await postgres_tools.find_tool("pg_dump", 15)
    with pytest.raises(ConfigurationError, match='database "nowhere" does not exist') as raised:
        await postgres_tools.run_tool(tool, url, "--schema-only")
    assert "geheim" not in str(raised.value)
