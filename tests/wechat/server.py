"""The fake as a whole: a server for each channel on a free port of loopback."""

from aiohttp import web

from tests.wechat.clock import TencentClock
from tests.wechat.kf import Corp
from tests.wechat.kf_api import KfApi
from tests.wechat.official import OfficialAccount
from tests.wechat.official_api import OfficialApi

HERE = "127.0.0.1"


class FakeTencent:
    """`async with FakeTencent() as fake:`; `official_url` and `kf_url` go into the desk's settings.

    Anything of the account and the corp may be set: `FakeTencent(official={"quota": 20})`.
    """

    def __init__(self, clock=None, *, official=None, corp=None):
        self.clock = clock or TencentClock()
        self.official = OfficialAccount(self.clock, **(official or {}))
        self.official_api = OfficialApi(self.official)
        self.corp = Corp(self.clock, **(corp or {}))
        self.kf_api = KfApi(self.corp)
        self.official_url = self.kf_url = ""
        self._runners = []

    async def __aenter__(self):
        self.official_url = await self.serve(self.official_api.app)
        self.kf_url = await self.serve(self.kf_api.app)
        return self

    async def __aexit__(self, *problem):
        for runner in reversed(self._runners):
            await runner.cleanup()

    async def serve(self, app, port=0):
        """Serve an application until the fake ends; gives its address."""
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, HERE, port).start()
        return f"http://{HERE}:{runner.addresses[0][1]}"
