"""How the whole desk stands, counted in the database at most every few seconds, however often it is asked."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.domain.followup import Way
from bot.domain.wechat_records import SendingState
from bot.services.ports import Backlog, Clock, Gauges, Standing

FRESH_SECONDS = 15.0
WITHIN_SECONDS = 5.0
log = logging.getLogger(__name__)

# name, what it says, its labels
_FAMILIES = (
    ("kesu_conversations", "Conversations by owner; of the bot's those of the last hour.", ("owner",)),
    ("kesu_queue_length", "Conversations that wait for a person.", ()),
    ("kesu_queue_oldest_seconds", "How long the first of them has waited.", ()),
    ("kesu_messages_waiting", "Customers' messages not answered yet.", ()),
    ("kesu_messages_waiting_oldest_seconds", "How long the first of them has waited.", ()),
    ("kesu_deadlines_overdue", "Open dates that are over.", ("of",)),
    ("kesu_deadlines_due", "Open dates that will be over within a time.", ("of", "within")),
    ("kesu_webhooks_waiting", "Events not yet sent to their subscribers.", ()),
    ("kesu_webhooks_oldest_seconds", "How old the first of them is.", ()),
    ("kesu_letters_unsent", "Mails and short messages not yet sent.", ("way",)),
    ("kesu_letters_oldest_seconds", "How old the first of them is.", ("way",)),
    ("kesu_wechat_kept", "Messages from WeChat that are not in their conversations yet.", ()),
    ("kesu_wechat_kept_oldest_seconds", "How old the first of them is.", ()),
    ("kesu_wechat_sendings", "Messages to WeChat; failed and unsure ones: of the last day.", ("state",)),
    ("kesu_wechat_sendings_oldest_seconds", "How old the first of them is.", ("state",)),
)
_WAYS = (Way.MAIL, Way.SMS, Way.NOTICE)
_STATES = [state for state in SendingState if state is not SendingState.SENT]
_NONE = Backlog()
Sample = tuple[tuple[str, ...], float]


class StandingCollector(Collector):
    """The gauges of a `Standing`. While the database can't be read there are none: nothing old is told."""

    def __init__(self, gauges: Gauges, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._gauges, self._clock, self._monotonic = gauges, clock, monotonic
        self._standing: Standing | None = None
        self._looked_at: float | None = None
        self._took = 0.0
        self._looking = asyncio.Lock()

    async def refresh(self) -> None:
        """Count anew, if the last time is long ago; never fails."""
        async with self._looking:
            began = self._monotonic()
            if self._looked_at is not None and began - self._looked_at < FRESH_SECONDS:
                return
            try:
                async with asyncio.timeout(WITHIN_SECONDS):
                    self._standing = await self._gauges.standing(self._clock.now())
            except Exception as error:  # noqa: BLE001 -- whatever it is, the other figures are still told
                self._standing = None
                log.warning("the figures of the database can't be read: %s", type(error).__qualname__)
            self._looked_at, self._took = began, self._monotonic() - began

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """What was counted last."""
        up = float(self._standing is not None)
        yield GaugeMetricFamily("kesu_database_up", "Whether the figures could be read.", value=up)
        took = "How long reading the figures took."
        yield GaugeMetricFamily("kesu_database_read_seconds", took, value=self._took)
        if self._standing is None:
            return
        values = _values(self._standing, self._clock.now())
        for name, says, labels in _FAMILIES:
            family = GaugeMetricFamily(name, says, labels=labels)
            for key, value in values[name]:
                family.add_metric(key, value)
            yield family

    def describe(self) -> list[GaugeMetricFamily]:
        """The names alone, so that registering reads nothing."""
        return [GaugeMetricFamily(name, says, labels=labels) for name, says, labels in _FAMILIES]


def _values(standing: Standing, now: datetime) -> Mapping[str, list[Sample]]:
    def age(backlog: Backlog) -> float:
        return max(0.0, (now - backlog.oldest).total_seconds()) if backlog.oldest else 0.0

    due = standing.deadlines.items()
    letters = [(way.value, standing.letters.get(way, _NONE)) for way in _WAYS]
    waiting = {
        state: standing.sendings.get(state, _NONE) for state in (SendingState.WAITING, SendingState.HELD)
    }
    sendings = [(state.value, standing.sendings.get(state, _NONE)) for state in _STATES]
    return {
        "kesu_conversations": [((owner,), count) for owner, count in standing.owners.items()],
        "kesu_queue_length": [((), standing.queue.count)],
        "kesu_queue_oldest_seconds": [((), age(standing.queue))],
        "kesu_messages_waiting": [((), standing.unanswered.count)],
        "kesu_messages_waiting_oldest_seconds": [((), age(standing.unanswered))],
        "kesu_deadlines_overdue": [((of,), dates.overdue) for of, dates in due],
        "kesu_deadlines_due": [
            ((of, f"{time.total_seconds() / 3600:.0f}h"), count)
            for of, dates in due
            for time, count in dates.within.items()
        ],
        "kesu_webhooks_waiting": [((), standing.webhooks.count)],
        "kesu_webhooks_oldest_seconds": [((), age(standing.webhooks))],
        "kesu_letters_unsent": [((way,), backlog.count) for way, backlog in letters],
        "kesu_letters_oldest_seconds": [((way,), age(backlog)) for way, backlog in letters],
        "kesu_wechat_kept": [((), standing.kept.count)],
        "kesu_wechat_kept_oldest_seconds": [((), age(standing.kept))],
        "kesu_wechat_sendings": [((state,), backlog.count) for state, backlog in sendings],
        "kesu_wechat_sendings_oldest_seconds": [
            ((state.value,), age(backlog)) for state, backlog in waiting.items()
        ],
    }
