"""What people and the desk ask again and again is answered along indexes, however many cases there are."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.adapters.database.gauges import SqlGauges
from bot.domain.people import Role
from bot.domain.things import Listed
from tests.records import NOW, a_user

GROWING = (
    "cases",
    "case_events",
    "case_things",
    "tasks",
    "conversations",
    "messages",
    "customers",
    "visits",
    "letters",
    "wechat_chats",
    "wechat_turns",
    "wechat_sendings",
    "wechat_media",
)
SHORT = (
    "ix_wechat_sendings_open",
    "ix_wechat_media_awaited",
    "ix_cases_open",
    "ix_tasks_open",
    "ix_messages_waiting",
    "ix_letters_waiting",
    "ix_conversations_updated_at",
)
MONTH = timedelta(days=30)
FILTERS = {
    "none": {},
    "severity": {"severity": "重大"},
    "heat": {"heat": "重大"},
    "issue": {"issue": "hotel.service"},
    "department": {"department": "production"},
    "person": {"handler_id": "li"},
    "month": {"accepted_from": NOW - MONTH, "accepted_until": NOW},
    "overdue": {"overdue_at": NOW},
}


@pytest.fixture
def backend():
    """Only SQLite says what it will do without looking at how full the tables are."""
    return "sqlite"


@pytest.fixture
def plans(database):
    """Runs something that asks the database, and gives the lines of the plans of its queries."""

    async def plans(work):
        asked = []

        def note(_connection, _cursor, statement, parameters, _context, _many):
            asked.append((statement, parameters))

        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        async with database.reading_units()() as uow:
            await work(uow)
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
        async with database.engine.connect() as connection:
            lines = []
            for statement, parameters in asked:
                found = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(parameters))
                lines += [row[3] for row in found]
        assert lines
        return lines

    return plans


def walked(lines):
    """The growing tables that are read from one end to the other."""
    scans = [line for line in lines if line.startswith("SCAN ") and line.split()[1] in GROWING]
    return [line for line in scans if not any(line.endswith(index) for index in SHORT)]


@pytest.mark.parametrize("state", ["accepted", "closed"])
@pytest.mark.parametrize("named", FILTERS)
async def test_a_page_of_the_list_is_read_along_an_index(plans, database, state, named):
    await database.tend()
    listed = Listed(state=state, **FILTERS[named])
    assert walked(await plans(lambda uow: uow.judgements.page(listed))) == []


QUERIES = {
    "a month's cases": lambda uow: uow.cases.of_period(NOW - MONTH, NOW),
    "deadlines of cases": lambda uow: uow.cases.watched(NOW),
    "deadlines of tasks": lambda uow: uow.tasks.watched(NOW),
    "silent drafts": lambda uow: uow.cases.silent_drafts(NOW),
    "a department's cases": lambda uow: uow.cases.of_department("production"),
    "an inbox": lambda uow: uow.tasks.inbox(a_user("li"), frozenset({"finance"})),
    "how much is in it": lambda uow: uow.tasks.count_inbox(a_user("li"), frozenset()),
    "conversations that wait": lambda uow: uow.conversations.with_waiting_messages(),
    "the oldest waiting message": lambda uow: uow.messages.next_waiting("talk"),
    "the agents' list": lambda uow: uow.conversations.for_agents(),
    "what agents wrote": lambda uow: uow.messages.unread(NOW),
    "cases to judge": lambda uow: uow.judgements.to_judge(NOW, 100),
    "repeated complaints": lambda uow: uow.judgements.newly_repeated(NOW, 3, 100),
    "a case's number": lambda uow: uow.cases.by_number("K1234-56782"),
    "a case's history": lambda uow: uow.cases.history("case"),
    "visits that are due": lambda uow: uow.visits.due(NOW),
    "letters that are due": lambda uow: uow.letters.due(NOW),
    "how many messages to re-read": lambda uow: uow.shadow.count(NOW - MONTH, 10_000),
    "messages to re-read": lambda uow: uow.shadow.read_before(NOW - MONTH, (NOW, "m1"), 200),
    "chats that are behind": lambda uow: uow.wechat.behind(NOW),
    "messages being answered": lambda uow: uow.wechat.undecided("talk", NOW),
    "chats with something to send": lambda uow: uow.wechat.chats_due(NOW),
    "what a chat has to send": lambda uow: uow.wechat.open_sendings("talk"),
    "what may not have arrived": lambda uow: uow.wechat.unsent("talk"),
    "windows that shut soon": lambda uow: uow.wechat.shutting("wechat", NOW - MONTH, NOW),
    "tasks of windows that shut": lambda uow: uow.tasks.open_named("window-"),
    "photos to fetch": lambda uow: uow.wechat.media_due(NOW),
    "who is the same person": lambda uow: uow.customers.same_person("customer"),
    "a change's messages": lambda uow: uow.shadow.of_change("run", "greet", "thank", (), "m1", 40),
}


@pytest.mark.parametrize("name", QUERIES)
async def test_what_is_asked_all_the_time_is_read_along_an_index(plans, name):
    assert walked(await plans(QUERIES[name])) == []


async def test_a_walk_through_all_cases_is_noticed(plans):
    assert walked(await plans(lambda uow: uow.cases.all())) != []


async def test_the_statistics_are_made_anew_beside_a_writer(database, units):
    async with units() as uow:
        uow.people.add(a_user("li"))
        await uow.commit()
    await database.tend()
    async with units() as uow:
        assert (await uow.people.get("li")).role is Role.AGENT


@pytest.mark.parametrize(
    "ask",
    [
        lambda uow: uow.cases.of_person("customer"),
        lambda uow: uow.customers.same_person("customer"),
        lambda uow: uow.customers.of_union("union"),
        lambda uow: uow.customers.newcomers(["wechat", "kf"], NOW, 20),
        lambda uow: uow.wechat.chats_held("wechat", NOW - MONTH, 20),
    ],
    ids=["cases", "person", "union", "newcomers", "held"],
)
async def test_who_is_who_in_several_channels_is_found_along_an_index(plans, database, ask):
    await database.tend()
    assert walked(await plans(ask)) == []


async def test_the_figures_for_watchers_are_read_along_indexes(plans, database):
    await database.tend()
    assert walked(await plans(lambda _uow: SqlGauges(database.engine).standing(NOW))) == []
