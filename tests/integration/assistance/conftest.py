"""Fixtures of what helps an agent: a conversation that 小李 has claimed, and the three helpers."""

import pytest

from bot.adapters.pinyin import all_syllables
from bot.services.assistance import Assistance
from bot.services.titles import titles
from tests.complaints import complain
from tests.people import person


@pytest.fixture
def assistance(desk, database):
    called = titles(desk.words.handbook)
    return Assistance.of(
        desk.units, desk.room, desk.words, desk.clock, database.tokens, all_syllables, called
    )


@pytest.fixture
async def li(desk):
    """小李 has taken over an accepted complaint of an empty carton."""
    await complain(desk)
    await desk.silence(minutes=9)
    agent = await person(desk, "li")
    await desk.agents.claim((await desk.conversation()).id, "li", "小李")
    return agent


@pytest.fixture
async def talk(desk, li):
    return (await desk.conversation()).id
