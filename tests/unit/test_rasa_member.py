import asyncio
import json
import os
import sys
import textwrap

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.adapters.listening import free_port
from bot.adapters.rasa_member import RasaMember, beside
from bot.adapters.understanding import RasaClient
from bot.domain.errors import ConfigurationError, UnderstandingUnavailable
from bot.domain.health_questions import QUESTIONS
from bot.domain.labels import ALL
from bot.settings import Settings
from tests.archives import model_archive

# Reads every text as the file beside its model says, and notes what it was given.
ROOM = """
import argparse, http.server, json, os, pathlib
options = argparse.ArgumentParser()
options.add_argument("--model", type=pathlib.Path)
options.add_argument("--port", type=int)
given = options.parse_args()
labels = json.loads(given.model.with_name("labels.json").read_text())
given.model.with_name("given.json").write_text(json.dumps([os.getpid(), os.nice(0), dict(os.environ)]))

class Room(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer({"model": labels.get("model", given.model.name), "labels": []})
    def do_POST(self):
        texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["texts"]
        rows = [{"label": labels.get(text), "confidence": 0.9, "normal": text} for text in texts]
        self.answer({"model": given.model.name, "readings": rows})
    def answer(self, body):
        known = self.headers["Authorization"] == "Bearer " + os.environ["KESU_PAIR_SECRET"]
        self.send_response(200 if known else 401)
        data = json.dumps(body).encode()
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def log_message(self, *words):
        pass

http.server.HTTPServer(("127.0.0.1", given.port), Room).serve_forever()
"""


@pytest.fixture
def room(tmp_path):
    """The command that starts a room without Rasa."""
    (tmp_path / "room.py").write_text(textwrap.dedent(ROOM))
    return (sys.executable, str(tmp_path / "room.py"))


@pytest.fixture
def settings(tmp_path):
    return Settings(var=tmp_path, pair_secret=SecretStr("pair"), rasa_port=free_port(), actions_port=5055)


@pytest.fixture
def archive(tmp_path):
    """An archive of the desk's labels whose room reads all health questions rightly, but for `wrong`."""

    def archive(**wrong):
        right = {question.text: question.labels[0] for question in QUESTIONS}
        (tmp_path / "labels.json").write_text(json.dumps(right | wrong))
        return model_archive(tmp_path / "kesu-1.tar.gz", sorted(ALL))

    return archive


@pytest.fixture
async def member(settings, room, archive):
    """Starts a member whose room reads as told."""
    begun = []

    async def start(**wrong):
        begun.append(RasaMember(settings, archive(**wrong), command=room))
        await begun[-1].start()
        return begun[-1]

    yield start
    for one in begun:
        await one.stop()


def test_every_health_question_asks_for_labels_that_there_are():
    assert {label for question in QUESTIONS for label in question.labels} <= ALL
    assert len({question.text for question in QUESTIONS}) == len(QUESTIONS)
    assert {"illness", "request_human"} <= {question.labels[0] for question in QUESTIONS}


async def test_a_model_that_reads_all_health_questions_rightly_is_fit(member):
    assert await (await member()).misread() is None


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.labels[0])
async def test_a_model_that_misreads_one_health_question_is_told_by_it(member, question):
    problem = await (await member(**{question.text: "chitchat"})).misread()
    assert question.text in problem
    assert "chitchat" in problem


async def test_a_room_with_another_model_than_asked_for_is_found_out(member):
    assert "kesu-0" in await (await member(model="kesu-0.tar.gz")).misread()


async def test_a_member_that_was_stopped_answers_nothing_and_leaves_no_process(member, tmp_path):
    one = await member()
    pid = json.loads((tmp_path / "given.json").read_text())[0]
    await one.stop()
    assert "健康检查" in await one.misread()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_an_archive_of_other_labels_is_not_even_started(settings, room, tmp_path):
    one = RasaMember(settings, model_archive(tmp_path / "kesu-1.tar.gz", ["greet"]), command=room)
    with pytest.raises(ConfigurationError, match="标签"):
        await one.start()
    await one.stop()


async def test_a_rasa_beside_reads_texts_and_can_reach_neither_the_desk_nor_its_memory(
    settings, room, archive, tmp_path
):
    async with beside(settings, archive(), command=room) as client:
        (reading,) = await client.parse(["你好"])
        pid, _, given = json.loads((tmp_path / "given.json").read_text())
    assert reading.label == "greet"
    assert given["KESU_PAIR_SECRET"] != "pair"
    assert given["KESU_ACTIONS_URL"] != settings.actions_url
    assert given["KESU_NLU_DATABASE_URL"] != settings.nlu_database_url
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_what_is_under_way_is_answered_by_the_rasa_that_was_asked(aiohttp_server):
    may_answer, arrived = asyncio.Event(), asyncio.Event()

    async def slow(_request):
        arrived.set()
        await may_answer.wait()
        return web.json_response({"model": "old"})

    async def quick(_request):
        return web.json_response({"model": "new"})

    old, new = web.Application(), web.Application()
    old.router.add_get("/webhooks/desk/health", slow)
    new.router.add_get("/webhooks/desk/health", quick)
    urls = [str((await aiohttp_server(app)).make_url("")) for app in (old, new)]
    client = RasaClient(urls[0], "pair")
    asked = asyncio.create_task(client.health())
    await arrived.wait()
    client.point_to(urls[1])
    settling = asyncio.create_task(client.settled(urls[0]))
    assert (await client.health())["model"] == "new"
    assert not settling.done()
    may_answer.set()
    assert (await asked)["model"] == "old"
    await settling
    await client.settled(urls[1])
    await client.close()


async def test_a_call_that_failed_is_under_way_no_longer():
    client = RasaClient(f"http://127.0.0.1:{free_port()}", "pair")
    with pytest.raises(UnderstandingUnavailable):
        await client.health()
    await asyncio.wait_for(client.settled(client._base), 1)
    await client.close()
