import logging

import pytest
from structlog.contextvars import get_contextvars


@pytest.fixture
async def client(door, aiohttp_client):
    return await aiohttp_client(door.app())


async def told(client, given):
    headers = {"X-Request-ID": given} if given is not None else {}
    return (await client.get("/health/live", headers=headers)).headers["X-Request-ID"]


async def test_a_harmless_id_of_a_proxy_is_taken_and_told(client):
    given = "3f8a1c52-77de-4c1e-9b1c-0a9d3f8e6b11"
    assert await told(client, given) == given


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "short",
        "x" * 65,
        "two words!",
        '{"level": "error"}',
        "我的电话我的电话",
        "<script>x</script>",
    ],
)
async def test_any_other_request_gets_an_id_of_ours(client, given):
    first, second = await told(client, given), await told(client, given)
    assert first != second
    assert len(first) == 16


async def test_what_a_request_logs_bears_its_id(door, aiohttp_client):
    bound = []

    class Bound(logging.Handler):
        def emit(self, record):
            bound.append(get_contextvars())

    def breaks():
        raise RuntimeError

    client = await aiohttp_client(door.app(serving=breaks))
    handler = Bound()
    logging.getLogger("bot.web.errors").addHandler(handler)
    try:
        answer = await client.get("/health", headers={"X-Request-ID": "trace-0001"})
    finally:
        logging.getLogger("bot.web.errors").removeHandler(handler)
    assert answer.status == 500
    assert answer.headers["X-Request-ID"] == "trace-0001"
    assert bound == [{"request": "trace-0001"}]
