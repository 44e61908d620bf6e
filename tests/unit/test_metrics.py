from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from bot.adapters.metrics.measured import Measured
from bot.adapters.metrics.process import ProcessState, Rasas, watch_loop
from bot.adapters.metrics.standing import FRESH_SECONDS, StandingCollector
from bot.services.ports import ApiQuota, Backlog, Deadlines, Stage, Standing, TurnFailure
from bot.services.promotion import Serving

NOW = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)
EMPTY = Standing({}, Backlog(), Backlog(), {}, Backlog(), {}, {})


def told(measured):
    """Every sample: {(name, labels): value}."""
    families = text_string_to_metric_families(generate_latest(measured.registry).decode())
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


@dataclass
class CountedGauges:
    """A database that counts how often it is asked."""

    says: object = EMPTY
    asked: int = 0

    async def standing(self, now):
        self.asked += 1
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
def measured():
    return Measured()


@pytest.fixture
def time():
    return SimpleNamespace(at=100.0)


@pytest.fixture
def standing(measured, time):
    """A way to have gauges told."""

    def of(gauges):
        clock = SimpleNamespace(now=lambda: NOW)
        collector = StandingCollector(gauges, clock, lambda: time.at)
        measured.registry.register(collector)
        return collector

    return of


def test_the_stages_of_an_answered_turn_are_told_apart_and_rasa_is_not_blamed_for_actions(measured):
    measured.took("t", Stage.WAITING, 0.5)
    measured.took("t", Stage.ACTIONS, 0.25)
    measured.took("t", Stage.ACTIONS, 0.25)
    measured.took("t", Stage.READING, 2.0)
    measured.answered("t", 3.0)
    samples = told(measured)
    name = "kesu_turn_stage_duration_seconds_sum"
    assert {stage: samples[name, stage] for stage in ("waiting", "reading", "actions", "storing")} == {
        "waiting": 0.5,
        "reading": 1.5,
        "actions": 0.5,
        "storing": 0.0,
    }
    assert samples[("kesu_turn_duration_seconds_sum",)] == 3.0


def test_a_failed_try_is_counted_by_reason_and_its_times_are_forgotten(measured):
    measured.took("t", Stage.READING, 20.0)
    measured.failed("t", TurnFailure.RASA_AWAY)
    measured.took("t", Stage.READING, 1.0)
    measured.answered("t", 25.0)
    samples = told(measured)
    assert samples["kesu_turn_failures_total", "rasa_away"] == 1
    assert samples["kesu_turn_stage_duration_seconds_sum", "reading"] == 1.0


def test_turns_that_never_end_are_forgotten(measured):
    for number in range(3000):
        measured.took(str(number), Stage.WAITING, 1.0)
    assert len(measured._under_way) <= 1000


def test_a_clock_that_was_set_back_breaks_nothing(measured):
    measured.took("t", Stage.WAITING, -5.0)
    measured.answered("t", -5.0)
    assert told(measured)[("kesu_turn_duration_seconds_sum",)] == 0


def test_many_channels_become_one(measured):
    for number in range(50):
        measured.message(f"channel{number}", "in")
    samples = told(measured)
    assert len([key for key in samples if key[0] == "kesu_messages_total"]) == 21
    assert samples["kesu_messages_total", "in", "other"] == 30


async def test_the_database_is_asked_at_most_every_fifteen_seconds(standing, time):
    gauges = CountedGauges()
    collector = standing(gauges)
    for _ in range(3):
        await collector.refresh()
    assert gauges.asked == 1
    time.at += FRESH_SECONDS
    await collector.refresh()
    assert gauges.asked == 2


async def test_how_long_something_waits_is_told_in_seconds(measured, standing):
    queue = Backlog(3, NOW - timedelta(minutes=2))
    dates = Deadlines(4, {timedelta(hours=1): 5, timedelta(days=1): 6})
    says = Standing(
        {"queue": 3}, queue, Backlog(), {"cases": dates}, Backlog(), {"mail": queue}, {"held": queue}
    )
    await standing(CountedGauges(says)).refresh()
    samples = told(measured)
    assert samples[("kesu_queue_length",)] == 3
    assert samples[("kesu_queue_oldest_seconds",)] == 120
    assert samples[("kesu_messages_waiting_oldest_seconds",)] == 0
    assert samples["kesu_deadlines_overdue", "cases"] == 4
    assert samples["kesu_deadlines_due", "24h", "cases"] == 6
    assert samples["kesu_letters_unsent", "mail"] == 3
    assert samples["kesu_letters_unsent", "sms"] == 0
    assert samples["kesu_wechat_sendings", "held"] == 3


async def test_while_the_database_is_away_nothing_old_is_told(measured, standing, time):
    gauges = CountedGauges()
    collector = standing(gauges)
    await collector.refresh()
    time.at += FRESH_SECONDS
    gauges.says = OSError("away")
    await collector.refresh()
    samples = told(measured)
    assert samples[("kesu_database_up",)] == 0
    assert ("kesu_queue_length",) not in samples


def test_a_process_tells_its_model_its_rasas_and_what_wechat_allows(measured):
    pool = SimpleNamespace(checkedout=lambda: 2, size=lambda: 5, _max_overflow=10)
    state = ProcessState(
        SimpleNamespace(pool=pool),
        ready=lambda: True,
        serving=lambda: Serving("kesu-1", "kesu-2", switching=True),
        rasas=lambda: Rasas(restarts=3),
        draining=lambda: False,
    )
    state.quota = ApiQuota(500_000, 10, 499_990)
    measured.registry.register(state)
    samples = told(measured)
    assert samples["kesu_model_info", "kesu-1"] == 1
    assert samples[("kesu_model_switching",)] == 1
    assert samples[("kesu_rasa_restarts_total",)] == 3
    assert samples[("kesu_database_connections_max",)] == 15
    assert samples[("kesu_wechat_quota_left",)] == 499_990


async def test_the_loop_tells_how_late_it_comes_back():
    late = []

    class EnoughError(Exception):
        pass

    def lagged(seconds):
        late.append(seconds)
        if len(late) == 3:
            raise EnoughError

    with pytest.raises(EnoughError):
        await watch_loop(lagged, 0.0)
    assert all(seconds >= 0 for seconds in late)
