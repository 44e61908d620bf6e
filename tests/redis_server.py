"""A Redis of the tests' own, which may be killed and started again on its port."""

import shutil
import socket
import subprocess
import time

import pytest

from bot.adapters.listening import free_port

_PATIENCE = 10  # seconds until it listens


class RedisServer:
    """Keeps nothing on disk; the tests are skipped where redis-server is not installed."""

    def __init__(self):
        self._program = shutil.which("redis-server")
        if self._program is None:
            pytest.skip("Redis is not installed (apt-get install redis-server)")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.kill()

    def start(self):
        options = {
            "port": self.port,
            "bind": "127.0.0.1",
            "save": "",
            "appendonly": "no",
            "loglevel": "warning",
        }
        command = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self._process = subprocess.Popen([self._program, *command], stdout=subprocess.DEVNULL, cwd="/")
        patience = time.monotonic() + _PATIENCE
        while not self._listens():
            assert time.monotonic() < patience, "redis-server does not listen"
            time.sleep(0.02)

    def kill(self):
        self._process.kill()
        self._process.wait()

    @property
    def is_running(self):
        return self._process.poll() is None

    def _listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
