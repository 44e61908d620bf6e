"""A message of 20,000 characters: its beginning is read, all of it is kept."""

import pytest

from bot.domain.dialogue import Dialogue
from tests.e2e.stack import have

pytestmark = pytest.mark.rasa

COMPLAINT = "你们的八宝粥里吃出一只苍蝇，太恶心了。"
MESSAGE = (COMPLAINT * 110 + "快递一直没到。" * 3_000)[:19_999] + "完"


@pytest.fixture(scope="module")
def outcome(rasa, tmp_path_factory):
    """What became of a customer who sent it, through the desk and Rasa."""
    _, (outcome,) = have([Dialogue("long", (MESSAGE,))], rasa, tmp_path_factory.mktemp("long"))
    return outcome


def test_the_ledger_keeps_a_message_of_20000_characters_whole(outcome):
    assert [line.text for line in outcome.transcript if line.who == "customer"] == [MESSAGE]


def test_the_beginning_of_a_long_message_opens_the_case(outcome):
    assert [case.issue for case in outcome.cases] == ["porridge.foreign_object"]
