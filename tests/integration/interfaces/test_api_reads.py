"""What programs read, on both databases."""

import pytest

from bot.domain.conversation import Owner
from bot.domain.errors import InvalidInput, NotFound
from bot.domain.people import Avoidance, Avoiding
from bot.services.api_reads import ApiReads
from bot.services.titles import titles
from tests.accepted import accepted
from tests.people import person
from tests.rooms import reading


@pytest.fixture
def reads(desk):
    return ApiReads(desk.units, desk.units, desk.words, desk.clock, titles(desk.words.handbook))


async def pages(reads, user, owner=None, channel=None):
    seen, after = [], None
    while True:
        found, after = await reads.conversations(user, owner, channel, after, 2)
        seen += [one.id for one in found]
        if after is None:
            return seen


async def test_pages_of_conversations_hold_each_once_though_many_changed_at_one_moment(desk, reads):
    user = await person(desk, "wang")
    for visitor in "abcde":
        await desk.say("你好", reading("greet"), visitor)
    seen = await pages(reads, user)
    assert len(seen) == len(set(seen)) == 5


async def test_conversations_are_filtered_by_owner_and_channel(desk, reads):
    user = await person(desk, "wang")
    await desk.say("你好", reading("greet"), "a")
    await desk.say("转人工", reading("request_human"), "b")
    assert len(await pages(reads, user, owner=Owner.QUEUE)) == 1
    assert len(await pages(reads, user, channel="web")) == 2
    assert await pages(reads, user, channel="wechat") == []


async def test_who_is_named_in_a_complaint_reads_nothing_of_it(desk, reads):
    user = await person(desk, "wang")
    case = await accepted(desk, "li")
    async with desk.units() as uow:
        uow.avoidances.add(
            Avoidance(user.id, case.id, case.conversation_id, Avoiding.BY_HAND, desk.clock.now())
        )
        await uow.commit()
    assert await pages(reads, user) == []
    with pytest.raises(NotFound):
        await reads.lines(user, case.conversation_id, 0, 10)


@pytest.mark.parametrize("cursor", ["x", "", "W10", "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzIzOjU5IiwiYSJd", "bnVsbA"])
async def test_a_cursor_that_is_none_is_refused(desk, reads, cursor):
    user = await person(desk, "wang")
    with pytest.raises(InvalidInput):
        await reads.conversations(user, None, None, cursor, 10)
