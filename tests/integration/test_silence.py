"""A customer falls silent: a gentle word, once, and then the draft counts as it stands."""

from bot.domain.case import CaseState
from bot.domain.conversation import Author
from tests.accepted import employ
from tests.complaints import complain
from tests.rooms import reading


async def gentle_words(desk):
    return [line for line in await desk.transcript() if (line.clause or "").startswith("K-SILENCE")]


async def the_case(desk):
    (case,) = await desk.cases()
    return case


async def test_after_three_minutes_a_gentle_word_and_after_eight_the_case(desk):
    await complain(desk)
    assert await desk.silence(minutes=2) == 0
    assert not await gentle_words(desk)
    assert await desk.silence(minutes=1, seconds=5) == 0
    (word,) = await gentle_words(desk)
    assert word.author is Author.BOT
    assert [choice["id"] for choice in word.choices] == ["submit", "request_human"]
    assert await desk.silence(minutes=4) == 0
    assert await desk.silence(minutes=1) == 1
    assert (await the_case(desk)).state is CaseState.ACCEPTED
    assert len(await gentle_words(desk)) == 1


async def test_it_is_said_once_however_often_the_desk_looks(desk):
    await complain(desk)
    await desk.silence(minutes=3, seconds=5)
    for _ in range(5):
        await desk.silence(seconds=15)
    assert len(await gentle_words(desk)) == 1


async def test_who_speaks_again_is_not_told_a_second_time(desk):
    await complain(desk)
    await desk.silence(minutes=4)
    await desk.say("没有", reading("deny"))
    await desk.silence(minutes=4)
    assert len(await gentle_words(desk)) == 1
    assert (await the_case(desk)).state is CaseState.DRAFT


async def test_after_a_long_stop_of_the_desk_the_case_is_simply_accepted(desk):
    await complain(desk)
    assert await desk.silence(hours=2) == 1
    assert not await gentle_words(desk)


async def test_a_late_gentle_word_leaves_time_to_answer(desk):
    await complain(desk)
    await desk.silence(minutes=7, seconds=50)
    assert len(await gentle_words(desk)) == 1
    assert await desk.silence(seconds=15) == 0
    assert await desk.silence(minutes=5) == 1


async def test_a_small_word_of_the_customer_counts_as_speaking(desk):
    await complain(desk)
    desk.clock.turn(minutes=2)
    await desk.say("谢谢", reading("thank"))
    await desk.silence(minutes=2)
    assert not await gentle_words(desk)


async def test_who_waits_for_a_person_is_not_spoken_to_by_the_bot(desk):
    await complain(desk)
    await desk.say("转人工", reading("request_human"))
    await desk.silence(minutes=4)
    assert not await gentle_words(desk)


async def test_nothing_is_said_while_an_agent_owns_the_conversation(desk):
    await complain(desk)
    await employ(desk, "wang")
    await desk.agents.claim((await desk.conversation()).id, "wang", "王芳")
    await desk.silence(minutes=9)
    assert not await gentle_words(desk)


async def test_the_read_back_draft_is_accepted_after_silence_too(desk):
    await complain(desk)
    await desk.say("A1234", reading("inform", batch_no="A1234"))
    await desk.say("昨天在永辉", reading("inform", date="昨天", place="永辉"))
    await desk.say("不方便", reading("deny"))
    assert (await desk.conversation()).question == "confirm"
    await desk.silence(minutes=4)
    (word,) = await gentle_words(desk)
    assert word.clause == "K-SILENCE-CONFIRM"
    assert await desk.silence(minutes=5) == 1
