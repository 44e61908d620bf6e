"""The repositories: every record comes back as it was stored, in the order that was promised."""

from dataclasses import fields
from datetime import UTC, timedelta, timezone

import pytest

from bot.domain.case import CaseEvent, CaseState
from bot.domain.conversation import Author, Customer, Delivery, Owner
from bot.domain.errors import NotFound
from bot.domain.people import Role, SignIn
from tests.records import NOW, a_case, a_conversation, a_customer, a_message, store


def as_values(record):
    return {one.name: getattr(record, one.name) for one in fields(record)}


async def test_every_record_comes_back_as_it_was_stored(units, talk):
    message = a_message(
        "m1",
        1,
        client_id="c1",
        choice="yes",
        delivery=Delivery.WAITING,
        agent_id="li",
        clause="S1",
        clause_version=2,
        choices=[{"id": "yes", "text": "是"}],
        reading={"label": "water.odor", "confidence": 0.75, "ranking": []},
    )
    case = a_case(
        state=CaseState.ACCEPTED,
        number="K0000-00000",
        second_issue="illness",
        accepted_at=NOW,
        due_at=NOW + timedelta(days=3),
        phone_hash="ab",
        urged=2,
        fields={"product": "矿泉水", "phone": "13800138000", "batch": None},
        asked={"product": 1},
        clauses=["S1", "S2"],
    )
    before = as_values(message), as_values(case)
    await store(units, ("messages", message), ("cases", case))
    async with units() as unit:
        after = as_values(await unit.messages.get("m1")), as_values(await unit.cases.get("case"))
    assert after == before
    assert type(after[0]["author"]) is Author
    assert after[1]["due_at"].tzinfo is UTC


async def test_what_is_missing_is_not_found(units):
    async with units() as unit:
        for repository in (unit.customers, unit.conversations, unit.messages, unit.cases, unit.people):
            with pytest.raises(NotFound):
                await repository.get("nobody")
        assert await unit.customers.find("web", "nobody") is None
        assert await unit.conversations.of_customer("nobody") is None
        assert await unit.cases.by_number("K0000-00000") is None
        assert await unit.cases.last_event("nobody") is None


async def test_the_ledger_is_read_in_order(units, talk):
    messages = [a_message(f"m{seq}", seq, delivery=Delivery.WAITING) for seq in (3, 1, 2)]
    said = a_message("m4", 4, author=Author.BOT, in_reply_to="m1")
    await store(units, *(("messages", message) for message in [*messages, said]))
    async with units() as unit:
        assert [one.seq for one in await unit.messages.latest(talk)] == [1, 2, 3, 4]
        assert [one.seq for one in await unit.messages.latest(talk, limit=2)] == [3, 4]
        assert [one.seq for one in await unit.messages.since(talk, 1, limit=2)] == [2, 3]
        assert (await unit.messages.next_waiting(talk)).seq == 1
        (await unit.messages.get("m1")).delivery = Delivery.ANSWERED
        assert [one.seq for one in await unit.messages.waiting(talk)] == [2, 3]


async def test_a_conversation_comes_with_the_message_that_is_asked_for(units, talk):
    messages = [a_message(f"m{seq}", seq, client_id=f"c{seq}", delivery=Delivery.WAITING) for seq in (2, 1)]
    async with units() as unit:
        assert (await unit.conversations.with_next_waiting(talk))[1] is None
    await store(units, *(("messages", message) for message in messages))
    async with units() as unit:
        assert ids(await unit.conversations.with_next_waiting(talk)) == [talk, "m1"]
        assert ids(await unit.conversations.with_message(talk, "m2")) == [talk, "m2"]
        assert ids(await unit.conversations.at_the_door("web", "visitor-customer", "c2")) == [talk, "m2"]
        conversation, known = await unit.conversations.at_the_door("web", "visitor-customer", "c3")
        assert (conversation.id, known) == (talk, None)
        assert await unit.conversations.at_the_door("web", "stranger", "c1") is None
        for missing in (
            unit.conversations.with_message(talk, "m3"),
            unit.conversations.with_message("nowhere", "m1"),
            unit.conversations.with_next_waiting("nowhere"),
        ):
            with pytest.raises(NotFound):
                await missing


def ids(records):
    return [record.id for record in records]


async def test_the_last_entry_of_a_history_is_the_one_just_added(units, talk):
    def an_entry(seq):
        return CaseEvent(f"e{seq}", "case", seq, "noted", "bot", NOW, {}, "salt", "digest", "chain")

    async with units() as unit:
        unit.cases.add(a_case())
        await unit.flush()
        assert await unit.cases.last_event("case") is None
        unit.cases.add_event(an_entry(1))
        await unit.commit()
    async with units() as unit:
        assert (await unit.cases.last_event("case")).seq == 1
        unit.cases.add_event(an_entry(2))
        assert (await unit.cases.last_event("case")).seq == 2


async def test_the_conversation_that_waits_longest_comes_first(units, talk):
    later = NOW + timedelta(minutes=1)
    await store(
        units,
        ("customers", a_customer("second")),
        ("conversations", a_conversation("talk2", "second")),
        ("messages", a_message("m1", 1, delivery=Delivery.ANSWERED)),
        ("messages", a_message("m2", 2, delivery=Delivery.WAITING, created_at=later)),
        ("messages", a_message("m3", 1, "talk2", delivery=Delivery.WAITING)),
    )
    async with units() as unit:
        assert await unit.conversations.with_waiting_messages() == ["talk2", "talk"]


async def test_agents_see_the_queue_first_then_colleagues_then_the_rest(units, talk):
    minutes = [NOW + timedelta(minutes=number) for number in range(5)]
    states = {
        "q-new": {"owner": Owner.QUEUE, "waiting_since": minutes[4]},
        "q-old": {"owner": Owner.QUEUE, "waiting_since": minutes[1]},
        "taken": {"owner": Owner.AGENT, "agent_id": "li"},
        "closed": {"owner": Owner.CLOSED},
    }
    for name, state in states.items():
        await store(
            units, ("customers", a_customer(name)), ("conversations", a_conversation(name, name, **state))
        )
    async with units() as unit:
        (await unit.conversations.get(talk)).updated_at = minutes[3]
        ids = [one.id for one in await unit.conversations.for_agents()]
        first = [one.id for one in await unit.conversations.for_agents(limit=2)]
    assert ids == ["q-old", "q-new", "taken", "talk", "closed"]
    assert first == ["q-old", "q-new"]


async def test_drafts_whose_customer_fell_silent_are_found(units, talk):
    early, late = NOW - timedelta(hours=2), NOW + timedelta(hours=2)
    await store(
        units,
        ("cases", a_case("late", heard_at=late)),
        ("cases", a_case("silent", heard_at=NOW)),
        ("cases", a_case("longest", heard_at=early)),
        ("cases", a_case("counted", heard_at=early, state=CaseState.ACCEPTED, number="K1")),
    )
    async with units() as unit:
        found = await unit.cases.silent_drafts(NOW + timedelta(seconds=1))
    assert [case.id for case in found] == ["longest", "silent"]


async def test_cases_are_listed_newest_first_for_people_and_oldest_first_for_reports(units, talk):
    await store(
        units, *(("cases", a_case(f"c{day}", opened_at=NOW + timedelta(days=day))) for day in (2, 1, 3))
    )
    async with units() as unit:
        assert [case.id for case in await unit.cases.of_customer("customer")] == ["c3", "c2", "c1"]
        assert [case.id for case in await unit.cases.of_conversation(talk)] == ["c3", "c2", "c1"]
        assert [case.id for case in await unit.cases.all()] == ["c1", "c2", "c3"]


async def test_people_sign_in_and_out(units, talk):
    sign_in = SignIn("hash", "li", NOW, NOW + timedelta(hours=8))
    async with units() as unit:
        unit.people.add_sign_in(sign_in)
        await unit.commit()
    async with units() as unit:
        assert await unit.people.count() == 2
        assert (await unit.people.by_login("wang")).role is Role.AGENT
        assert (await unit.people.sign_in("hash")).user_id == "li"
        await unit.people.end_sign_in("hash")
        assert await unit.people.sign_in("hash") is None
        await unit.commit()


async def test_look_ups_are_counted_from_a_moment_on(units):
    async with units() as unit:
        for minutes in (0, 10, 20):
            unit.lookups.add("customer", NOW + timedelta(minutes=minutes))
        unit.lookups.add("somebody", NOW + timedelta(minutes=20))
        assert await unit.lookups.count("customer", NOW + timedelta(minutes=10)) == 2
        await unit.commit()


async def test_a_time_of_another_zone_is_the_same_instant(units, talk):
    china = timezone(timedelta(hours=8))
    await store(units, ("cases", a_case(due_at=NOW.astimezone(china))))
    async with units() as unit:
        assert (await unit.cases.get("case")).due_at.isoformat() == NOW.isoformat()


async def test_a_time_without_zone_is_refused(units):
    with pytest.raises(Exception, match="without time zone"):
        await store(units, ("customers", Customer("x", "web", "x", NOW.replace(tzinfo=None))))
