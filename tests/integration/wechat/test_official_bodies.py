"""What strangers post to the 公众号's address: big, slow, compressed, wrong; and WeChat's own question."""

import asyncio
import gzip
import zlib

import pytest

from bot.web import wechat
from tests.official import ANNA
from tests.wechat.sealing import Sealer

KB = 1024


@pytest.fixture
def backend():
    """What is refused never comes to a database."""
    return "sqlite"


@pytest.fixture
async def client(official, aiohttp_client):
    return await aiohttp_client(official.door.app(wechat=official.official))


async def test_wechat_asks_whether_the_address_is_ours_and_gets_its_echo(official, client):
    assert await official.phone.driver.check_url(client.session) == (200, "4375120948345356249")


async def test_a_wrong_signature_of_the_question_gets_a_bare_403(official, client):
    official.phone.driver.sealer = Sealer("OtherToken", official.platform.aes_key, official.platform.appid)
    assert await official.phone.driver.check_url(client.session) == (403, "")


async def test_without_a_wechat_account_there_is_no_such_address(official, aiohttp_client):
    off = await aiohttp_client(official.door.app())
    for answer in (await off.get("/wechat"), await off.post("/wechat", data=b"<xml/>")):
        assert answer.status == 404


async def test_body_over_64_kib_is_refused_before_it_is_read(official, client):
    query, body = official.call(official.text("水" * 30 * KB))
    answer = await client.post("/wechat", params=query, data=body)
    assert (len(body) > 64 * KB, answer.status, await answer.text()) == (True, 413, "")
    assert await official.asked() == []


async def test_body_over_64_kib_that_comes_in_chunks_is_refused_as_soon_as_it_is_too_much(official, client):
    given = 0

    async def chunks():
        nonlocal given
        for _ in range(100_000):
            given += KB
            yield b"x" * KB

    query, _ = official.call(official.text("你好"))
    try:
        answer = await client.post("/wechat", params=query, data=chunks())
        assert answer.status == 413
    except ConnectionError:  # the desk has hung up on who went on sending
        pass
    assert given < 20_000 * KB


async def test_slow_loris_is_let_go_after_a_few_seconds(official, client, monkeypatch):
    monkeypatch.setattr(wechat, "READ_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection(client.host, client.port)
    head = "POST /wechat?timestamp=1 HTTP/1.1\r\nHost: desk\r\nContent-Length: 500\r\n\r\n<xml>"
    writer.write(head.encode())
    status = await reader.readline()
    rest = await reader.read()
    writer.close()
    assert b" 408 " in status
    assert rest.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("packed", [gzip.compress, zlib.compress])
async def test_gzip_bomb_is_refused_without_being_unpacked(official, client, packed):
    bomb = packed(b"0" * 50 * KB * KB)
    query, _ = official.call(official.text("你好"))
    encoding = "gzip" if packed is gzip.compress else "deflate"
    answer = await client.post("/wechat", params=query, data=bomb, headers={"Content-Encoding": encoding})
    assert (answer.status, await answer.text()) == (413, "")


async def test_nobody_is_kept_from_calling_again_after_a_refusal(official, client):
    for _ in range(30):
        answer = await client.post("/wechat", params={"signature": "x"}, data=b"<xml/>")
        assert (answer.status, await answer.text()) == (403, "")
    official.understands("你好", "greet")
    (await official.phone.write(ANNA, "你好")).must_be_fine()


async def test_a_body_in_the_clear_is_refused_where_all_is_encrypted(official):
    official.phone.driver.sealed = False
    delivery = await official.phone.write(ANNA, "你好")
    assert {one.status for one in delivery.attempts} == {403}
    assert await official.asked() == []


async def test_no_openid_no_token_and_no_word_of_a_customer_stands_in_the_log(official, client, caplog):
    caplog.set_level("DEBUG")
    official.desk.room.down = False
    official.understands("我的手机是13812345678", "inform")
    (await official.phone.write(ANNA, "我的手机是13812345678")).must_be_fine()
    await client.post("/wechat", params={"signature": "x"}, data=b"<xml>oSecret</xml>")
    await official.settle()
    ours = "\n".join(one.getMessage() for one in caplog.records if one.name.startswith("bot"))
    for secret in (ANNA, official.platform.token, official.platform.aes_key, "13812345678", "oSecret"):
        assert secret not in ours
    assert "refused" in ours
