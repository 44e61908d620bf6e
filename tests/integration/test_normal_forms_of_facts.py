"""What a fact means in numbers is kept with the case, beside the customer's words."""

from datetime import date

import pytest

from bot.domain.reading import Entity, Reading
from tests.rooms import reading


def facts(*found):
    """A message that gives facts: kind, words, normal form."""
    entities = tuple(Entity(kind, words, 0, len(words), normal) for kind, words, normal in found)
    return Reading("inform", 0.9, script="hans", entities=entities)


async def test_the_normal_form_is_kept_beside_the_words(desk):
    await desk.say("豆浆机漏电", reading("product.quality", product="豆浆机"))
    await desk.say(
        "昨天买的，电话13900001234",
        facts(("date", "昨天", "2026-03-17"), ("phone", "13900001234", "+8613900001234")),
    )
    (case,) = await desk.cases()
    assert (case.fields["phone"], case.normals["phone"]) == ("13900001234", "+8613900001234")
    assert "2026-03-17" in case.normals.values()
    assert "昨天" in case.fields.values()


@pytest.mark.parametrize(
    ("later", "day"),
    [
        ({"hours": 13, "minutes": 59}, date(2026, 3, 18)),  # 23:59 in China
        ({"hours": 14}, date(2026, 3, 19)),
    ],
)
async def test_the_room_is_told_the_day_on_which_the_message_was_written_in_china(desk, later, day):
    desk.clock.turn(**later)
    await desk.say("你好", reading("greet"))
    assert desk.room.days == [day]
