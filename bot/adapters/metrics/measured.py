"""What this process measures itself (ports.Measures): docs/monitoring.md explains each metric."""

from collections import OrderedDict

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.process_collector import ProcessCollector

from bot.services.ports import Stage, TurnFailure

_MOST_TURNS = 1000  # under way at once; far more than there ever are
_MOST_CHANNELS = 20
OTHER = "other"
_STAGE_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60, 300)
_TURN_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60, 300, 1800)
_LAG_BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Measured:
    """Turns by stage, messages by channel, the event loop's lag, this process's memory; in one registry."""

    def __init__(self) -> None:
        # It would tell a second series for each, which nobody asks for.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._stages = Histogram(
            "kesu_turn_stage_duration_seconds",
            "How long the stages of answered turns took.",
            ["stage"],
            buckets=_STAGE_BUCKETS,
            registry=self.registry,
        )
        self._turns = Histogram(
            "kesu_turn_duration_seconds",
            "From a message's arrival until its answer was stored.",
            buckets=_TURN_BUCKETS,
            registry=self.registry,
        )
        self._failures = Counter(
            "kesu_turn_failures_total",
            "Turns that were not answered, by reason.",
            ["reason"],
            registry=self.registry,
        )
        self._messages = Counter(
            "kesu_messages_total",
            "Messages stored, by channel, and by direction: in (customers), bot, desk and agent.",
            ["channel", "direction"],
            registry=self.registry,
        )
        self._lag = Histogram(
            "kesu_event_loop_lag_seconds",
            "How much later than asked the event loop came back.",
            buckets=_LAG_BUCKETS,
            registry=self.registry,
        )
        self._channels: set[str] = set()
        self._under_way: OrderedDict[str, dict[Stage, float]] = OrderedDict()
        for stage in Stage:
            self._stages.labels(stage.value)
        for why in TurnFailure:
            self._failures.labels(why.value)

    def took(self, turn: str, stage: Stage, seconds: float) -> None:
        """A stage of a turn took so long; several of one stage are added up."""
        stages = self._under_way.setdefault(turn, {})
        stages[stage] = stages.get(stage, 0.0) + seconds
        if len(self._under_way) > _MOST_TURNS:
            self._under_way.popitem(last=False)

    def answered(self, turn: str, seconds: float) -> None:
        """The turn's answer is stored: its stages count. What actions took is no time of Rasa's."""
        stages = self._under_way.pop(turn, {})
        if Stage.READING in stages:
            stages[Stage.READING] = max(0.0, stages[Stage.READING] - stages.get(Stage.ACTIONS, 0.0))
        for stage, took in stages.items():
            self._stages.labels(stage.value).observe(max(0.0, took))
        self._turns.observe(max(0.0, seconds))

    def failed(self, turn: str | None, why: TurnFailure) -> None:
        """It isn't: what its stages took is forgotten."""
        if turn is not None:
            self._under_way.pop(turn, None)
        self._failures.labels(why.value).inc()

    def message(self, channel: str, direction: str) -> None:
        """A message was stored; channels beyond the first twenty are one."""
        if len(self._channels) < _MOST_CHANNELS:
            self._channels.add(channel)
        self._messages.labels(channel if channel in self._channels else OTHER, direction).inc()

    def lagged(self, seconds: float) -> None:
        """The event loop came back so much later than it was asked to."""
        self._lag.observe(max(0.0, seconds))
