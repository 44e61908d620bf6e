"""Fixtures of the review tests: the desk's rounds and deeds on its database, and two supervisors."""

import pytest

from bot.adapters.pinyin import syllables_of
from bot.domain.people import Role
from bot.services.review.desk import ReviewDesk
from tests.people import person


@pytest.fixture
def review(desk):
    return ReviewDesk.of(desk.units, desk.units, desk.room, desk.clock, desk.words, syllables_of)


@pytest.fixture
async def zhou(desk):
    return await person(desk, "zhou", Role.SUPERVISOR)


@pytest.fixture
async def li(desk):
    return await person(desk, "li", Role.SUPERVISOR)


@pytest.fixture
def noted(desk, review):
    """Lets a minute pass, looks through the ledger, and gives what is in the inbox: reasons by text."""

    async def look():
        desk.clock.turn(minutes=1)
        await review.look()
        async with desk.units() as uow:
            found = await uow.reviews.first_of_groups(100)
            rows = [row for one, _, _ in found for row in await uow.reviews.of_group(one.group_id, 100)]
        return {message.text: one.reasons for one, message in rows}

    return look


@pytest.fixture
def misread(desk, noted):
    """Has messages misread, each by a visitor of its own, and gives their ids by text."""

    async def say(*texts, **understood):
        from tests.rooms import reading

        for text in texts:
            await desk.say(text, understood.get("as_") or reading(None, 0.3), visitor=text)
            desk.clock.turn(seconds=1)
        await noted()
        async with desk.units() as uow:
            found = await uow.reviews.first_of_groups(100)
            rows = [row for one, _, _ in found for row in await uow.reviews.of_group(one.group_id, 100)]
        return {message.text: one.message_id for one, message in rows}

    return say
