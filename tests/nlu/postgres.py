"""A PostgreSQL server for the room's tests: KESU_TEST_POSTGRES_URL's, or one of our own."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.nlu.room_server import free_port


@contextmanager
def postgres_server():
    """The server's URL; the test is skipped where PostgreSQL is not installed."""
    given = os.environ.get("KESU_TEST_POSTGRES_URL")
    if given:
        yield make_url(given).set(drivername="postgresql")
        return
    tools = _tools()
    if tools is None:
        pytest.skip(
            "PostgreSQL is not installed (apt-get install postgresql), and KESU_TEST_POSTGRES_URL is not set"
        )
    with tempfile.TemporaryDirectory(prefix="kesu-postgres-", ignore_cleanup_errors=True) as folder:
        yield from _served(tools, Path(folder))


def _served(tools, folder):
    port, data = free_port(), folder / "data"
    as_user = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        as_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        shutil.chown(folder, "postgres")
    run = partial(subprocess.run, check=True, cwd="/", stdout=subprocess.DEVNULL, **as_user)
    run([tools / "initdb", "-D", data, "-U", "kesu", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"])
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    run([tools / "pg_ctl", "start", "-w", "-D", data, "-l", folder / "log", "-o", options])
    try:
        yield make_url(f"postgresql://kesu@127.0.0.1:{port}/postgres")
    finally:
        run([tools / "pg_ctl", "stop", "-w", "-m", "immediate", "-D", data])


def _tools():
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("initdb")
    places += [Path(on_path).parent] if on_path else []
    return next((place for place in reversed(places) if (place / "initdb").exists()), None)
