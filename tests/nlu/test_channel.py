import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
from rasa.shared.exceptions import RasaException

from bot.nlu.channel import TurnInput
from bot.nlu.turn import LONGEST_TEXT
from tests.nlu.fake_desk import die, raw
from tests.nlu.room_server import ROOT, SECRET, Server, command, environment, free_port, wait_until_healthy

CUSTOMERS_WORDS = "我叫欧阳小敏，水有怪味"


def turn(text="你好", **body):
    return {"conversation": "c-1", "turn": f"t-{abs(hash(text))}", "text": text, "context": {}} | body


def test_a_turn_travels_as_the_protocol_says(call, desk):
    status, answer = call("turn", turn("你好", turn="first"))
    assert status == 200
    assert set(answer) == {"turn", "replies", "reading"}
    assert answer["turn"] == "first"
    assert set(answer["reading"]) == {
        "text", "normal", "script", "label", "confidence", "ranking", "parts", "familiarity", "entities",
        "model", "risks",
    }  # fmt: skip
    assert answer["reading"]["model"] == "tiny.tar.gz"


def test_the_same_turn_again_is_not_executed_again(call, desk):
    first = call("turn", turn("早上好", turn="twice"))
    assert call("turn", turn("早上好", turn="twice")) == first
    assert desk.called == ["action_greet"]


def test_many_texts_are_parsed_in_one_request(call, desk):
    status, answer = call("parse", {"texts": ["你好", "转人工", ""]})
    assert status == 200
    assert answer["model"] == "tiny.tar.gz"
    assert [reading["label"] for reading in answer["readings"]] == ["greet", "request_human", None]
    assert desk.called == []


def test_health_names_the_model_and_its_labels(call):
    status, answer = call("health")
    assert status == 200
    assert answer["model"] == "tiny.tar.gz"
    assert {"carton.empty", "chitchat"} <= set(answer["labels"])


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "é"])
@pytest.mark.parametrize("path", ["turn", "parse", "vectors", "health"])
def test_nobody_without_the_pairs_secret_gets_in(call, desk, path, secret):
    body = None if path == "health" else turn()
    status, answer = call(path, body, secret=secret)
    assert status == 401
    assert set(answer) == {"error"}
    assert desk.called == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        turn(conversation=""),
        turn(conversation="c 1"),
        turn(turn=7),
        turn(turn="t" * 201),
        turn(text=None),
        turn(text="水" * (LONGEST_TEXT + 1)),
        turn(context=None),
        turn(context={"question": 3}),
        turn(context={"choice": "restart"}),
    ],
)
def test_a_malformed_turn_is_refused(call, desk, body):
    status, answer = call("turn", body)
    assert status == 400
    assert set(answer) == {"error"}
    assert desk.called == []


@pytest.mark.parametrize("body", [[], {}, {"texts": "你好"}, {"texts": [1]}, {"texts": [""] * 1001}])
def test_a_malformed_parse_is_refused(call, body):
    assert call("parse", body)[0] == 400
    assert call("vectors", body)[0] == 400


def test_a_model_without_a_sentence_encoder_has_no_vectors(call):
    status, answer = call("vectors", {"texts": ["你好"]})
    assert status == 503
    assert set(answer) == {"error"}


@pytest.mark.parametrize("text", ["水" * LONGEST_TEXT, "😀😀", "<b>水有怪味</b>", "\ud83d half", "a\u0000b"])
def test_odd_texts_are_answered(call, desk, text):
    status, answer = call("turn", turn(text, turn=f"odd-{len(text)}"))
    assert status == 200
    assert len(answer["reading"]["text"]) == len(text)
    assert answer["replies"]


@pytest.mark.parametrize("failure", [raw(500), die])
def test_a_failed_action_is_answered_with_503_and_may_be_sent_again(call, desk, failure):
    desk.does["action_greet"] = failure
    body = turn("您好", conversation=f"c-{failure.__qualname__}", turn="t")
    status, answer = call("turn", body)
    assert status == 503
    assert set(answer) == {"error"}
    desk.does.clear()
    assert call("turn", body)[0] == 200


def test_only_the_four_routes_exist(server):
    for path in ("", "version", "status", "model", "conversations/c-1/tracker", "webhooks/rest/webhook"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{server.base}/{path}")  # noqa: S310 -- our own server
        assert refused.value.code == 404


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="Linux lists its sockets there")
def test_the_room_listens_on_loopback_only(server):
    wanted = f":{server.port:04X}"
    sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    listening = [line[1] for line in sockets if line[3] == "0A"]
    assert [address for address in listening if address.endswith(wanted)] == [f"0100007F{wanted}"]


def test_the_log_holds_none_of_the_customers_words(server, call, desk):
    desk.does["action_hear_complaint"] = desk.does["action_take_facts"] = raw(500)
    call("turn", turn(CUSTOMERS_WORDS, conversation="c-log"))
    call("turn", turn("/restart" + CUSTOMERS_WORDS, conversation="c-log"))
    log = server.log.read_text(encoding="utf-8")
    assert "nothing was saved" in log
    assert not any(words in log for words in ("欧阳", "怪味", "\\u6b27"))


@pytest.mark.asyncio
async def test_without_a_model_everything_waits(model):
    channel = TurnInput(SECRET)
    agent = SimpleNamespace(processor=None)
    request = SimpleNamespace(
        app=SimpleNamespace(ctx=SimpleNamespace(agent=agent)),
        headers={"authorization": f"Bearer {SECRET}"},
        body=json.dumps(turn() | {"texts": ["你好"]}).encode(),
    )
    for route in (channel.turn, channel.parse, channel.health):
        assert (await route(request)).status == 503


@pytest.mark.parametrize("secret", ["", "   ", None, "${KESU_PAIR_SECRET}"])
def test_an_empty_secret_does_not_start(secret):
    with pytest.raises(RasaException, match="KESU_PAIR_SECRET"):
        TurnInput.from_credentials({"secret": secret})


def test_telemetry_does_not_start(monkeypatch):
    monkeypatch.delenv("RASA_TELEMETRY_ENABLED")
    with pytest.raises(RasaException, match="RASA_TELEMETRY_ENABLED"):
        TurnInput.from_credentials({"secret": SECRET})


def start(*options):
    return subprocess.run(command(*options), cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_port_in_use_is_named_in_one_line(server, model):
    refused = start("--model", str(model), "--port", str(server.port))
    assert refused.returncode == 1
    assert str(server.port) in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_a_missing_model_is_named_in_one_line(tmp_path):
    refused = start("--model", str(tmp_path / "none.tar.gz"), "--port", "0")
    assert refused.returncode == 1
    assert "none.tar.gz" in refused.stderr
    assert refused.stderr.count("\n") == 1


PARENT = "import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()"


def test_the_room_ends_when_its_parent_is_killed(model, tmp_path):
    port = free_port()
    room = command("--model", str(model), "--port", str(port), "--with-parent")
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, *room],
        cwd=ROOT,
        env=environment(tmp_path, "http://127.0.0.1:9/webhook"),
        stderr=subprocess.PIPE,
    )
    wait_until_healthy(Server(parent, port, tmp_path / "log"))
    parent.kill()
    parent.stderr.read()  # ends when the room, which holds the pipe's other end, has ended
    assert Server(parent, port, None).call("health")[0] == 0
