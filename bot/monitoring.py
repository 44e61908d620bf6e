"""What the desk tells those who watch over it: metrics on a listener of its own, and whether it is well."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.adapters.background import RasaHealth, background, every
from bot.adapters.database.gauges import SqlGauges
from bot.adapters.metrics.door import metrics_app
from bot.adapters.metrics.measured import Measured
from bot.adapters.metrics.messages import counting_messages
from bot.adapters.metrics.process import ProcessState, Rasas, watch_loop
from bot.adapters.metrics.standing import StandingCollector
from bot.adapters.rasa_fleet import RasaFleet
from bot.assembly import Desk, listening
from bot.domain.wechat_errors import WechatError
from bot.services.ports import ApiQuota, Gauges
from bot.services.promotion import Serving
from bot.services.wechat.checking import CUSTOM
from bot.settings import Settings
from bot.wechat_channels import WechatChannels

QUOTA_SECONDS = 600.0
DATABASE_WITHIN_SECONDS = 2.0
_ASKED_SECONDS = 1.0  # for so long the database isn't asked again, however many ask us


def measured(settings: Settings) -> Measured | None:
    """What measures, if the settings say where to tell it."""
    return Measured() if settings.metrics_port is not None else None


@asynccontextmanager
async def monitored(
    measures: Measured | None,
    desk: Desk,
    health: RasaHealth,
    serving: Callable[[], Serving],
    fleet: RasaFleet | None = None,
    wechat: WechatChannels | None = None,
) -> AsyncIterator[None]:
    """Tell the metrics while the block runs, unless there is nothing that measures."""
    settings = desk.settings
    if measures is None or settings.metrics_port is None:
        yield
        return
    process = ProcessState(
        desk.database.engine,
        ready=lambda: health.ready,
        serving=serving,
        rasas=lambda: Rasas(fleet.restarts, fleet.pids) if fleet else Rasas(),
        draining=lambda: health.leaving,
    )
    standing = StandingCollector(SqlGauges(desk.database.engine), desk.clock)
    measures.registry.register(process)
    measures.registry.register(standing)

    async def ask_quota() -> None:
        process.quota = await _quota(wechat)

    app = metrics_app(measures.registry, standing.refresh)
    with counting_messages(desk.database.engine, measures.message):
        async with (
            listening(app, settings.metrics_host, settings.metrics_port),
            background(watch_loop(measures.lagged), every(QUOTA_SECONDS, ask_quota)),
        ):
            yield


async def _quota(wechat: WechatChannels | None) -> ApiQuota | None:
    """What WeChat says is left of the day's messages; None without a 公众号, or if it doesn't say."""
    client = wechat.clients.official if wechat else None
    if client is None:
        return None
    try:
        return await client.quota(CUSTOM)
    except WechatError:
        return None


class DatabaseHealth:
    """Whether the database answers within a moment, asked at most once a second."""

    def __init__(self, gauges: Gauges, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._gauges, self._monotonic = gauges, monotonic
        self._asked_at = -_ASKED_SECONDS
        self._answers = False
        self._asking = asyncio.Lock()

    async def look(self) -> bool:
        """Ask it, or say what it answered just now."""
        async with self._asking:
            if self._monotonic() - self._asked_at >= _ASKED_SECONDS:
                self._answers = await self._ask()
                self._asked_at = self._monotonic()
        return self._answers

    async def _ask(self) -> bool:
        try:
            async with asyncio.timeout(DATABASE_WITHIN_SECONDS):
                await self._gauges.reachable()
        except Exception:  # noqa: BLE001 -- whatever it is, it doesn't answer
            return False
        return True
