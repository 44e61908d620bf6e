"""The room as a process of its own, as `kesu up` starts it, and the desk's way to talk to it."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret of this pair"
STARTS_WITHIN_S = 180


class Server:
    """A running room."""

    def __init__(self, process, port, log):
        self.process, self.port, self.log = process, port, log
        self.base = f"http://127.0.0.1:{port}"

    def call(self, path, body=None, secret=SECRET):
        """Answer's status and JSON; status 0 where nobody listens yet."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
        url = f"{self.base}/webhooks/desk/{path}"
        asked = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310 -- our own server
        try:
            with urllib.request.urlopen(asked) as answered:  # noqa: S310 -- our own server
                return answered.status, json.load(answered)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)
        except urllib.error.URLError:
            return 0, None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(*options):
    return [sys.executable, "-m", "bot.nlu.server", *options]


def environment(folder, actions_url):
    return os.environ | {
        "KESU_PAIR_SECRET": SECRET,
        "KESU_ACTIONS_URL": actions_url,
        "KESU_NLU_DATABASE_URL": f"sqlite:///{folder}/nlu.db",
    }


@contextmanager
def running(model, folder, actions_url):
    """Start a room and wait until it is healthy."""
    port, log = free_port(), folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command("--model", str(model), "--port", str(port), "--with-parent"),
            cwd=ROOT,
            env=environment(folder, actions_url),
            stdout=output,
            stderr=output,
        )
    server = Server(process, port, log)
    try:
        wait_until_healthy(server)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def wait_until_healthy(server):
    """Return once the room has loaded its model."""
    deadline = time.monotonic() + STARTS_WITHIN_S
    while server.call("health")[0] != 200:
        assert server.process.poll() is None, f"the room ended: {server.log}"
        assert time.monotonic() < deadline, f"the room is not healthy yet: {server.log}"
        time.sleep(0.1)
