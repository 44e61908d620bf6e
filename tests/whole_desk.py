"""A whole desk in this process but for Rasa, with both channels of WeChat before the fake platform."""

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import SecretStr

from bot.adapters.background import RasaHealth
from bot.adapters.listening import free_port
from bot.adapters.serving import listening
from bot.app import open_desk
from bot.assembly import Desk
from bot.commands.wechat import findings
from bot.door import web_parts
from bot.replaying import temporary
from bot.services.promotion import Serving
from bot.settings import load_settings
from bot.web.app import create_web_app
from bot.web.live import Hub
from bot.wechat_channels import WechatChannels, open_wechat
from tests import databases

_SECRETS = ("_secret", "_token", "_aes_key")


@dataclass
class Place:
    """A desk's settings, and its clock, which is the platform's."""

    settings: object
    fake: object

    @classmethod
    async def of(cls, fake, folder, **more):
        """With an empty database in `folder`, and both of the fake's accounts."""
        settings = temporary(load_settings(), folder).having(port=free_port(), base_url=None)
        await databases.migrate(settings.database_url)
        official, corp = fake.official, fake.corp
        known = {
            "wechat_appid": official.appid,
            "wechat_secret": official.secret,
            "wechat_token": official.token,
            "wechat_aes_key": official.aes_key,
            "wechat_api": fake.official_url,
            "wecom_corpid": corp.corpid,
            "wecom_secret": corp.secret,
            "wecom_token": corp.token,
            "wecom_aes_key": corp.aes_key,
            "wecom_api": fake.kf_url,
        }
        return cls(cls(settings, fake).having(**known, **more), fake)

    def now(self):
        return datetime.fromtimestamp(self.fake.clock.now(), UTC)

    def having(self, **changes):
        return self.settings.having(**{name: _hidden(name, value) for name, value in changes.items()})

    async def check(self, **changes):
        """What `kesu wechat check` tells; with `changes` of its settings but not of the desk's."""
        return [finding async for finding in findings(self.having(**changes), self)]

    @asynccontextmanager
    async def desk(self, **changes):
        """The desk, running."""
        settings, hub = self.having(**changes), Hub()
        async with open_desk(settings, self, hub) as desk, open_wechat(desk, hub) as wechat:
            health = RasaHealth(desk.rasa, desk.runner.hurry)
            parts = web_parts(desk, hub, health, lambda: Serving(None), wechat)
            async with listening(create_web_app(parts), settings.host, settings.port):
                yield Running(desk, wechat, f"http://127.0.0.1:{settings.port}")


@dataclass
class Running:
    """The desk while it runs."""

    desk: Desk
    wechat: WechatChannels
    address: str


def _hidden(name, value):
    return SecretStr(value) if name.endswith(_SECRETS) and value is not None else value
