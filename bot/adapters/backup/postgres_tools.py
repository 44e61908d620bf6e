"""PostgreSQL's own programs for copying a database: finding those of the right version, and running them."""

import asyncio
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url

from bot.domain.errors import ConfigurationError

# Where packages put the programs of each version; what stands on the PATH is looked at first.
PLACES = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "opt/homebrew/opt/libpq/bin",
    "usr/local/opt/libpq/bin",
)
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_FOR_LIBPQ = ("host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey")
_LONGEST_REASON = 300


@dataclass(frozen=True)
class Tool:
    """A program and the major version of PostgreSQL that it belongs to."""

    path: str
    version: int


async def find_tool(name: str, server: int, at_least: int = 0) -> Tool:
    """`pg_dump` or `pg_restore` for a server of this major version: its own version's, else a newer one.

    `at_least` is the version whose dump it must be able to read. ConfigurationError says what to install.
    """
    least = max(server, at_least)
    found = [tool for path in _paths(name) if (tool := await _asked(path)) is not None]
    fitting = [tool for tool in found if tool.version >= least]
    if fitting:
        return min(fitting, key=lambda tool: tool.version)
    what = (
        f"请安装 PostgreSQL {least} 的客户端工具（Debian、Ubuntu：apt-get install postgresql-client-{least}）"
    )
    if not found:
        raise ConfigurationError(f"找不到 {name}：{what}。")
    newest = max(tool.version for tool in found)
    why = f"服务器是 PostgreSQL {server}" if least == server else f"备份是用 {least} 版的 pg_dump 做的"
    raise ConfigurationError(f"{why}，本机的 {name} 却是 {newest} 版，不能用：{what}。")


async def run_tool(tool: Tool, url: str, *arguments: str) -> None:
    """Run it on a database, its password hidden from `ps`; ConfigurationError with its first complaint."""
    address, password = _libpq(url)
    env = {name: value for name, value in os.environ.items() if not name.startswith("KESU_")}
    env |= {"PGPASSWORD": password} if password else {}
    child = await asyncio.create_subprocess_exec(
        tool.path,
        "--no-password",
        f"--dbname={address}",
        *arguments,
        env=env | {"LC_ALL": "C"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await child.communicate()
    except BaseException:
        if child.returncode is None:
            child.terminate()
            await child.wait()
        raise
    if child.returncode:
        lines = said.decode(errors="replace").splitlines() or [f"exit code {child.returncode}"]
        reason = next((line for line in lines if "error:" in line), lines[-1])[:_LONGEST_REASON]
        raise ConfigurationError(f"{Path(tool.path).name} 没有成功：{reason}")


def _paths(name: str) -> list[str]:
    on_path = shutil.which(name)
    packaged = [str(path) for place in PLACES for path in sorted(Path("/").glob(f"{place}/{name}"))]
    return [*([on_path] if on_path else []), *packaged]


async def _asked(path: str) -> Tool | None:
    try:
        child = await asyncio.create_subprocess_exec(
            path, "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError:
        return None
    said, _ = await child.communicate()
    version = _VERSION.search(said.decode(errors="replace"))
    return Tool(path, int(version[1])) if version else None


def _libpq(text: str) -> tuple[str, str]:
    """The database's address without its password as libpq takes it, and the password."""
    url = make_url(text)
    if "ssl" in url.query:  # asyncpg's word
        url = url.update_query_dict({"sslmode": url.query["ssl"]})
    query = {name: value for name, value in url.query.items() if name in _FOR_LIBPQ}
    bare = URL.create(
        "postgresql",
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
        query=query,
    )
    return bare.render_as_string(hide_password=False), str(url.password or "")
