"""A message that was not understood: its likeliest meanings are offered, and the customer picks one."""

from dataclasses import replace

import pytest

from bot.domain.conversation import Owner
from bot.domain.reading import Entity
from bot.services.choices import MEANS
from tests.rooms import reading

DOUBTFUL = "昨天那箱茶怪怪的"
RANKING = (("tea.turbid", 0.3), ("ask_progress", 0.28), ("greet", 0.2), ("urge", 0.01))
TEA, PROGRESS = "茶饮料浑浊、有沉淀", "查投诉的进度"


def doubtful(**changes):
    told = (Entity("product", "茶", 4, 5), Entity("date", "昨天", 0, 2))
    return replace(reading(None, 0.3), ranking=RANKING, entities=told, **changes)


async def offered(desk):
    return [(row["id"], row["text"]) for row in (await desk.transcript())[-1].choices]


async def test_the_likeliest_meanings_are_offered_in_plain_words_with_a_person_last(desk):
    (reply,) = await desk.say(DOUBTFUL, doubtful())
    assert reply == desk.words.situation("not_understood.meanings", "hans").text
    assert await offered(desk) == [
        (MEANS + "tea.turbid", TEA),
        (MEANS + "ask_progress", PROGRESS),
        ("request_human", "转人工"),
    ]
    assert await desk.cases() == []


async def test_who_writes_traditional_characters_reads_them_on_the_buttons(desk):
    await desk.say("那箱茶怪怪的，說不上來", doubtful(script="hant"))
    assert ("request_human", "轉人工") in await offered(desk)
    assert (MEANS + "tea.turbid", "茶飲料渾濁、有沉澱") in await offered(desk)


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        (TEA, MEANS + "tea.turbid"),
        (TEA, None),
        ("1", None),
        ("１。", None),
        ("第一个", None),
        ("选1", None),
    ],
)
async def test_a_picked_meaning_goes_on_as_if_it_had_been_said(desk, text, choice):
    await desk.say(DOUBTFUL, doubtful())
    replies = await desk.say(text, choice=choice)
    (case,) = await desk.cases()
    assert (case.issue, case.text) == ("tea.turbid", DOUBTFUL)
    assert (case.fields["product"], case.fields["bought_when"]) == ("茶", "昨天")
    assert desk.words.clause(case.clauses[1], "hans").text in replies
    assert (await desk.conversation()).misunderstood == 0


async def test_a_number_may_pick_what_is_no_complaint_or_a_person(desk):
    await desk.say(DOUBTFUL, doubtful())
    (reply,) = await desk.say("2")
    assert reply == desk.words.situation("progress.identify", "hans").text
    await desk.say(DOUBTFUL)
    await desk.say("三")
    assert (await desk.conversation()).owner is Owner.QUEUE


async def test_a_number_that_was_not_offered_or_comes_later_is_just_a_number(desk):
    await desk.say(DOUBTFUL, doubtful())
    await desk.say("9")
    await desk.say("你好", reading("greet"))
    await desk.say("1")
    assert await desk.cases() == []


@pytest.mark.parametrize("before", [None, DOUBTFUL])
async def test_a_button_that_was_not_offered_means_nothing(desk, before):
    if before:
        await desk.say(before, doubtful())
    await desk.say("水有怪味吗", reading("greet"), choice=MEANS + "water.odor")
    assert await desk.cases() == []


async def test_who_says_it_in_other_words_is_heard(desk):
    await desk.say(DOUBTFUL, doubtful())
    await desk.say("茶里有絮状物", reading("tea.turbid"))
    (case,) = await desk.cases()
    assert case.issue == "tea.turbid"


async def test_keyboard_mash_is_offered_no_meaning(desk):
    (reply,) = await desk.say("撒旦飞洒发", doubtful(familiarity=0.0))
    assert reply == desk.words.situation("not_understood", "hans").text
    assert [row[0] for row in await offered(desk)] == ["progress", "request_human"]


async def test_a_second_doubtful_message_is_offered_meanings_and_a_person(desk):
    await desk.say(DOUBTFUL, doubtful())
    (reply,) = await desk.say("就是怪怪的", doubtful())
    assert reply == desk.words.situation("not_understood.again", "hans").text
    assert (MEANS + "tea.turbid", TEA) in await offered(desk)
    await desk.say("1")
    (case,) = await desk.cases()
    assert case.text == "就是怪怪的"


async def test_a_turn_that_is_repeated_is_about_the_same_message(desk):
    await desk.say(DOUBTFUL, doubtful())
    message = await desk.send("1")

    async def crash():
        raise ConnectionError

    desk.room.before_answer = crash
    with pytest.raises(ConnectionError):
        await desk.turns.answer_next(message.conversation_id)
    desk.room.before_answer = None
    assert await desk.turns.answer_next(message.conversation_id)
    (case,) = await desk.cases()
    assert (case.issue, case.text) == ("tea.turbid", DOUBTFUL)
