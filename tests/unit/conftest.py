"""Fixtures of the unit tests."""

import pytest


class Moment:
    """A clock in seconds that a test turns."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def moment():
    """At second nought."""
    return Moment()
