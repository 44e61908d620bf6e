"""The examples of docs/api.md, run as they stand there."""

import base64
import hashlib
import hmac
import json
import re

from bot.domain.webhook import Event, new_secret, sign
from bot.settings import ROOT
from bot.web.api.operations import BASE, OPERATIONS
from tests.accepted import accepted

TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


async def send(client, example, filled):
    """Send an example as it is written, with the words in capitals filled in."""
    for word, value in filled.items():
        example = example.replace(word, value)
    head, _, body = example.partition("\n\n")
    first, *lines = head.strip().split("\n")
    method, path, _ = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    answer = await client.request(method, path, headers=headers, data=body.strip() or None)
    return answer, await answer.json()


async def test_every_request_of_the_document_works_as_written(client, door, program):
    crm, (listed, opened, moved, remarked) = await program(), blocks("http")
    filled = {"TOKEN": crm.shown}
    await accepted(door.desk, "li")
    answer, told = await send(client, listed, filled)
    (shown,) = [json.loads(block) for block in blocks("json") if '"items"' in block]
    assert answer.status == 200
    assert told["items"][0].keys() == shown["items"][0].keys()
    answer, case = await send(client, opened, filled)
    assert (answer.status, case["issue"]) == (201, "carton.empty")
    filled |= {"/ID/": f"/{case['id']}/", "ETAG": answer.headers["ETag"]}
    answer, told = await send(client, moved, filled)
    assert (answer.status, told["version"] > case["version"]) == (200, True)
    assert (await send(client, remarked, filled))[0].status == 201
    assert (await send(client, moved, filled))[0].status == 409


def test_the_signature_can_be_checked_as_the_document_says():
    names = {"base64": base64, "hmac": hmac, "hashlib": hashlib}
    (snippet,) = blocks("python")
    exec(snippet, names)  # noqa: S102 -- our own document
    check, secret, body = names["is_genuine"], new_secret(), b'{"id":"1"}'
    headers = {
        "webhook-id": "1",
        "webhook-timestamp": "1700000000",
        "webhook-signature": f"v1,AAAA {sign(secret, '1', 1_700_000_000, body)}",
    }
    assert check(secret, headers, body, 1_700_000_100)
    assert not check(secret, headers, body + b" ", 1_700_000_100)
    assert not check(secret, headers, body, 1_700_000_400)
    assert not check(new_secret(), headers, body, 1_700_000_100)


def test_the_table_names_every_operation_with_its_scope():
    for operation in OPERATIONS:
        (row,) = [
            line for line in TEXT.split("\n") if re.search(rf"`{operation.method} {operation.path}[?`]", line)
        ]
        assert f"`{operation.scope.value}`" in row


def test_every_event_is_named():
    for event in Event:
        assert f"`{event.value}`" in TEXT


async def test_the_openapi_document_is_given_to_everybody(client):
    answer = await client.get(f"{BASE}/openapi.json")
    told = await answer.json()
    assert (answer.status, told["openapi"]) == (200, "3.1.0")
    assert set(told["paths"]) == {operation.path for operation in OPERATIONS}
