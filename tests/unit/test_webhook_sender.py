"""To whom webhooks are posted: to public addresses by https, and to allowed networks."""

import asyncio

import pytest
from aiohttp import web

from bot.adapters.webhook_sender import HttpWebhookSender
from bot.domain.errors import InvalidInput, SendingFailed

LOOPBACK = ["127.0.0.0/8", "::1/128"]


@pytest.fixture
async def server(aiohttp_server):
    """A receiver that redirects, stalls or takes what it gets."""
    seen = []

    async def take(request):
        seen.append((request.headers["webhook-id"], await request.read()))
        return web.Response(text="taken   \n" + "x" * 5000)

    async def away(request):
        raise web.HTTPFound("/take")

    async def stall(request):
        await asyncio.Event().wait()

    app = web.Application()
    app.add_routes([web.post("/take", take), web.post("/away", away), web.post("/stall", stall)])
    started = await aiohttp_server(app, shutdown_timeout=0)
    started.seen = seen
    return started


async def post(sender, url):
    return await sender.post(url, {"webhook-id": "1"}, b"{}")


async def test_an_allowed_network_is_reached_by_http(server):
    answer = await post(HttpWebhookSender(LOOPBACK), str(server.make_url("/take")))
    assert (answer.status, len(answer.text) < 600) == (200, True)
    assert server.seen == [("1", b"{}")]


async def test_a_redirection_is_not_followed(server):
    answer = await post(HttpWebhookSender(LOOPBACK), str(server.make_url("/away")))
    assert answer.status == 302
    assert server.seen == []


@pytest.mark.parametrize(("scheme", "networks"), [("http", ["10.0.0.0/8"]), ("https", [])])
async def test_a_name_that_leads_inside_the_house_is_refused_when_connecting(server, scheme, networks):
    with pytest.raises(SendingFailed, match="KESU_WEBHOOK_NETWORKS"):
        await post(HttpWebhookSender(networks), f"{scheme}://localhost:{server.port}/take")
    assert server.seen == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
async def test_no_way_to_write_an_address_leads_inside_the_house(server, host):
    with pytest.raises(SendingFailed):
        await post(HttpWebhookSender(["10.0.0.0/8"]), f"http://{host}:{server.port}/take")
    assert server.seen == []


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://192.168.1.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "http://example.com/",
        "ftp://example.com/",
        "https://user:secret@example.com/",
        "https://example.com/#part",
        "https://exa mple.com/",
        "https://例子.example/",
        "https:///path",
        "https://[::1",
        "https://example.com:99999/",
        "javascript:alert(1)",
        "",
    ],
)
async def test_an_address_to_which_nothing_is_sent_is_refused_at_once(url):
    sender = HttpWebhookSender()
    with pytest.raises(InvalidInput):
        sender.check(url)
    with pytest.raises(SendingFailed):
        await post(sender, url)


def test_a_public_address_by_https_is_taken():
    HttpWebhookSender().check("https://crm.example.com:8443/kesu?x=1")


async def test_nobody_listening_is_a_failure_without_the_houses_addresses(unused_tcp_port):
    with pytest.raises(SendingFailed) as refusal:
        await post(HttpWebhookSender(LOOPBACK), f"http://127.0.0.1:{unused_tcp_port}/")
    assert "127.0.0.1" not in str(refusal.value)


async def test_who_does_not_answer_is_given_up(server, monkeypatch):
    from aiohttp import ClientTimeout

    monkeypatch.setattr("bot.adapters.webhook_sender.TIMEOUT", ClientTimeout(total=0.05))
    with pytest.raises(SendingFailed, match="10 秒"):
        await post(HttpWebhookSender(LOOPBACK), str(server.make_url("/stall")))
