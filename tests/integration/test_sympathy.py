"""Sympathy fits what happened, and nobody reads the same twice."""

import pytest

from bot.domain.conversation import Author
from tests.accepted import accepted
from tests.complaints import SICK
from tests.rooms import reading, risk


async def way(desk, text, understood, visitor="visitor"):
    """The situation whose words the customer reads first."""
    (said, *_) = await desk.say(text, understood, visitor)
    handbook = desk.words.handbook
    for situation in handbook.situations:
        ways = range(len(handbook.situation(situation)) if situation.startswith("understand") else 0)
        if said in [desk.words.situation(situation, "hans", variant=nth).text for nth in ways]:
            return situation
    return None


@pytest.mark.parametrize(("text", "understood", "expected"), [
    (SICK, reading("illness"), "understand.grave"),
    ("瓶子炸了，划伤手了", reading("product.quality"), "understand.grave"),
    ("喝完吐了", reading("carton.spoiled", risks=[risk("illness", "吐了")]), "understand.grave"),
    ("我爸吃完就去世了", reading("illness"), "understand.death"),
    ("给孩子买的奶里有异物", reading("food.quality", risks=[risk("minor", "孩子")]), "understand.family"),
    ("你们太过分了！！又是空的", reading("carton.empty"), "understand.angry"),
    ("一箱里有一盒是空的", reading("carton.empty"), "understand"),
    ("垃圾没人清", reading("property.environment"), "understand"),
    ("没有人死心", reading("service.quality"), "understand"),
])  # fmt: skip
async def test_sympathy_is_as_grave_as_what_happened(desk, text, understood, expected):
    assert await way(desk, text, understood) == expected


@pytest.mark.parametrize(("text", "product"), [
    ("我爸吃完就去世了", "月饼"), ("我父親喝完當天就過世了", "奶茶"),
])  # fmt: skip
async def test_who_has_lost_somebody_is_not_told_to_look_after_themselves(desk, text, product):
    replies = await desk.say(text, reading("illness", product=product))
    said = [line.clause for line in await desk.transcript() if line.author is Author.BOT]
    assert "K-CARE-DEATH" in said
    assert not {"K-CARE-1", "K-ILL-1"} & set(said)
    assert not any("照顾好自己" in line for line in replies)


async def test_a_death_that_is_told_first_is_not_forgotten_with_the_next_message(desk):
    await desk.say("吃完你们的粥我爸去世了，这粥里有异物", reading("porridge.foreign_object"))
    await desk.say("他吃完就上吐下泻", reading("illness"))
    said = [line.clause for line in await desk.transcript() if line.author is Author.BOT]
    assert "K-CARE-DEATH" in said
    assert not {"K-CARE-1", "K-ILL-1"} & set(said)


async def test_a_second_complaint_hears_that_it_is_one(desk):
    await accepted(desk, "visitor", "carton.empty")
    assert await way(desk, "快递多收了钱", reading("courier.fee")) == "understand.again"


async def test_an_authority_s_notice_gets_an_answer_and_no_sympathy(desk):
    assert await way(desk, "抽检不合格通知", reading("special.inspection")) is None


async def test_nothing_is_said_twice_in_a_conversation(desk):
    labels = [
        "carton.empty",
        "courier.fee",
        "property.equipment",
        "hotel.service",
        "bank.service",
        "cinema.service",
    ]
    for label in [*labels, *labels]:
        await accepted(desk, "visitor", label, f"{label}又出问题")
    handbook = desk.words.handbook
    sorry = {
        way.clause.id
        for key in handbook.situations
        if key.startswith("understand")
        for way in handbook.situation(key)
    }
    said = [
        line.text for line in await desk.transcript() if line.author is Author.BOT and line.clause in sorry
    ]
    assert len(said) >= 5
    assert len(set(said)) == len(said)


def test_there_are_four_ways_to_show_sympathy_and_more(desk):
    for key in (
        "understand",
        "understand.grave",
        "understand.family",
        "understand.angry",
        "understand.again",
    ):
        assert len(desk.words.handbook.situation(key)) >= 4, key
