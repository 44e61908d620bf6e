"""What a newcomer does: clone, `make up`, write a complaint, get the handbook's answer and a case number."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request

import pytest

from bot.settings import ROOT

LONGEST = 900  # seconds for everything, on a slow machine
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


@pytest.fixture
def clone(tmp_path):
    """A copy of what git would hand over, uncommitted work included; no environments, no database."""
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@contextlib.contextmanager
def make_up(folder):
    """`make up` in `folder`, with a model that is already there; gives its lines of output."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("KESU_")}
    env |= {"KESU_PORT": "0", "KESU_MODELS": str(ROOT / "models"), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        ["make", "up"],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            yield running.stdout
        finally:
            os.killpg(running.pid, signal.SIGINT)
            left = running.stdout.read()
            assert "已停止" in left, left


class Visitor:
    """A browser without a page."""

    def __init__(self, address):
        self.address = address
        self.sent = 0
        self.headers = {"Content-Type": "application/json"}
        token = self.ask("/api/visitor", {})["token"]
        self.headers["Authorization"] = f"Bearer {token}"

    def ask(self, path, body=None):
        """What the desk answers: to a POST of `body`, if there is one."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, self.headers)  # noqa: S310 -- our own desk
        with urllib.request.urlopen(request) as answer:  # noqa: S310 -- the same
            return json.load(answer)

    def write(self, text, choice=None):
        self.sent += 1
        body = {"client_id": f"c{self.sent}", "text": text} | ({"choice": choice} if choice else {})
        self.ask("/api/messages", body)

    def hears(self, pattern):
        """Wait until something said to the visitor matches."""
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            lines = self.ask("/api/messages")["messages"]
            said = [line["text"] for line in lines if line["author"] != "customer"]
            if re.search(pattern, "\n".join(said)):
                return
            time.sleep(0.2)  # another process: there is nothing to wait on
        pytest.fail(f"nothing said matches {pattern}: {said}")


@pytest.mark.rasa
def test_a_newcomer_gets_the_handbooks_answer_and_a_case_number(clone):
    with make_up(clone) as lines:
        told = ""
        for line in lines:
            told += line
            if "Ctrl-C" in line:
                break
        assert "user add" in told, told
        visitor = Visitor(ADDRESS.search(told).group())
        visitor.write("你们的八宝粥里吃出一只苍蝇，太恶心了")
        visitor.hears("定期喷药灭虫")
        visitor.write("转人工")
        visitor.hears(r"编号是 K\d{4}-\d{5}")
    assert (clone / "var" / "secrets.env").stat().st_mode & 0o777 == 0o600
