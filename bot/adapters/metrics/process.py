"""What this process knows of itself and of its Rasa at the moment it is asked, and the event loop's lag."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import QueuePool
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.adapters.child import resident_bytes
from bot.services.ports import ApiQuota
from bot.services.promotion import Serving

LAG_SECONDS = 0.25


@dataclass(frozen=True)
class Rasas:
    """This desk's Rasas: how often one was started again, and the process ids of those that run."""

    restarts: int = 0
    pids: tuple[int, ...] = ()


class ProcessState(Collector):
    """Gauges of this process; `quota` is what WeChat said last, `draining` whether it takes nothing new."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        ready: Callable[[], bool],
        serving: Callable[[], Serving],
        rasas: Callable[[], Rasas],
        draining: Callable[[], bool],
    ) -> None:
        self._pool = cast("QueuePool", engine.pool)  # which both files and servers have
        self._ready, self._serving, self._rasas, self._draining = ready, serving, rasas, draining
        self.quota: ApiQuota | None = None

    def collect(self) -> Iterator[Metric]:
        """As it stands now."""
        serving, rasas = self._serving(), self._rasas()
        yield _gauge("kesu_rasa_up", "Whether Rasa answers, so that messages are answered.", self._ready())
        yield _gauge(
            "kesu_model_switching", "Whether another model is being put into service.", serving.switching
        )
        model = GaugeMetricFamily("kesu_model_info", "The model that answers.", labels=("model",))
        if serving.model:
            model.add_metric((serving.model,), 1.0)
        yield model
        restarts = CounterMetricFamily(
            "kesu_rasa_restarts", "How often Rasa was started again after it died or hung."
        )
        restarts.add_metric((), rasas.restarts)
        yield restarts
        memory = sum(resident_bytes(pid) for pid in rasas.pids)
        yield _gauge("kesu_rasa_resident_memory_bytes", "Memory of this desk's Rasas.", memory)
        yield _gauge(
            "kesu_draining", "Whether this process takes nothing new and ends soon.", self._draining()
        )
        yield from self._connections()
        if self.quota is not None:
            left = "Customer-service messages that WeChat lets the account send today."
            yield _gauge("kesu_wechat_quota_left", left, self.quota.left)
            yield _gauge(
                "kesu_wechat_quota_limit", "The same, at the beginning of the day.", self.quota.daily
            )

    def _connections(self) -> Iterator[Metric]:
        used, size = self._pool.checkedout(), self._pool.size()
        most = size + self._pool._max_overflow  # noqa: SLF001 -- there is no other way to ask
        yield _gauge("kesu_database_connections_in_use", "Connections in use.", used)
        yield _gauge("kesu_database_connections_max", "Connections there may be.", most)

    def describe(self) -> list[Metric]:
        """No names: they don't clash, and collecting at registration would ask too early."""
        return []


def _gauge(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, says, value=float(value))


async def watch_loop(lagged: Callable[[float], None], seconds: float = LAG_SECONDS) -> None:
    """Until cancelled, tell by how much the event loop comes back too late."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(seconds)
        lagged(time.perf_counter() - began - seconds)
