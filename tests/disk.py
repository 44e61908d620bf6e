"""SQLite that does not wait for the disk, as the tests' PostgreSQL doesn't: no test pulls the plug.

A process that is killed loses nothing by that. On a slow disk most of a test is waiting otherwise.
"""

import inspect
from functools import wraps

import pytest

from bot.adapters.database import engine


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk():
    """For all desks in this process; a conftest.py imports it for its folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_set_pragmas", _hurrying(engine._set_pragmas))
        yield


@pytest.fixture
def waiting_for_the_disk(no_waiting_for_the_disk, monkeypatch):
    """As it is outside of tests."""
    monkeypatch.setattr(engine, "_set_pragmas", inspect.unwrap(engine._set_pragmas))


def _hurrying(set_pragmas):
    @wraps(set_pragmas)
    def set_and_hurry(connection, **options):
        set_pragmas(connection, **options)
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous = OFF")
        cursor.close()

    return set_and_hurry
