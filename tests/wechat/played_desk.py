"""A desk that says one thing only: for tests of the fake itself."""

import asyncio

from aiohttp import web

from tests.wechat import messages
from tests.wechat.sealing import Sealer, signature


class PlayedDesk:
    """Answers everything in the 公众号 with the same words, and every doorbell with `success`."""

    def __init__(self, account, words):
        self.account, self.words, self.rung = account, words, asyncio.Event()

    def app(self):
        app = web.Application()
        app.router.add_post("/wechat", self.reply)
        app.router.add_post("/wechat/kf", self.ring)
        return app

    async def ring(self, request):
        self.rung.set()
        return web.Response(text="success")

    async def reply(self, request):
        sealer = Sealer(self.account.token, self.account.aes_key, self.account.appid)
        sealed = (await request.text()).partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
        sender = sealer.open(sealed).partition("<FromUserName><![CDATA[")[2].partition("]]>")[0]
        head = {"ToUserName": sender, "FromUserName": self.account.original_id, "CreateTime": 1}
        sealed = sealer.seal(messages.xml(**head, MsgType="text", Content=self.words))
        signed = signature(self.account.token, "1", "2", sealed)
        return web.Response(text=messages.xml(Encrypt=sealed, MsgSignature=signed, TimeStamp=1, Nonce="2"))
