from datetime import UTC, date, datetime

import pytest

from bot.domain.case import CaseState
from bot.domain.workdays import SHANGHAI, Notice, Source
from bot.services import calendars
from tests.records import a_case, a_conversation, a_customer, store

ACCEPTED = datetime(2027, 3, 17, 2, 0, tzinfo=UTC)  # a Wednesday
PROMISED = datetime(2027, 3, 24, 18, 0, tzinfo=SHANGHAI)
NOTICE = Notice(2027, off=frozenset({date(2027, 3, 18)}), worked=frozenset({date(2027, 3, 21)}))


@pytest.fixture
def accepted(desk):
    async def one(id, **more):
        values = {"state": CaseState.ACCEPTED, "number": f"K-{id}", "accepted_at": ACCEPTED, **more}
        case = a_case(id, due_at=more.pop("due_at", PROMISED), **values)
        await store(desk.units, ("cases", case))

    async def ready():
        await store(desk.units, ("customers", a_customer()), ("conversations", a_conversation()))
        return one

    return ready


async def test_open_due_dates_move_with_a_loaded_notice_and_the_history_says_so(desk, accepted):
    add = await accepted()
    await add("moved")
    await add("closed", state=CaseState.WITHDRAWN)
    only_off = Notice(2027, NOTICE.off, frozenset())
    moved = await calendars.load(desk.units, desk.words, only_off, ACCEPTED, "desk")
    assert [case.id for case in moved] == ["moved"]
    async with desk.units() as uow:
        case = await uow.cases.get("moved")
        (entry,) = await uow.cases.history("moved")
    assert case.due_at == datetime(2027, 3, 25, 18, 0, tzinfo=SHANGHAI)
    assert (entry.kind, entry.payload["before"]) == ("due_moved", PROMISED.astimezone(UTC).isoformat())


async def test_a_date_extended_by_hand_stays(desk, accepted):
    add = await accepted()
    await add("extended", extended=True)
    assert await calendars.load(desk.units, desk.words, NOTICE, ACCEPTED, "desk") == []


async def test_another_process_hears_of_the_notice_when_it_looks(desk):
    await calendars.load(desk.units, desk.words, NOTICE, ACCEPTED, "desk")
    desk.words.calendar = type(desk.words.calendar)()
    assert desk.words.calendar.source(2027) is Source.STATUTORY
    await calendars.refresh(desk.units, desk.words)
    assert desk.words.calendar.is_workday(date(2027, 3, 21))


async def test_a_newer_notice_replaces_the_older_one_of_its_year(desk):
    await calendars.load(desk.units, desk.words, NOTICE, ACCEPTED, "desk")
    await calendars.load(desk.units, desk.words, Notice(2027, frozenset(), frozenset()), ACCEPTED, "desk")
    async with desk.units() as uow:
        assert [notice.off for notice in await uow.calendars.notices()] == [frozenset()]
