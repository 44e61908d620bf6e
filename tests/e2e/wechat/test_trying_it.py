"""`make up WECHAT=fake`: the real desk with its Rasa, and a customer in each channel of the fake."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from bot.settings import ROOT

LONGEST = 300  # seconds for everything, on a slow machine
COMPLAINT = "你们的八宝粥里吃出一只苍蝇，太恶心了"

pytestmark = pytest.mark.rasa


class PhoneOf:
    """The page's own calls, without the page, for the first customer of one channel."""

    def __init__(self, page, channel):
        self.page, self.channel = page, channel

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.page + path, data, headers)  # noqa: S310 -- our own page
        with urllib.request.urlopen(request) as answer:  # noqa: S310 -- the same
            return json.load(answer)

    def do(self, deed, **more):
        self.ask(f"do/{self.channel}/0", {"deed": deed} | more)

    def hears(self, pattern):
        """Wait until something shown to the customer matches; gives how it came."""
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            shown = [line for line in self.ask(f"seen/{self.channel}/0")["lines"] if not line["mine"]]
            for line in shown:
                if re.search(pattern, line["text"]):
                    return line["way"]
            time.sleep(0.2)  # another process: there is nothing to wait on
        pytest.fail(f"nothing shown matches {pattern}: {[line['text'] for line in shown]}")


@contextlib.contextmanager
def tried(var):
    """The fake and the desk, ready; gives the address of the page."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("KESU_")}
    env |= {"KESU_PORT": "0", "KESU_VAR": str(var), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "tests.wechat.up"]
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "start_new_session": True}
    with subprocess.Popen(command, cwd=ROOT, env=env, **how) as running:
        told = ""
        try:
            for line in running.stdout:
                told += line
                if "Ctrl-C" in line:
                    break
            assert "客诉台已就绪" in told, told
            yield re.search(r"手机.*?(http://127\.0\.0\.1:\d+/)", told)[1]
        finally:
            running.send_signal(signal.SIGINT)
            left = running.stdout.read()
            assert "已停止" in left, told + left


def test_a_complaint_in_the_official_account_is_answered_and_gets_its_number(tmp_path):
    with tried(tmp_path) as page:
        phone = PhoneOf(page, "wechat")
        phone.do("follow")
        phone.hears("机器")
        phone.do("write", text=COMPLAINT)
        assert phone.hears("定期喷药灭虫") in ("passive", "custom")
        phone.do("write", text="转人工")
        phone.hears(r"编号是 K\d{4}-\d{5}")
        kf = PhoneOf(page, "kf")
        kf.do("write", text=COMPLAINT)
        assert kf.hears("定期喷药灭虫") == "kf"
