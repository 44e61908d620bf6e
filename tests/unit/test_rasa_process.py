import asyncio
import contextlib
import os
import signal
import sys
import textwrap
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.adapters.child import ChildProcess, environment, last_lines
from bot.adapters.listening import free_port
from bot.adapters.rasa_process import RasaProcess
from bot.adapters.watcher import Policy
from bot.domain.errors import ConfigurationError
from bot.settings import Settings

EAGER = Policy(ask_starting_every=0.01, ask_every=0.01, first_pause=0.01, misses=10_000)

# Answers the health check for the right secret, and notes its environment.
FAKE_ROOM = """
import argparse, http.server, json, os, pathlib
options = argparse.ArgumentParser()
options.add_argument("--model")
options.add_argument("--port", type=int)
given = options.parse_args()
pathlib.Path(given.model).with_suffix(".env").write_text(json.dumps(dict(os.environ)))

class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.headers["Authorization"] == "Bearer " + os.environ["KESU_PAIR_SECRET"]
        self.send_response(200 if known and self.path == "/webhooks/desk/health" else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *words):
        pass

http.server.HTTPServer(("127.0.0.1", given.port), Health).serve_forever()
"""


def program(path, text):
    path.write_text(textwrap.dedent(text))
    return (sys.executable, str(path))


@pytest.fixture
def settings(tmp_path):
    return Settings(var=tmp_path, pair_secret=SecretStr("pair"), rasa_port=free_port(), actions_port=5055)


@contextlib.asynccontextmanager
async def running(rasa):
    task = asyncio.create_task(rasa.run())
    ready = asyncio.create_task(rasa.watcher.ready.wait())
    try:
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        yield task
    finally:
        ready.cancel()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def alive(pid):
    """Whether the process runs; one that ended and was not yet asked for counts as gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def until(condition):
    """Wait for another process to make it true."""
    async with asyncio.timeout(60):
        while not (met := condition()):  # noqa: ASYNC110 -- other processes set no events of ours
            await asyncio.sleep(0.01)
    return met


async def gone(pid):
    await until(lambda: not alive(pid))


async def test_it_is_started_with_what_it_needs_and_none_of_the_desks_secrets(
    settings, tmp_path, monkeypatch
):
    monkeypatch.setenv("KESU_DATA_KEY", "the desk's own")
    room = program(tmp_path / "room.py", FAKE_ROOM)
    async with running(RasaProcess(settings, tmp_path / "model", command=room, policy=EAGER)):
        given = (tmp_path / "model.env").read_text()
    assert '"KESU_PAIR_SECRET": "pair"' in given
    assert '"KESU_ACTIONS_URL": "http://127.0.0.1:5055/webhook"' in given
    assert f'"KESU_NLU_DATABASE_URL": "{settings.nlu_database_url}"' in given
    assert '"RASA_TELEMETRY_ENABLED": "false"' in given
    assert "KESU_DATA_KEY" not in given


async def test_a_rasa_that_was_killed_is_replaced(settings, tmp_path):
    room = program(
        tmp_path / "room.py",
        "import os, sys\nopen(sys.argv[2] + '.pid', 'w').write(str(os.getpid()))\n" + FAKE_ROOM,
    )
    rasa = RasaProcess(settings, tmp_path / "model", command=room, policy=EAGER)
    async with running(rasa):
        first = int((tmp_path / "model.pid").read_text())
        os.kill(first, signal.SIGKILL)
        await until(lambda: rasa.watcher.starts > 1)
        await rasa.watcher.ready.wait()
        second = int((tmp_path / "model.pid").read_text())
    assert second != first
    await gone(second)


async def test_a_rasa_that_can_not_start_is_told_with_the_last_line_of_its_log(settings, tmp_path):
    room = program(tmp_path / "room.py", "raise SystemExit('the model is for another Rasa')")
    rasa = RasaProcess(settings, tmp_path / "model", command=room, policy=EAGER)
    with pytest.raises(ConfigurationError, match=r"rasa\.log.*the model is for another Rasa"):
        await rasa.run()


async def test_stopping_a_child_stops_what_it_started_even_if_it_ignores_requests(tmp_path, monkeypatch):
    monkeypatch.setattr("bot.adapters.child.GRACE_S", 0.01)
    stubborn = program(
        tmp_path / "stubborn.py",
        """
        import signal, subprocess, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid, flush=True)
        time.sleep(600)
        """,
    )
    child = await ChildProcess.spawn(stubborn, env=environment(), log=tmp_path / "log")
    grandchild = await until(lambda: last_lines(tmp_path / "log"))
    await child.stop()
    await gone(int(grandchild))
    assert await child.wait() == -signal.SIGKILL


async def test_a_child_does_not_outlive_a_desk_that_was_killed(tmp_path):
    desk = f"""
    import asyncio, pathlib, sys
    from bot.adapters.child import ChildProcess, environment
    async def main():
        command = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
        log = pathlib.Path({str(tmp_path / "log")!r})
        child = await ChildProcess.spawn(command, env=environment(), log=log)
        print(child.pid, flush=True)
        await child.wait()
    asyncio.run(main())
    """
    desk = program(tmp_path / "desk.py", desk)
    parent = await asyncio.create_subprocess_exec(*desk, stdout=asyncio.subprocess.PIPE)
    child = int(await parent.stdout.readline())
    await until(lambda: last_lines(tmp_path / "log"))
    assert alive(child)
    parent.kill()
    await parent.communicate()
    await gone(child)


def test_the_log_is_for_its_owner_only_and_a_long_one_is_set_aside(tmp_path):
    log = tmp_path / "rasa.log"
    log.write_bytes(b"x" * 5_000_001)

    async def once():
        await (
            await ChildProcess.spawn([sys.executable, "-c", "print('new')"], env=environment(), log=log)
        ).wait()

    asyncio.run(once())
    assert log.read_text() == "new\n"
    assert log.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "rasa.log.1").stat().st_size == 5_000_001
