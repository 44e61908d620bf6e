import sqlite3
from contextlib import closing

import pytest

from bot.settings import ROOT


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")


async def test_the_sides_alternate_and_the_first_round_does_not_count(bench):
    from figures import alternate

    order = []

    def burst(name):
        async def turns():
            order.append(name)
            return [float(len(order))]

        return turns

    times = await alternate({"ours": burst("ours"), "stock": burst("stock")}, rounds=2)

    assert order == ["ours", "stock", "ours", "stock", "stock", "ours"]
    assert times == {"ours": [3.0, 6.0], "stock": [4.0, 5.0]}


def test_the_figures_are_the_median_and_the_95th_percentile(bench):
    from figures import Figures

    figures = Figures.of([float(number) for number in range(101)])

    assert (figures.p50, figures.p95) == (50.0, 95.0)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(0.5, "goal at most 0.5: met"), (0.51, "goal at most 0.5: MISSED")],
)
def test_a_ratio_says_whether_its_goal_is_met(bench, value, verdict):
    from figures import Ratio

    assert Ratio("a turn", value, goal=0.5).verdict == verdict


def test_a_stock_conversation_is_lengthened_by_whole_turns_in_order(bench, tmp_path):
    from sides import lengthen

    database = tmp_path / "tracker.db"
    columns = "sender_id, type_name, timestamp, intent_name, action_name, data"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(f"CREATE TABLE events (id INTEGER PRIMARY KEY, {columns})")
        for who, kind in (("a", "session"), ("a", "user"), ("a", "action"), ("b", "user"), ("a", "bot")):
            connection.execute("INSERT INTO events (sender_id, type_name) VALUES (?, ?)", (who, kind))

    lengthen(database, "a", messages=3)

    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT type_name FROM events WHERE sender_id = 'a' ORDER BY id")
        kinds = [kind for (kind,) in rows]
    assert kinds == ["session", *["user", "action", "bot"] * 3]
