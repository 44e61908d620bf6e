"""Messages that say nearly the same stand together; the newest and most frequent come first."""

import struct

from bot.services.review.grouping import NEAR
from tests.rooms import reading

ONE, OTHER = "吸管呢？怎么没看到吸管", "奶茶盒上没插吸管"


def towards(cosine, side=1):
    """A vector that has this cosine with that of 1.0, on one side of it or the other."""
    return struct.pack("<2e", cosine, side * (1 - cosine * cosine) ** 0.5)


async def groups(review, user):
    return {row.text: row.count for row in (await review.pages.inbox(user)).listed}


async def test_near_vectors_make_one_group(desk, review, misread, zhou):
    desk.room.places = {ONE: towards(1.0), OTHER: towards(NEAR + 0.02), "我要投票": towards(NEAR - 0.05, -1)}
    await misread(ONE, OTHER, "我要投票")
    assert await groups(review, zhou) == {OTHER: 2, "我要投票": 1}


async def test_messages_found_without_rasa_are_grouped_by_their_letters(desk, review, zhou):
    for text in (ONE, f"{ONE}啊", "一点也不相干的话题而已"):
        await desk.say(text, reading(None, 0.3), visitor=text)
    desk.clock.turn(minutes=1)
    desk.room.down = True
    await review.look()
    assert sorted((await groups(review, zhou)).values()) == [1, 2]


async def test_the_same_words_are_one_group_whichever_model_reads_them(desk, review, misread, zhou):
    await desk.say(ONE, reading(None, 0.3), visitor="first")
    await misread()
    desk.room.model = "newer.tar.gz"
    await desk.say(ONE, reading(None, 0.3), visitor="second")
    await misread()
    assert await groups(review, zhou) == {ONE: 2}


async def test_the_more_frequent_come_before_the_slightly_newer_ones(desk, review, misread, zhou):
    for number in range(4):
        await desk.say(ONE, reading(None, 0.3), visitor=f"v{number}")
    desk.clock.turn(days=1)
    await misread("楼上天天装修")
    assert [row.text for row in (await review.pages.inbox(zhou)).listed] == [ONE, "楼上天天装修"]
    desk.clock.turn(days=9)
    await misread("电梯又停了")
    assert next(iter(await groups(review, zhou))) == "电梯又停了"


async def test_how_many_are_left_is_counted(desk, review, misread, zhou):
    ids = await misread(ONE, "楼上天天装修")
    assert (await review.pages.inbox(zhou)).left == 2
    await review.deeds.skip(ids[ONE], zhou)
    assert (await review.pages.inbox(zhou)).left == 1
