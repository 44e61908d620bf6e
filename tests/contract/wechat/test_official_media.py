"""Photos and videos through our client of a 公众号: uploaded, and fetched from Tencent and nobody else."""

import pytest
from aiohttp import web

from bot.domain.wechat_errors import WechatRefused
from tests.clients import clients_of
from tests.wechat.official_api import GET_MEDIA, STABLE_TOKEN, UPLOAD

LI = "openid-of-li"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 2000


@pytest.fixture
def phone(fake):
    """The customer's screen; they have just written."""
    fake.official.wrote(LI)
    return fake.official.followers[LI]


@pytest.fixture
async def client(fake, phone):
    async with clients_of(fake) as clients:
        yield clients.official


async def test_a_picture_is_uploaded_and_shown(client, phone):
    media_id = await client.upload_image(PNG, "image/png")
    await client.send_image(LI, media_id)
    assert phone.screen[-1].media_id == media_id


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(b"", "image/png"), (b"0" * (2 * 1024 * 1024 + 1), "image/png"), (b"1", "image/gif")],
)
async def test_a_picture_that_wechat_would_not_take_is_not_even_uploaded(fake, client, content, content_type):
    with pytest.raises(WechatRefused, match="2 MB"):
        await client.upload_image(content, content_type)
    assert fake.official_api.journal.count(UPLOAD) == 0


async def test_a_file_that_a_customer_sent_comes_in_pieces_with_its_type(fake, client):
    content = bytes(range(256)) * 1000
    media_id = fake.official.media.add("image", content, "image/jpeg")
    async with client.media(media_id) as download:
        assert download.content_type == "image/jpeg"
        assert b"".join([chunk async for chunk in download.chunks]) == content


async def test_a_file_that_is_gone_is_an_error_in_json_and_not_a_photo(client):
    with pytest.raises(WechatRefused) as caught:
        async with client.media("never-was"):
            pass
    assert caught.value.code == 40007


async def test_a_file_is_asked_for_again_with_a_new_token(fake, client):
    media_id = fake.official.media.add("image", PNG, "image/png")
    await client.check_token()
    fake.official_api.faults.code(GET_MEDIA, 42001)
    async with client.media(media_id) as download:
        assert b"".join([chunk async for chunk in download.chunks]) == PNG
    assert fake.official_api.journal.count(GET_MEDIA) == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "https://qq.com.example.com/v",
        "file:///etc/passwd",
        "https://x.qq.com:8443/v",
        "https://x.qq.com:99999/v",
        "http://[",
    ],
)
async def test_a_video_that_is_said_to_be_elsewhere_is_only_fetched_from_tencent(fake, aiohttp_server, url):
    async def serve(request):
        if request.path == STABLE_TOKEN:
            return web.json_response({"access_token": "t", "expires_in": 7200})
        return web.json_response({"video_url": url})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serve)
    server = await aiohttp_server(app)
    async with clients_of(fake, api=str(server.make_url("")).rstrip("/")) as clients:
        with pytest.raises(WechatRefused):
            async with clients.official.media("video"):
                pass


async def test_a_video_is_fetched_from_where_the_platform_has_it(fake, aiohttp_server):
    async def serve(request):
        if request.path == STABLE_TOKEN:
            return web.json_response({"access_token": "t", "expires_in": 7200})
        if request.path == "/video":
            assert "access_token" not in request.query
            return web.Response(body=b"moving", content_type="video/mp4")
        return web.json_response({"video_url": str(request.url.with_path("/video").with_query(None))})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serve)
    server = await aiohttp_server(app)
    async with (
        clients_of(fake, api=str(server.make_url("")).rstrip("/")) as clients,
        clients.official.media("video") as download,
    ):
        assert download.content_type == "video/mp4"
        assert b"".join([chunk async for chunk in download.chunks]) == b"moving"
