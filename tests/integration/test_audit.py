"""The audit log: chained, append-only, in the transaction of the deed."""

import asyncio

import pytest
from sqlalchemy.exc import DBAPIError

from bot.domain.audit import Wanted
from bot.domain.people import Role
from bot.services import audit
from bot.services.audit import AuditLog
from tests.people import person
from tests.records import NOW, a_case, a_conversation, a_customer, store


async def write(units, *objects, actor="li", deed="exported"):
    async with units() as uow:
        for about in objects:
            await audit.record(uow, actor, deed, about, {"count": 1}, now=NOW)
        await uow.commit()


async def every(units):
    async with units() as uow:
        return await uow.audit.after(0, 1000)


async def test_entries_are_chained_over_transactions(units):
    await write(units, "case:1", "case:2")
    await write(units, "case:3")
    assert [(one.seq, one.object) for one in await every(units)] == [
        (1, "case:1"),
        (2, "case:2"),
        (3, "case:3"),
    ]
    found = await audit.check(units)
    assert (found.entries, found.broken) == (3, None)
    assert found.last == (await every(units))[-1].chain


async def test_writers_at_once_make_one_chain(units):
    await asyncio.gather(*(write(units, f"case:{nth}") for nth in range(12)))
    assert (await audit.check(units)).entries == 12


async def test_what_is_rolled_back_was_not_done(units):
    async with units() as uow:
        await audit.record(uow, "li", "exported", "case:1", now=NOW)
    assert await every(units) == []


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"])
async def test_the_database_refuses_to_change_or_delete_an_entry(units, database, statement):
    await write(units, "case:1")
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.engine.begin() as connection:
            await connection.exec_driver_sql(statement)
    assert (await audit.check(units)).entries == 1


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE audit SET actor = 'nobody' WHERE seq = 2", 2),
        ("UPDATE audit SET object = 'case:9' WHERE seq = 2", 2),
        ("""UPDATE audit SET details = '{"count": 2}' WHERE seq = 3""", 3),
        ("UPDATE audit SET at = '2025-03-01 10:00:00.000000' WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 2", 2),
    ],
)
async def test_a_changed_or_missing_entry_is_found(units, database, change, broken):
    """Somebody who can drop the triggers can change rows, but not unseen."""
    await write(units, "case:1", "case:2", "case:3")
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        await connection.exec_driver_sql("DROP TRIGGER audit_no_delete")
        await connection.exec_driver_sql(change)
    assert (await audit.check(units)).broken == broken


async def test_it_is_searched_by_who_what_object_and_time(desk, units):
    wang = await person(desk, "wang", Role.SUPERVISOR)
    await write(units, "case:K1", actor="wang")
    await write(units, "case:K2", deed="phone_revealed")
    log = AuditLog(units)

    async def found(wanted=None, login=""):
        return [one.object for one in (await log.page(wanted or Wanted(), login, wang)).entries]

    assert await found() == ["case:K2", "case:K1"]
    assert await found(login="wang") == ["case:K1"]
    assert await found(login="nobody") == []
    assert await found(Wanted(deeds=("phone_revealed",))) == ["case:K2"]
    assert await found(Wanted(object="K1")) == ["case:K1"]
    assert await found(Wanted(object="K%")) == []
    assert await found(Wanted(since=NOW)) == ["case:K2", "case:K1"]
    assert await found(Wanted(until=NOW)) == []


async def test_it_is_shown_a_page_at_a_time(desk, units):
    wang = await person(desk, "wang", Role.SUPERVISOR)
    await write(units, *(f"case:{nth}" for nth in range(130)))
    log = AuditLog(units)
    first = await log.page(Wanted(), "", wang)
    assert (len(first.entries), first.entries[0].seq) == (100, 130)
    second = await log.page(Wanted(before=first.before), "", wang)
    assert [one.seq for one in second.entries] == list(range(30, 0, -1))
    assert second.before is None


async def test_what_people_do_to_cases_is_written_down_and_what_the_bot_does_is_not(units):
    await store(units, ("customers", a_customer()), ("conversations", a_conversation()), ("cases", a_case()))
    async with units() as uow:
        case = await uow.cases.get("case")
        for actor in ("bot", "desk", "customer", "li"):
            await audit.of_case(uow, case, "moved", actor, NOW)
        await audit.of_case(uow, case, "file_opened", "li", NOW)
        await uow.commit()
    assert [(one.actor, one.deed, one.object) for one in await every(units)] == [
        ("li", "case_changed", "case:case"),
        ("li", "original_opened", "case:case"),
    ]
