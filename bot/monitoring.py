"""What the desk tells those who watch over it: metrics on a listener of its own, traces, its health."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web

from bot.adapters.background import RasaHealth, background, every
from bot.adapters.database.gauges import SqlGauges
from bot.adapters.metrics.door import metrics_app
from bot.adapters.metrics.measured import Measured
from bot.adapters.metrics.messages import counting_messages
from bot.adapters.metrics.process import ProcessState, Rasas, watch_loop
from bot.adapters.metrics.standing import StandingCollector
from bot.adapters.rasa_fleet import RasaFleet
from bot.adapters.serving import listening
from bot.adapters.tracing.settings import traces_wanted
from bot.assembly import Desk
from bot.domain.wechat_errors import WechatError
from bot.services.ports import ApiQuota, Gauges
from bot.services.promotion import Serving
from bot.services.wechat.checking import CUSTOM
from bot.settings import Settings
from bot.web.request_ids import id_of
from bot.wechat_channels import WechatChannels

if TYPE_CHECKING:
    from bot.adapters.tracing.spans import Spans

QUOTA_SECONDS = 600.0
DATABASE_WITHIN_SECONDS = 2.0
_ASKED_SECONDS = 1.0  # for so long the database isn't asked again, however many ask us


def measured(settings: Settings) -> Measured | None:
    """What measures, if the settings say where to tell it."""
    return Measured() if settings.metrics_port is not None else None


@asynccontextmanager
async def traced() -> AsyncIterator["Spans | None"]:
    """What traces while the block runs, if OpenTelemetry's variables say where to tell it; else None."""
    if not traces_wanted(os.environ):
        yield None
        return
    from bot.adapters.tracing.spans import exported  # late: it takes long to load

    async with exported() as spans:
        yield spans


def trace_requests(app: web.Application, spans: "Spans | None") -> None:
    """A span for each request that this listener is asked."""
    if spans is not None:
        from bot.adapters.tracing.requests import traced_requests

        app.middlewares.insert(0, traced_requests(spans, id_of))


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
