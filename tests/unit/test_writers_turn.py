"""Whose turn it is to write to SQLite within one process."""

import asyncio

import pytest

from bot.adapters.database.writers_turn import WritersTurn


async def waiting(turn, *names):
    """Tasks that wait for their turn in this order, and the list in which they write themselves down."""
    told = []

    async def write(name):
        await turn.take(urgent=name.startswith("urgent"))
        told.append(name)
        turn.give_back()

    tasks = [asyncio.create_task(write(name)) for name in names]
    await asyncio.sleep(0)
    return tasks, told


async def test_writers_get_their_turn_in_order_and_the_urgent_ones_before_the_others():
    turn = WritersTurn()
    await turn.take()
    tasks, told = await waiting(turn, "one", "two", "urgent one", "urgent two")
    turn.give_back()
    await asyncio.gather(*tasks)
    assert told == ["urgent one", "urgent two", "one", "two"]


async def test_however_many_are_urgent_the_others_get_their_turn_too():
    turn = WritersTurn()
    await turn.take()
    tasks, told = await waiting(turn, "one", *(f"urgent {number}" for number in range(20)))
    turn.give_back()
    await asyncio.gather(*tasks)
    assert told.index("one") == 8


async def test_who_gives_up_waiting_holds_nobody_up():
    turn = WritersTurn()
    await turn.take()
    (first, second), told = await waiting(turn, "one", "two")
    first.cancel()
    turn.give_back()
    await second
    assert told == ["two"]


async def test_who_is_cancelled_at_the_moment_they_are_let_through_passes_the_turn_on():
    turn = WritersTurn()
    await turn.take()
    (first, second), told = await waiting(turn, "one", "two")
    turn.give_back()
    first.cancel()
    await second
    assert told == ["two"]
    await turn.take()


async def test_nobody_waits_for_themselves():
    turn = WritersTurn()
    await turn.take()
    with pytest.raises(RuntimeError, match="inside another one"):
        await turn.take()
