"""One owner at a time: a change from a stale screen is refused, and hears who has the conversation."""

import pytest

from bot.domain.company import Company
from bot.domain.conversation import Author, Delivery, Owner
from bot.domain.duty import Duty
from bot.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from bot.domain.people import Role
from bot.services.groups import Groups
from bot.services.read_marks import ReadMarks
from bot.services.words import Words
from tests.complaints import complain
from tests.people import person
from tests.rooms import reading


@pytest.fixture
async def li(desk):
    return await person(desk, "li")


@pytest.fixture
async def wang(desk):
    return await person(desk, "wang")


@pytest.fixture
async def boss(desk):
    return await person(desk, "boss", Role.SUPERVISOR)


@pytest.fixture
async def talk(desk):
    """A conversation whose customer asked for a person."""
    await desk.say("转人工", reading("request_human"))
    return (await desk.conversation()).id


def words_of(desk, situation, **values):
    return desk.words.situation(situation, "hans", values=values).text


async def last(desk):
    return (await desk.transcript())[-1].text


async def owner(desk):
    conversation = await desk.conversation()
    return conversation.owner, conversation.agent_id


async def history(desk):
    (case,) = await desk.cases()
    async with desk.units() as uow:
        return [event.kind for event in await uow.cases.history(case.id)]


async def test_who_comes_second_hears_the_name_of_the_winner(desk, talk, li, wang):
    await desk.agents.claim(talk, "li", "li")
    with pytest.raises(Conflict, match="li已经接手了这个会话"):
        await desk.agents.claim(talk, "wang", "wang")
    assert await owner(desk) == (Owner.AGENT, "li")


async def test_who_presses_claim_twice_has_it_once(desk, talk, li):
    await desk.agents.claim(talk, "li", "li", expected=1)
    await desk.agents.claim(talk, "li", "li", expected=1)
    joined = words_of(desk, "hand_over.joined", **{"agent.name": "li"})
    assert [line.text for line in await desk.transcript()].count(joined) == 1


@pytest.mark.parametrize("deed", ["claim", "assign", "transfer", "release", "close", "reopen"])
async def test_a_stale_screen_changes_nothing_and_says_what_is_so_now(desk, talk, li, wang, boss, deed):
    if deed != "claim":
        await desk.agents.claim(talk, "li", "li")
    version, before = (await desk.conversation()).version, await owner(desk)
    more = {
        "claim": ("wang", "wang"), "assign": ("wang", boss), "transfer": (boss,),
        "release": ("li",), "close": (boss,), "reopen": (boss,),
    }[deed]  # fmt: skip
    named = {"to": "wang"} if deed == "transfer" else {}
    with pytest.raises(Conflict, match="在等人工客服（顾客要求）" if deed == "claim" else "li已经接手"):
        await getattr(desk.agents, deed)(talk, *more, **named, expected=version - 1)
    assert await owner(desk) == before


async def test_a_supervisor_gives_a_conversation_to_a_person_whoever_had_it(desk, talk, li, wang, boss):
    await desk.agents.assign(talk, "li", boss)
    assert await owner(desk) == (Owner.AGENT, "li")
    assert await last(desk) == words_of(desk, "hand_over.joined", **{"agent.name": "li"})
    await desk.agents.assign(talk, "wang", boss)
    assert await last(desk) == words_of(desk, "hand_over.passed", **{"agent.name": "wang"})


async def test_an_agent_gives_nobody_else_a_conversation(desk, talk, li, wang):
    with pytest.raises(NotAllowed):
        await desk.agents.assign(talk, "wang", li)


async def test_a_transfer_to_a_person_takes_the_note_with_it(desk, talk, li, wang):
    await desk.agents.claim(talk, "li", "li")
    await desk.agents.transfer(talk, li, to="wang", note="  顾客很急 ")
    conversation = await desk.conversation()
    assert (conversation.agent_id, conversation.note) == ("wang", "顾客很急")
    assert "顾客很急" not in "".join(line.text for line in await desk.transcript())


async def test_a_transfer_to_a_group_waits_for_its_people_and_keeps_the_note(desk, talk, li, wang):
    group = await Groups(desk.units, desk.words, desk.clock).save("酒店组", by="zhou", members=["wang"])
    await desk.agents.claim(talk, "li", "li")
    await desk.agents.transfer(talk, li, group=group.id, note="要退房费")
    conversation = await desk.conversation()
    assert (conversation.owner, conversation.group_id, conversation.reason) == (
        Owner.QUEUE, group.id, "transferred",
    )  # fmt: skip
    await desk.agents.claim(talk, "wang", "wang")
    assert (await desk.conversation()).note == "要退房费"


@pytest.mark.parametrize("where", [{}, {"to": "wang", "group": "g"}, {"to": "wang", "note": "长" * 1001}])
async def test_a_transfer_names_one_place_and_a_note_that_can_be_read(desk, talk, li, where):
    await desk.agents.claim(talk, "li", "li")
    with pytest.raises(InvalidInput):
        await desk.agents.transfer(talk, li, **where)


async def test_nothing_is_passed_to_nobody(desk, talk, li):
    await desk.agents.claim(talk, "li", "li")
    for where in ({"to": "nobody"}, {"group": "nothing"}):
        with pytest.raises(NotFound):
            await desk.agents.transfer(talk, li, **where)


async def test_who_may_not_talk_gets_no_conversation(desk, talk, li):
    await person(desk, "factory", Role.DEPARTMENT, department="production")
    await desk.agents.claim(talk, "li", "li")
    with pytest.raises(InvalidInput, match="factory"):
        await desk.agents.transfer(talk, li, to="factory")


async def test_who_is_not_there_gets_no_conversation(desk, talk, li, wang):
    await desk.presence.sign("li")
    await desk.agents.claim(talk, "li", "li")
    with pytest.raises(Conflict, match="wang现在不在线"):
        await desk.agents.transfer(talk, li, to="wang")
    await desk.presence.sign("wang")
    await desk.agents.transfer(talk, li, to="wang")
    assert (await desk.conversation()).agent_id == "wang"


@pytest.mark.parametrize("deed", ["transfer", "close"])
async def test_nobody_passes_on_or_ends_what_a_colleague_has(desk, talk, li, wang, boss, deed):
    await desk.agents.claim(talk, "li", "li")
    named = {"to": "wang"} if deed == "transfer" else {}
    with pytest.raises(Conflict, match="li已经接手"):
        await getattr(desk.agents, deed)(talk, wang, **named)
    await getattr(desk.agents, deed)(talk, boss, **named)


async def test_a_closed_conversation_rests_until_its_customer_writes(desk, talk, li):
    await desk.agents.claim(talk, "li", "li")
    await desk.agents.close(talk, li)
    assert await last(desk) == words_of(desk, "conversation.closed")
    assert await owner(desk) == (Owner.CLOSED, None)
    with pytest.raises(Conflict, match="已经结束"):
        await desk.agents.claim(talk, "li", "li")
    assert await complain(desk)
    assert await owner(desk) == (Owner.BOT, None)


async def test_a_closed_conversation_is_taken_up_again_to_write(desk, talk, li):
    await desk.agents.claim(talk, "li", "li")
    await desk.agents.close(talk, li)
    await desk.agents.reopen(talk, li)
    await desk.write(talk, "li", "您好，结果出来了")
    with pytest.raises(Conflict):
        await desk.agents.reopen(talk, li)


async def test_what_the_customer_has_just_said_is_read_before_the_end(desk, talk, li):
    await desk.agents.claim(talk, "li", "li")
    await desk.write(talk, "li", "还有别的吗？")
    await desk.say("还有一件事")
    with pytest.raises(Conflict, match="顾客刚刚又说话了"):
        await desk.agents.close(talk, li)
    await ReadMarks(desk.units).by_agent(talk, (await desk.transcript())[-1].seq)
    await desk.agents.close(talk, li)


async def test_hands_that_are_full_take_no_more(desk, talk, li, boss):
    await Groups(desk.units, desk.words, desk.clock).set_cap("li", 1, by="zhou")
    await desk.agents.claim(talk, "li", "li")
    await desk.say("转人工", reading("request_human"), "other")
    other = (await desk.conversation("other")).id
    with pytest.raises(Conflict, match="已经有 1 个会话"):
        await desk.agents.claim(other, "li", "li")
    await desk.agents.assign(other, "li", boss)
    assert (await desk.conversation("other")).agent_id == "li"


async def test_the_companys_own_number_counts_where_a_person_has_none(desk, talk, li):
    company = Company(desk=Duty(cap=1))
    desk.agents._words = Words(desk.words.handbook, company, desk.words._convert, desk.words.phone_hash)
    await desk.agents.claim(talk, "li", "li")
    await desk.say("转人工", reading("request_human"), "other")
    with pytest.raises(Conflict, match="已经有 1 个会话"):
        await desk.agents.claim((await desk.conversation("other")).id, "li", "li")


async def test_the_case_remembers_who_had_the_conversation(desk, li, wang, boss):
    await complain(desk)
    talk = (await desk.conversation()).id
    await desk.agents.claim(talk, "li", "li")
    await desk.agents.transfer(talk, li, to="wang")
    await desk.agents.assign(talk, "li", boss)
    await desk.agents.release(talk, "li")
    told = ["claimed", "transferred", "conversation_assigned", "released"]
    assert [kind for kind in await history(desk) if kind in told] == told


async def test_released_the_bot_knows_what_the_agent_was_told_and_asks_none_of_it(desk, talk, li):
    await desk.agents.claim(talk, "li", "li")
    await desk.say("奶茶有一盒是空的", reading("carton.empty", product="奶茶"))
    await desk.say("电话13900001234", reading("inform", phone="13900001234"))
    await desk.write(talk, "li", "好的，已经记下")
    await desk.agents.release(talk, "li")
    assert await last(desk) == words_of(desk, "handed_back")
    (case,) = await desk.cases()
    assert (case.issue, case.fields["product"], case.fields["phone"]) == (
        "carton.empty", "奶茶", "13900001234",
    )  # fmt: skip
    assert case.number is not None
    (greeting,) = await desk.say("你好", reading("greet"))
    assert greeting in {
        desk.words.situation("greet.again", "hans", variant=variant).text for variant in range(2)
    }
    (told,) = await desk.say("查进度", reading("ask_progress"))
    assert case.number in told


async def test_a_question_that_was_open_before_the_agent_came_is_not_open_after(desk, li):
    await complain(desk)
    assert (await desk.conversation()).question is not None
    talk = (await desk.conversation()).id
    await desk.agents.claim(talk, "li", "li")
    await desk.agents.release(talk, "li")
    conversation = await desk.conversation()
    assert (conversation.question, conversation.reason, conversation.note) == (None, None, None)


async def test_what_no_person_has_read_is_answered_by_the_bot_after_the_release(desk, talk, li):
    await desk.agents.claim(talk, "li", "li")
    await desk.write(talk, "li", "再见")
    message = await desk.send("你好")
    desk.room.table["你好"] = reading("greet")
    await desk.turns.answer_next(talk)
    await desk.agents.release(talk, "li")
    while await desk.turns.answer_next(talk):
        pass
    lines = await desk.transcript()
    answers = [line for line in lines if line.in_reply_to == message.id]
    assert [line.author for line in answers] == [Author.BOT]
    assert next(line for line in lines if line.id == message.id).delivery is Delivery.ANSWERED
