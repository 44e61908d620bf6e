"""A PostgreSQL server that can be restarted, and a disk that can be filled."""

import os
import shutil
import subprocess
import tempfile
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from bot.adapters.listening import free_port
from tests import databases
from tests.chaos.proxy import Proxy

MEGABYTES = 24  # of the disk that fills: the empty database has one, the WAL grows to some more


class Server:
    """A PostgreSQL server of our own; `url(port)` reaches its one database, past a wire or directly."""

    def __init__(self, tools, folder):
        self._tools, self._data, self._folder = tools, folder / "data", folder
        self.port = free_port()

    def begin(self):
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres")
        made = ("-U", "kesu", "-A", "trust", "-E", "UTF8", "--locale=C")
        databases._run(self._tools / "initdb", "-D", self._data, *made)
        self._control("start")

    def end(self):
        self._control("stop", "-m", "immediate")

    def restart(self, how):
        """Stop it, `fast` or `immediate` (which is a crash: the WAL is replayed), and start it again."""
        self._control("stop", "-m", how)
        self._control("start")

    def url(self, port):
        return f"postgresql+asyncpg://kesu@127.0.0.1:{port}/postgres"

    def _control(self, deed, *more):
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        start = ("-l", self._folder / "log", "-o", options) if deed == "start" else ()
        databases._run(self._tools / "pg_ctl", deed, "-w", "-D", self._data, *more, *start)


@asynccontextmanager
async def postgres():
    """A running server, and a wire to it; None where PostgreSQL is not installed."""
    tools = databases._tools()
    if tools is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="kesu-postgres-", ignore_cleanup_errors=True) as folder:
        server = Server(tools, Path(folder))
        server.begin()
        try:
            async with Proxy(server.port) as wire:
                yield server, wire
        finally:
            server.end()


@contextmanager
def small_disk(folder, *, wanted=True):
    """A disk of some megabytes in `folder`; False where none may be mounted, or none is wanted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)]
    mounted = wanted and subprocess.run(mount, check=False, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)
