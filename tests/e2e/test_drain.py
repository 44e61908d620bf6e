"""`kesu up` as a process of its own: there while Rasa still loads, and gone without losing anything."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import WSMsgType

from bot.adapters.database.sealing import Sealer, new_key
from bot.adapters.database.unit_of_work import Database
from bot.adapters.listening import free_port
from bot.domain.conversation import Delivery
from bot.settings import ROOT
from tests.e2e.stack import PATIENCE, until

RESTART = 1012
KESU = "import sys; sys.argv[0] = 'kesu'; from bot.__main__ import main; main()"


class Up:
    """A running `kesu up` on an empty database."""

    def __init__(self, folder):
        self.port, self.rasa_port, self.key = free_port(), free_port(), new_key()
        self.database_url = f"sqlite+aiosqlite:///{folder / 'kesu.db'}"
        self._log = folder / "up.log"
        own = {
            "KESU_VAR": str(folder),
            "KESU_DATABASE_URL": self.database_url,
            "KESU_PORT": str(self.port),
            "KESU_RASA_PORT": str(self.rasa_port),
            "KESU_DATA_KEY": self.key,
            "KESU_PAIR_SECRET": "a secret of the pair",
            "KESU_DRAIN_NOTICE_SECONDS": "1",
            "PYTHONPATH": str(ROOT),
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KESU_")}
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", KESU, "up"], env=kept | own, stdout=log, stderr=log, cwd=ROOT
            )

    def told(self):
        return self._log.read_text(encoding="utf-8")

    def rasa(self):
        """The process ids of its Rasa."""
        listing = subprocess.run(
            ["ps", "-wweo", "pid,args"], capture_output=True, text=True, check=True
        ).stdout
        mine = [row for row in listing.splitlines() if f"--port {self.rasa_port}" in row]
        return [int(row.split()[0]) for row in mine if "bot.nlu.server" in row]

    def signal_rasa(self, number):
        for process_id in self.rasa():
            os.kill(process_id, number)

    async def gone(self):
        return self.process.poll() is not None


class Page:
    """A customer's open page."""

    def __init__(self, socket):
        self._socket = socket
        self.lines, self.stored, self._code = [], set(), None

    async def hear(self):
        """Take in one frame; False once the socket is closed."""
        message = await asyncio.wait_for(self._socket.receive(), PATIENCE)
        if message.type is not WSMsgType.TEXT:
            self._code = message.data if message.type is WSMsgType.CLOSE else None
            return False
        frame = message.json()
        if frame["type"] == "lines":
            self.lines += frame["messages"]
        if frame["type"] == "stored":
            self.stored.add(frame["client_id"])
        return True

    async def say(self, client_id, text):
        """Send a message and wait until the desk has it."""
        await self._socket.send_json({"type": "send", "client_id": client_id, "text": text})
        while client_id not in self.stored:
            assert await self.hear()

    async def hears(self, words):
        while words not in "".join(line["text"] for line in self.lines):
            assert await self.hear(), self.lines

    async def closed(self):
        """Listen to the end; the code with which the socket was closed."""
        while await self.hear():
            pass
        return self._code


@pytest.fixture
def up(tmp_path):
    running = Up(tmp_path)
    yield running
    if running.process.poll() is None:
        running.process.terminate()
        running.process.wait(30)


@pytest.fixture
async def browser_session(up):
    async with aiohttp.ClientSession(
        f"http://127.0.0.1:{up.port}", connector=aiohttp.TCPConnector(force_close=True)
    ) as session:
        yield session


async def status(session, path):
    try:
        async with session.get(path) as answer:
            return answer.status
    except aiohttp.ClientError:
        return None


@asynccontextmanager
async def page(session):
    """The page of a new visitor."""
    async with session.post("/api/visitor", json={}) as answer:
        token = (await answer.json())["token"]
    # A desk that ends hangs up right after its goodbye: answering that could fail, and hide its code.
    async with session.ws_connect("/ws", autoclose=False) as socket:
        await socket.send_json({"type": "hello", "token": token, "after": None})
        yield Page(socket)


async def waiting_texts(up):
    """What stands unanswered in the ledger."""
    database = Database(up.database_url, Sealer.from_base64(up.key))
    async with database.reading_units()() as uow:
        of = await uow.conversations.with_waiting_messages()
        found = [message for one in of for message in await uow.messages.waiting(one)]
    await database.close()
    assert all(message.delivery is Delivery.WAITING for message in found)
    return [message.text for message in found]


@pytest.mark.rasa
async def test_a_stopped_desk_finishes_the_turn_under_way_and_sends_its_sockets_away(up, browser_session):
    async def has_page():
        assert up.process.poll() is None, up.told()
        return await status(browser_session, "/") == 200

    async def is_leaving():
        return await status(browser_session, "/health/ready") == 503

    async def is_shut():
        return await status(browser_session, "/health/live") is None

    await until(has_page)
    async with page(browser_session) as talker:
        assert await status(browser_session, "/health/ready") == 503  # Rasa still loads
        await talker.say("m1", "你们的八宝粥里吃出一只苍蝇，太恶心了")
        await talker.hears("定期喷药灭虫")
        async with page(browser_session) as reader:
            await reader.say("r1", "你好")
            await reader.hears("您好")
            assert up.rasa()
            up.signal_rasa(signal.SIGSTOP)  # the next turn is under way until it goes on
            try:
                await talker.say("m2", "转人工")
                up.process.send_signal(signal.SIGTERM)
                await until(is_leaving)
                assert await reader.closed() == RESTART
                await until(is_shut)
                await talker.say("m3", "还有，盖子也是坏的")
            finally:
                up.signal_rasa(signal.SIGCONT)
        assert await talker.closed() == RESTART
        assert "编号是" in "".join(line["text"] for line in talker.lines)
    await until(up.gone)
    assert up.process.returncode == 0, up.told()
    assert up.rasa() == []
    assert await waiting_texts(up) == ["还有，盖子也是坏的"]
