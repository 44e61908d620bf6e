"""Intervals of differences, held against ways of counting that share nothing with the code."""

import math
from itertools import product

import pytest

from bot.domain.resampling import Compared, compare


def shares(counted):
    """Accuracy of both sides, of observations (live right, candidate right)."""
    total = sum(counted.values())
    live, candidate = (sum(count for seen, count in counted.items() if seen[side]) / total for side in (0, 1))
    return {"accuracy": (live, candidate)}


def test_a_difference_of_paired_readings_has_the_interval_that_the_normal_law_gives():
    gained, lost, both, neither = 60, 25, 800, 115
    seen = [(0, 1)] * gained + [(1, 0)] * lost + [(1, 1)] * both + [(0, 0)] * neither
    found = compare([seen], shares)["accuracy"]
    difference = (gained - lost) / 1000
    error = math.sqrt((gained + lost) / 1000 - difference**2) / math.sqrt(1000)
    assert found.difference == pytest.approx(difference)
    assert found.low == pytest.approx(difference - 1.96 * error, abs=0.004)
    assert found.high == pytest.approx(difference + 1.96 * error, abs=0.004)
    assert found.is_better
    assert not found.is_worse


def test_of_three_messages_every_resample_is_counted_by_hand():
    """27 resamples: in 8 the lost message is missing, so the upper end is 0; in 1 there is nothing else."""
    seen = [(1, 0), (1, 1), (0, 0)]
    by_hand = sorted(sum(new - old for old, new in drawn) / 3 for drawn in product(seen, repeat=3))
    found = compare([seen], shares)["accuracy"]
    assert (found.low, found.high) == (round(by_hand[0], 4), by_hand[-1])
    assert not found.is_worse


def test_models_that_read_everything_alike_differ_by_nothing():
    found = compare([[(1, 1), (0, 0), (1, 1)]], shares)["accuracy"]
    assert (found.difference, found.low, found.high) == (0.0, 0.0, 0.0)
    assert (found.is_worse, found.is_better) == (False, False)


def test_messages_are_drawn_within_their_label():
    """Each label has one message: every resample is the set itself."""
    found = compare([[("a", 1, 0)], [("b", 0, 1)]], lambda counted: {"labels": (0.0, len(counted))})
    assert (found["labels"].candidate, found["labels"].low, found["labels"].high) == (2.0, 2.0, 2.0)


def test_the_same_readings_give_the_same_interval_each_time():
    seen = [(number % 3 > 0, number % 4 > 0) for number in range(50)]
    assert compare([seen], shares) == compare([seen], shares)


def test_a_difference_is_told_in_four_digits():
    assert Compared(0.1 + 0.2, 0.6, 0.0, 0.5).difference == 0.3
