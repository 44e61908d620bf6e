"""The unit of work: what is true when, and for whom."""

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from bot.adapters.database.unit_of_work import Database
from bot.domain.case import CaseState, new_number
from bot.domain.conversation import Owner
from bot.domain.errors import Conflict, KesuError, NotFound
from bot.domain.people import Role, User
from tests.records import NOW, a_case, a_customer, a_message, store


async def test_a_unit_sees_what_it_added_before_it_commits(units, talk):
    async with units() as unit:
        unit.messages.add(a_message("m1", 1, client_id="c1"))
        unit.actions.add("m1", 1, "action_greet", {"replies": []})
        assert (await unit.messages.by_client_id(talk, "c1")).id == "m1"
        assert (await unit.messages.get("m1")).seq == 1
        assert await unit.actions.find("m1", 1, "action_greet") == {"replies": []}
        assert await unit.actions.find("m1", 2, "action_greet") is None


async def test_a_database_that_closes_waits_for_the_units_that_are_under_way(database_url, sealer, live):
    database = Database(database_url, sealer)
    pool, begun, finish = database.engine.pool, asyncio.Event(), asyncio.Event()

    async def work():
        async with database.units(live)() as unit:
            unit.customers.add(a_customer())
            await unit.flush()
            begun.set()
            await finish.wait()
            await unit.commit()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(work())
        await begun.wait()
        tasks.create_task(database.close())
        await asyncio.sleep(0)
        finish.set()
    assert (pool.checkedout(), pool.checkedin()) == (0, 0)


async def break_off(units):
    async with units() as unit:
        await unit.cases.add_numbered(a_case(), new_number)
        await unit.cases.get("nothing")
        await unit.commit()


async def test_what_was_not_committed_is_not_there(units, live, talk):
    async with units() as unit:
        (await unit.conversations.get(talk)).to_queue(NOW)
        unit.messages.add(a_message("m1", 1))
        unit.changed(talk)
        await unit.flush()
    with pytest.raises(NotFound):
        await break_off(units)
    async with units() as unit:
        assert (await unit.conversations.get(talk)).owner is Owner.BOT
        assert await unit.messages.latest(talk) == []
        assert await unit.cases.all() == []
    assert live.heard == []


async def test_records_stay_readable_after_their_unit_ended_without_a_commit(units, talk):
    async with units() as unit:
        conversation = await unit.conversations.get(talk)
    assert conversation.owner is Owner.BOT


async def test_browsers_hear_of_each_changed_conversation_once_and_after_the_commit(units, live, talk):
    async with units() as unit:
        unit.changed(talk)
        unit.changed("other")
        unit.changed(talk)
        assert live.heard == []
        await unit.commit()
    assert live.heard == [talk, "other"]


async def test_a_reading_unit_reads_and_refuses_to_commit(database, units, talk):
    async with database.reading_units()() as unit:
        assert (await unit.conversations.get(talk)).id == talk
        unit.messages.add(a_message("m1", 1))
        assert await unit.messages.latest(talk) == []
        with pytest.raises(RuntimeError, match="only reads"):
            await unit.commit()


async def test_readers_do_not_wait_for_a_writer(database, units, talk):
    async with units() as writer:
        writer.messages.add(a_message("m1", 1))
        await writer.flush()
        async with database.reading_units()() as reader:
            assert await reader.messages.latest(talk) == []
        await writer.commit()


async def test_a_login_exists_once(units, talk):
    with pytest.raises(Conflict):
        await store(units, ("people", User("other", "li", "另一个", Role.AGENT, "hash", NOW)))


async def test_a_record_of_something_that_does_not_exist_is_refused(units):
    with pytest.raises(IntegrityError):
        await store(units, ("messages", a_message("m1", 1, "nowhere")))


async def test_a_number_is_tried_again_until_one_is_free(units, talk):
    await store(units, ("cases", a_case("first", number="K1111-11111")))
    candidates = iter(["K1111-11111", "K1111-11111", "K2222-22222"])
    async with units() as unit:
        case = a_case("second")
        case.fill("product", "奶茶")
        given = await unit.cases.add_numbered(case, lambda: next(candidates))
        case.accept(given, NOW, NOW)
        case.refuse("phone")
        await unit.commit()
    async with units() as unit:
        stored = await unit.cases.by_number("K2222-22222")
        assert (stored.id, stored.state) == ("second", CaseState.ACCEPTED)
        assert stored.fields == {"product": "奶茶", "phone": None}


async def test_numbers_that_are_always_taken_end_in_a_clear_error(units, talk):
    await store(units, ("cases", a_case("first", number="K1111-11111")))
    async with units() as unit:
        with pytest.raises(KesuError, match="20 case numbers"):
            await unit.cases.add_numbered(a_case("second"), lambda: "K1111-11111")


async def test_a_cancelled_unit_does_not_keep_others_waiting(units, talk):
    reached = asyncio.Event()

    async def hang():
        async with units() as unit:
            (await unit.conversations.get(talk)).to_queue(NOW)
            await unit.flush()
            reached.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await reached.wait()
    task.cancel()
    async with units() as unit:
        conversation = await unit.conversations.get(talk)
        assert conversation.owner is Owner.BOT
        conversation.claim("li", NOW)
        await unit.commit()


async def test_a_unit_inside_another_of_the_same_task_is_told_so(units, backend):
    if backend == "postgresql":
        return  # there only those that meet on one row wait for one another
    async with units():
        with pytest.raises(RuntimeError, match="inside another"):
            async with units():
                pass
