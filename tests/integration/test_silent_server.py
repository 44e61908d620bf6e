"""A PostgreSQL server whose machine is gone: nobody waits for good, and all goes on when one is back."""

import asyncio

import pytest
from sqlalchemy import make_url

from bot.adapters.database import engine, unit_of_work
from bot.adapters.database.unit_of_work import Database
from tests.chaos.proxy import Proxy

pytestmark = pytest.mark.postgres

PATIENCE = 20


async def works(database):
    """Whether the database answers."""
    async with database.reading_units()() as uow:
        return await uow.people.count() == 0


@pytest.fixture
def backend():
    return "postgresql"


@pytest.fixture
async def wire(database_url):
    async with Proxy(make_url(database_url).port) as between:
        yield between


@pytest.fixture
async def far(database_url, sealer, wire, monkeypatch):
    """The database behind the wire, which is given up after a moment without an answer."""
    monkeypatch.setattr(unit_of_work, "ANSWER_SECONDS", 0.3)
    url = make_url(database_url).set(port=wire.port).render_as_string(hide_password=False)
    opened = Database(url, sealer)
    yield opened
    await opened.close()


async def test_a_statement_that_nobody_answers_ends_and_its_connection_is_not_used_again(far, wire):
    assert await works(far)
    wire.silent()
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(TimeoutError):
            await works(far)
        wire.open()
        assert await works(far)


async def test_who_is_in_the_middle_of_a_transaction_is_let_go_too(far, wire):
    async with asyncio.timeout(PATIENCE):
        async with far.reading_units()() as uow:
            await uow.people.count()
            wire.silent()
            with pytest.raises(TimeoutError):
                await uow.people.count()
        wire.open()
        assert await works(far)


async def test_connections_that_were_cut_are_made_anew(far, wire):
    assert await works(far)
    wire.cut()
    with pytest.raises(Exception):  # noqa: B017, PT011 -- whatever the driver makes of it
        await works(far)
    wire.open()
    assert await works(far)


async def test_a_connection_that_broke_while_it_rested_is_made_anew_without_anybody_noticing(
    far, wire, monkeypatch
):
    monkeypatch.setattr(engine, "RESTED_SECONDS", 0)
    assert await works(far)
    wire.cut()
    wire.open()
    assert await works(far)


async def test_a_connection_that_is_in_use_all_the_time_is_not_asked_before_each_transaction(
    far, monkeypatch
):
    assert await works(far)

    def ask(connection):
        raise AssertionError("three round trips for nothing")

    monkeypatch.setattr(far.engine.dialect, "_do_ping_w_event", ask)
    monkeypatch.setattr(engine, "RESTED_SECONDS", PATIENCE)
    assert await works(far)
