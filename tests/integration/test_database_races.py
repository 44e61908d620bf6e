"""Several at once: each race has one winner, and nobody meets the database's own errors."""

import asyncio
import itertools

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.adapters.database.unit_of_work import Database
from bot.domain.conversation import Conversation, Customer, Owner
from bot.domain.errors import Conflict
from bot.services.intake import Intake
from tests.desks import TurnedClock
from tests.records import NOW, a_case, a_message


@pytest.fixture
async def other_process(database_url, sealer, live):
    """Units of a second `Database`: like another process, it shares nothing with the first but the data."""
    opened = Database(database_url, sealer)
    yield opened.units(live)
    await opened.close()


@pytest.fixture
def clock():
    return TurnedClock()


async def say(units, id, client_id):
    """Take a message in as the intake does; its seq."""
    async with units() as unit:
        conversation = await unit.conversations.get("talk")
        known = await unit.messages.by_client_id("talk", client_id)
        if known:
            return known.seq
        seq = conversation.next_seq()
        unit.messages.add(a_message(id, seq, client_id=client_id))
        await unit.commit()
        return seq


async def test_a_message_handed_in_many_times_at_once_is_stored_once(units, other_process, talk):
    doors = itertools.cycle((units, other_process))
    seqs = await asyncio.gather(*(say(next(doors), f"m{number}", "same") for number in range(8)))
    assert set(seqs) == {1}
    async with units() as unit:
        assert len(await unit.messages.latest(talk)) == 1


async def test_a_message_that_comes_through_two_doors_at_once_is_stored_once(units, other_process, clock):
    doors = itertools.cycle([Intake(units, clock), Intake(other_process, clock)])
    for client_id in ("first", "second"):
        stored = await asyncio.gather(
            *(next(doors).receive("web", "visitor", "水有怪味", client_id=client_id) for _ in range(8))
        )
        assert len({message.id for message in stored}) == 1


async def test_twenty_writers_at_once_number_their_messages_without_gaps(units, other_process, talk):
    doors = itertools.cycle((units, other_process))
    seqs = await asyncio.gather(*(say(next(doors), f"m{number}", str(number)) for number in range(20)))
    assert sorted(seqs) == list(range(1, 21))
    async with units() as unit:
        assert [message.seq for message in await unit.messages.latest(talk)] == list(range(1, 21))
        assert (await unit.conversations.get(talk)).last_seq == 20


async def test_of_two_agents_who_claim_at_once_one_is_told_so(units, other_process, talk):
    async def claim(door, agent):
        async with door() as unit:
            (await unit.conversations.get(talk)).claim(agent, NOW)
            await unit.commit()

    outcomes = await asyncio.gather(claim(units, "li"), claim(other_process, "wang"), return_exceptions=True)
    assert sorted(type(outcome) for outcome in outcomes if outcome) == [Conflict]
    async with units() as unit:
        conversation = await unit.conversations.get(talk)
        winner = "li" if outcomes[0] is None else "wang"
        assert (conversation.owner, conversation.agent_id) == (Owner.AGENT, winner)


async def test_a_claim_computed_from_a_stale_row_is_refused_by_the_database_itself(database, units, talk):
    stale = AsyncSession(database.engine, expire_on_commit=False)
    seen = await stale.get(Conversation, talk)
    await stale.commit()
    async with units() as unit:
        (await unit.conversations.get(talk)).claim("li", NOW)
        await unit.commit()
    seen.claim("wang", NOW)
    stale.expunge(seen)
    await stale.close()
    async with units() as unit:
        unit.conversations.add(seen)
        with pytest.raises(Conflict):
            await unit.commit()
    async with units() as unit:
        assert (await unit.conversations.get(talk)).agent_id == "li"


async def test_two_changes_of_one_case_do_not_overwrite_each_other(units, other_process, talk):
    async with units() as unit:
        unit.cases.add(a_case())
        await unit.commit()
    both_read = asyncio.Barrier(2)

    async def fill(door, name):
        async with door() as unit:
            case = await unit.cases.get("case")
            if unlocked:
                await both_read.wait()
            case.fill(name, "x")
            await unit.commit()

    # SQLite lets only one writer in at a time, so that both can't have read before one has written.
    unlocked = units_meet_in_the_middle(units)
    outcomes = await asyncio.gather(
        fill(units, "product"), fill(other_process, "batch"), return_exceptions=True
    )
    async with units() as unit:
        kept = set((await unit.cases.get("case")).fields)
    lost = [type(outcome) for outcome in outcomes if outcome]
    assert lost == ([Conflict] if unlocked else [])
    assert len(kept) == 2 - len(lost)


def units_meet_in_the_middle(units):
    return units()._session.bind.dialect.name == "postgresql"


async def test_two_first_messages_of_one_visitor_make_one_customer(units, other_process):
    async def arrive(door, id):
        async with door() as unit:
            if await unit.customers.find("web", "visitor") is None:
                unit.customers.add(Customer(id, "web", "visitor", NOW))
            await unit.commit()

    outcomes = await asyncio.gather(arrive(units, "a"), arrive(other_process, "b"), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} <= {type(None), Conflict}
    async with units() as unit:
        assert (await unit.customers.find("web", "visitor")).id in {"a", "b"}


async def test_fifty_cases_accepted_at_once_get_fifty_numbers(units, other_process, talk):
    async with units() as unit:
        for number in range(50):
            unit.cases.add(a_case(f"c{number}"))
        await unit.commit()
    doors = itertools.cycle((units, other_process))

    async def accept(door, id, candidates):
        async with door() as unit:
            case = await unit.cases.get(id)
            number = await unit.cases.add_numbered(case, lambda: next(candidates))
            case.accept(number, NOW, NOW)
            await unit.commit()

    def scarce(start):
        """Every fifth case tries the same number first: they collide."""
        return iter([f"K0000-{start // 5:05}", f"K1111-{start:05}"])

    await asyncio.gather(*(accept(next(doors), f"c{number}", scarce(number)) for number in range(50)))
    async with units() as unit:
        numbers = [case.number for case in await unit.cases.all()]
    assert len(set(numbers)) == 50
    assert {f"K0000-{tens:05}" for tens in range(10)} <= set(numbers)
