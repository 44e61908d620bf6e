"""What is outside of the house, real ones on loopback: mail, short messages, speech recognition."""

import asyncio
from contextlib import asynccontextmanager

from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult


class Mailbox:
    """Takes mail, or answers `refusal` to the recipient; `silent` takes the letter and never says so."""

    def __init__(self):
        self.mails, self.refusal, self.silent, self.logins = [], None, False, []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 -- aiosmtpd's name
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- as above
        self.mails.append(envelope)
        if self.silent:
            server.transport.abort()
        return "250 OK"

    def authenticate(self, server, session, envelope, mechanism, data):
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)


@asynccontextmanager
async def mail_server(mailbox, **options):
    """A mail server in this loop; gives its port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, hostname="test", **options), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


class Gateway:
    """Takes short messages; answers `status` and `text`, or nothing at all when `silent`."""

    def __init__(self):
        self.requests, self.status, self.text, self.silent = [], 200, '{"code": 0}', False

    async def take(self, request):
        body = dict(request.query) if request.method == "GET" else await request.json()
        self.requests.append((request.method, body, dict(request.headers)))
        if self.silent:
            request.transport.abort()
        return web.Response(status=self.status, text=self.text)


class Ears:
    """Recognises speech: answers `status` and `text`, after `before` if there is one."""

    def __init__(self):
        self.heard, self.status, self.text, self.headers = [], 200, '{"text": "是空的"}', {}
        self.before = None

    async def take(self, request):
        file = (await request.post())["file"]
        with file.file as content:
            self.heard.append((file.filename, file.content_type, content.read(), dict(request.headers)))
        if self.before:
            await self.before()
        return web.Response(status=self.status, text=self.text, headers=self.headers)


@asynccontextmanager
async def http_server(service):
    """A service in this loop; gives its address."""
    app = web.Application()
    app.router.add_route("*", "/send", service.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/send"
    finally:
        await runner.cleanup()


sms_gateway = speech = http_server
