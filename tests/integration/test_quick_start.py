"""What makes a start slow stays out of it: what most desks don't use is loaded when it is used."""

import os
import subprocess
import sys

from bot.settings import ROOT

# What each brings is needed by the first paper, report, group of messages, migration, action of Rasa, or only
# where the settings ask for it.
LATE = {
    "docx", "docxtpl", "openpyxl", "pygal", "lxml", "PIL", "numpy", "alembic", "mako", "rasa_sdk", "sanic",
    "opentelemetry", "redis", "oauthlib",
}  # fmt: skip

START = """
import asyncio, os, shutil, sys
from bot.__main__ import kesu
from bot.adapters.listening import free_port
from bot.adapters.secrets_file import with_secrets
from bot.commands.opening import upgrade_database
from bot.commands.up import books_in_use
from bot.settings import load_settings

class Up(asyncio.Event):
    def set(self):
        print(*{name.partition(".")[0] for name in sys.modules}, flush=True)
        os._exit(0)

async def start():
    settings = load_settings().having(port=free_port(), actions_port=free_port(), rasa_port=free_port())
    settings = with_secrets(settings)  # first: it makes none where there is a database already
    shutil.copy(sys.argv[1], settings.var)
    await upgrade_database(settings)
    from bot.app import serve
    await serve(settings, Up(), books=books_in_use(settings))

asyncio.run(start())
"""


def test_a_start_loads_nothing_that_only_some_desks_or_later_moments_need(migrated_file, tmp_path):
    env = {name: value for name, value in os.environ.items() if not name.startswith(("KESU_", "OTEL_"))}
    env["KESU_VAR"] = str(tmp_path)

    command = [sys.executable, "-c", START, str(migrated_file)]
    started = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT, env=env)

    loaded = set(started.stdout.split())
    assert "aiohttp" in loaded
    assert loaded & LATE == set()
