import math
from dataclasses import replace

import pytest

from bot.settings import ROOT


@pytest.fixture
def figures(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import soak_figures

    return soak_figures


@pytest.fixture
def run(figures):
    """Looks at a desk for 30 minutes, with so many megabytes at each minute."""

    def looks(own=lambda _: 200.0, files=lambda _: 40, pid=7, process="desk", minutes=range(31)):
        return [
            figures.Look(minute, process, pid, own(minute), 260.0, files(minute), 20, 9) for minute in minutes
        ]

    return looks


def bad(verdicts):
    return [one.what for one in verdicts if not one.fine]


def test_memory_that_goes_up_and_down_is_flat(figures, run):
    assert bad(figures.judged(run(lambda minute: 200 + minute % 3), "desk", 15)) == []


def test_memory_that_grows_by_a_twentieth_is_found(figures, run):
    assert bad(figures.judged(run(lambda minute: 200 + minute), "desk", 15)) == [
        "desk: memory of its own, MB"
    ]


def test_memory_that_grows_in_steps_is_found(figures, run):
    steps = run(lambda minute: 200 + 10 * (minute // 5))
    assert bad(figures.judged(steps, "desk", 15)) == ["desk: memory of its own, MB"]


def test_memory_that_grew_while_warming_up_is_flat_afterwards(figures, run):
    assert bad(figures.judged(run(lambda minute: min(200, 20 * minute)), "desk", 15)) == []


def test_files_that_stay_open_are_found_and_a_few_more_are_not(figures, run):
    assert bad(figures.judged(run(files=lambda minute: 40 + minute), "desk", 15)) == ["desk: open files"]
    assert bad(figures.judged(run(files=lambda minute: 40 + minute / 10), "desk", 15)) == []


def test_of_two_processes_under_one_name_the_later_one_is_judged(figures, run):
    old = run(lambda minute: 100 * minute, pid=1, process="Rasa", minutes=range(17))
    new = run(lambda _: 900.0, pid=2, process="Rasa", minutes=range(17, 31))
    assert bad(figures.judged(old + new, "Rasa", 15)) == []
    assert bad(figures.judged(old, "Rasa", 15)) == ["Rasa: memory of its own, MB"]


def test_a_process_that_was_hardly_seen_is_not_judged_at_all(figures, run):
    with pytest.raises(ValueError, match="too seldom"):
        figures.judged(run(minutes=[30]), "desk", 15)


def test_a_process_that_did_not_go_is_found(figures, run):
    old, new = (run(pid=pid, process="Rasa", minutes=(29, 30)) for pid in (1, 2))
    assert bad(figures.left_over(run() + new)) == []
    assert bad(figures.left_over(run() + old + new)) == ["Rasa: processes"]
    gone = [replace(look, minute=look.minute - 1) for look in new]
    assert bad(figures.left_over(run() + gone)) == ["Rasa: processes"]


def test_a_table_that_grows_without_anything_that_bounds_it_is_found(figures):
    before, after = {"cases": 1, "users": 2, "odd": 3}, {"cases": 9, "users": 2, "odd": 4, "new": 1}
    verdicts = figures.tables(before, after, {"cases": "goes with its person"})
    assert [one.what for one in verdicts] == ["table cases", "table odd", "table new"]
    assert bad(verdicts) == ["table odd", "table new"]


def test_the_percentile_is_of_what_was_counted_in_between(figures):
    before, after = {0.01: 100.0, 0.1: 100.0, math.inf: 100.0}, {0.01: 100.0, 0.1: 199.0, math.inf: 200.0}
    assert figures.percentile(before, after) == 0.1
    assert figures.percentile(before, after, 0.999) == math.inf
    assert figures.percentile(after, after) == 0.0


def test_every_table_of_the_desk_that_is_a_persons_has_what_bounds_it(figures):
    from soak_looks import kept

    bounded = kept(["search_index_data", "users"])
    assert {"messages", "cases", "search_entries", "search_index_data", "nlu_answers"} <= set(bounded)
    assert "users" not in bounded
