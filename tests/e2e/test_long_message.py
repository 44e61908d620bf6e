"""A message of 20,000 characters: its beginning is read, all of it is kept."""

import asyncio

import pytest

from bot.adapters.database.schema import upgrade
from bot.app import open_desk
from bot.domain.dialogue import Dialogue
from bot.replaying import NobodyWatches, TurnedClock, talk

pytestmark = pytest.mark.rasa

COMPLAINT = "你们的八宝粥里吃出一只苍蝇，太恶心了。"
MESSAGE = (COMPLAINT * 110 + "快递一直没到。" * 3_000)[:19_999] + "完"


@pytest.fixture(scope="module")
def outcome(rasa, tmp_path_factory):
    """What became of a customer who sent it, through the desk and Rasa."""
    folder = tmp_path_factory.mktemp("long")
    settings = rasa.settings.having(var=folder, database_url=f"sqlite+aiosqlite:///{folder / 'kesu.db'}")

    async def have_it():
        await upgrade(settings.database_url)
        clock = TurnedClock()
        async with open_desk(settings, clock, NobodyWatches()) as desk:
            return await talk(desk, clock, [Dialogue("long", (MESSAGE,))])

    return asyncio.run(have_it())[0]


def test_the_ledger_keeps_a_message_of_20000_characters_whole(outcome):
    assert [line.text for line in outcome.transcript if line.who == "customer"] == [MESSAGE]


def test_the_beginning_of_a_long_message_opens_the_case(outcome):
    assert [case.issue for case in outcome.cases] == ["porridge.foreign_object"]
