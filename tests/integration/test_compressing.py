"""What goes over the network compressed, and what doesn't."""

import pytest

from tests.doors import make_door, visit

GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def backend():
    """The door is the same before every database."""
    return "sqlite"


@pytest.fixture
async def client(aiohttp_client, database, sealer):
    return await aiohttp_client(make_door(database, sealer).app(), auto_decompress=False)


@pytest.mark.parametrize("path", ["/", "/widget.js", "/static/chat.js", "/static/chat.css"])
async def test_the_page_and_what_it_loads_come_compressed_to_who_can_read_that(client, path):
    packed = await client.get(path, headers=GZIP)
    plain = await client.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert len(await packed.read()) < len(await plain.read()) / 1.5


@pytest.mark.parametrize("path", ["/widget.js", "/static/chat.js"])
async def test_who_has_it_already_is_told_so_without_a_body(client, path):
    tag = (await client.get(path, headers=GZIP)).headers["ETag"]
    for _ in range(2):  # a body too much would be read as the beginning of the next answer
        answer = await client.get(path, headers={**GZIP, "If-None-Match": tag})
        assert (answer.status, await answer.read()) == (304, b"")
        assert "Content-Encoding" not in answer.headers


async def test_a_part_of_a_file_is_that_part(client):
    answer = await client.get("/static/chat.js", headers={**GZIP, "Range": "bytes=0-9"})
    assert (answer.status, len(await answer.read())) == (206, 10)


async def test_answers_of_the_api_are_not_compressed(client):
    await visit(client)
    assert "Content-Encoding" not in (await client.get("/api/messages", headers=GZIP)).headers
