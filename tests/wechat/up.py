"""`make up WECHAT=fake`: the desk as `kesu up` starts it, with both channels of WeChat played here."""

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import click

from tests.wechat import FakeTencent
from tests.wechat.phone_page import PhonePage
from tests.wechat.phones import Phones, templates
from tests.wechat.server import HERE

KESU = Path(sys.executable).with_name("kesu")
LEASH = Path(__file__).parents[2] / "bot" / "adapters" / "leash.py"
PAGE_PORT, DESK_PORT = 8090, "8080"
ITS_OWN = "var/wechat-fake"
_SECRETS = ("SECRET", "TOKEN", "AES_KEY", "AES_KEY_BEFORE")


def settings_for(fake):
    """The desk's variables for the fake's accounts."""
    official, corp = fake.official, fake.corp
    given = {
        "KESU_WECHAT_APPID": official.appid,
        "KESU_WECHAT_SECRET": official.secret,
        "KESU_WECHAT_TOKEN": official.token,
        "KESU_WECHAT_AES_KEY": official.aes_key,
        "KESU_WECHAT_API": fake.official_url,
        "KESU_WECOM_CORPID": corp.corpid,
        "KESU_WECOM_SECRET": corp.secret,
        "KESU_WECOM_TOKEN": corp.token,
        "KESU_WECOM_AES_KEY": corp.aes_key,
        "KESU_WECOM_API": fake.kf_url,
    }
    for kind, template in templates().items():
        given[f"KESU_WECHAT_TEMPLATE_{kind.upper()}"] = template
        given[f"KESU_WECHAT_SUBSCRIBE_{kind.upper()}"] = template
    return given


def environment(fake, ours, port):
    """The desk's whole environment: none of a real account's secrets, and a database of its own.

    A database that was asked for is taken; otherwise made-up customers stay out of the usual one.
    """
    real = {f"KESU_{kind}_{name}" for kind in ("WECHAT", "WECOM") for name in _SECRETS}
    real |= {f"{name}_FILE" for name in real}
    kept = {name: value for name, value in ours.items() if name not in real}
    if not kept.keys() & {"KESU_VAR", "KESU_DATABASE_URL"}:
        kept["KESU_VAR"] = ITS_OWN
    kept.setdefault("KESU_WECHAT_MENUS", "true")
    return kept | settings_for(fake) | {"KESU_PORT": str(port)}


def free_port(wanted=0):
    """`wanted`, or another one when it is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HERE, port))
            return probe.getsockname()[1]
    raise OSError("no free port")


async def run():
    """Until the desk ends, or a signal ends both; gives the desk's exit status."""
    port = int(os.environ.get("KESU_PORT") or DESK_PORT) or free_port()
    async with FakeTencent() as fake:
        phones = Phones(fake, f"http://{HERE}:{port}")
        page = await fake.serve(PhonePage(phones).app, free_port(PAGE_PORT))
        env = environment(fake, os.environ, port)
        _announce(page, env)
        leashed = [sys.executable, "-I", LEASH, str(os.getpid()), KESU, "up"]  # it never outlives the fake
        desk = await asyncio.create_subprocess_exec(*leashed, env=env, start_new_session=True)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, _pass_on, desk, number)
        return await desk.wait()


def _pass_on(desk, number):
    with suppress(ProcessLookupError):
        desk.send_signal(number)


def _announce(page, env):
    click.echo(f"顾客的手机（公众号和微信客服，都是假的）：{page}/")
    if env.get("KESU_VAR") == ITS_OWN:
        click.echo(f"试用的数据在 {ITS_OWN}，和平时的分开；建账号时也要带上它：")
        click.echo(f"  KESU_VAR={ITS_OWN} .venv/bin/kesu user add <登录名> --name <姓名> --role admin")


if __name__ == "__main__":
    sys.exit(asyncio.run(run()))
