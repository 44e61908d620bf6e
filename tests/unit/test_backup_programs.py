"""Which of PostgreSQL's programs a backup takes, and what it says when there is no fitting one."""

import pytest

from bot.adapters.backup import postgres_tools
from bot.domain.errors import ConfigurationError


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """The only programs of PostgreSQL on this machine: none, until a test puts some there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(postgres_tools, "PLACES", ())
    return folder


def put_program(folder, name, version):
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n", "utf-8")
    path.chmod(0o755)


async def test_missing_programs_of_postgresql_are_named(programs):
    with pytest.raises(ConfigurationError, match="找不到 pg_dump：请安装 PostgreSQL 17 的客户端工具"):
        await postgres_tools.find_tool("pg_dump", 17)


async def test_programs_older_than_the_server_or_the_dump_are_refused(programs):
    put_program(programs, "pg_dump", "14.2 (Debian 14.2-1)")
    with pytest.raises(ConfigurationError, match="服务器是 PostgreSQL 17，本机的 pg_dump 却是 14 版"):
        await postgres_tools.find_tool("pg_dump", 17)
    put_program(programs, "pg_restore", "16.1")
    with pytest.raises(
        ConfigurationError, match="备份是用 17 版的 pg_dump 做的，本机的 pg_restore 却是 16 版"
    ):
        await postgres_tools.find_tool("pg_restore", 16, 17)
    assert (await postgres_tools.find_tool("pg_restore", 15)).version == 16
