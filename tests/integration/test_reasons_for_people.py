"""What goes to a person, and the reason that the agents read with it."""

import pytest

from bot.domain.company import Company
from bot.domain.conversation import Owner
from bot.domain.duty import Duty, HumanRule
from bot.domain.handbook.severity import Severity
from tests.complaints import SICK, complain
from tests.desks import make_desk
from tests.people import person
from tests.rooms import reading, risk

ABUSE = reading("abuse")


def a_desk(units, sealer, **duty):
    return make_desk(units, sealer, Company(name="测试公司", desk=Duty(**duty)))


async def reason(desk):
    """The reason, if a person is needed."""
    conversation = await desk.conversation()
    assert (conversation.owner is Owner.QUEUE) is (conversation.reason is not None)
    return conversation.reason


@pytest.mark.parametrize(("text", "understood", "why"), [
    ("转人工", reading("request_human"), "asked"),
    (SICK, reading("illness"), "illness"),
    ("我要打12315", reading("special.consumer_association"), "special.consumer_association"),
    ("再不处理我找记者，奶茶是空的", reading("carton.empty", risks=[risk("media", "记者")]), "risk.media"),
    ("家里漏煤气了", reading("property.equipment", risks=[risk("gas", "漏煤气", now=True)]), "danger.gas"),
])  # fmt: skip
async def test_what_needs_a_person_says_so(desk, text, understood, why):
    await desk.say(text, understood)
    assert await reason(desk) == why


async def test_a_graver_reason_takes_the_place_of_the_first(desk):
    await desk.say("转人工", reading("request_human"))
    await desk.say(SICK, reading("illness"))
    assert await reason(desk) == "illness"


async def test_two_abusive_messages_go_to_a_person_one_does_not(desk):
    await desk.say("你们是猪吗", ABUSE)
    assert await reason(desk) is None
    await desk.say("你好", reading("greet"))
    await desk.say("一群废物", ABUSE)
    assert await reason(desk) == "anger"


async def test_anger_that_grows_over_three_messages_goes_to_a_person(desk):
    await complain(desk)
    await desk.say("快点行不行", reading("urge"))
    assert await reason(desk) is None
    await desk.say("到底管不管", reading("dissatisfied"), "other")
    await desk.say("你们太过分了！！", reading("chitchat"))
    assert await reason(desk) is None
    await desk.say("骗子！！", reading("chitchat"))
    assert await reason(desk) == "anger"


async def test_what_an_agent_answered_is_not_counted_again(desk):
    await person(desk, "li")
    await desk.say("你们是猪吗", ABUSE)
    talk = (await desk.conversation()).id
    await desk.agents.claim(talk, "li", "li")
    await desk.write(talk, "li", "抱歉")
    await desk.agents.release(talk, "li")
    await desk.say("一群废物", ABUSE)
    assert await reason(desk) is None


async def test_anger_of_the_day_before_is_over(desk):
    await desk.say("你们是猪吗", ABUSE)
    desk.clock.turn(hours=25)
    await desk.say("一群废物", ABUSE)
    assert await reason(desk) is None


async def test_the_bot_goes_on_with_its_question_when_an_angry_customer_waits_for_a_person(desk):
    await complain(desk)
    question = (await desk.conversation()).question
    await desk.say("你们是猪吗", ABUSE)
    await desk.say("一群废物", ABUSE)
    assert (await reason(desk), (await desk.conversation()).question) == ("anger", question)


@pytest.mark.parametrize(("most", "offered"), [(1, []), (2, [1]), (3, [2]), (4, [3])])
async def test_the_company_says_after_how_many_misunderstandings_a_person_comes(units, sealer, most, offered):
    desk = a_desk(units, sealer, misunderstood=most)
    offer, heard = desk.words.situation("not_understood.again", "hans").text, []
    for nth, text in enumerate(["嘎嘎嘎", "呱呱呱", "咕咕咕", "叽叽叽"][:most], start=1):
        assert await reason(desk) is None if nth > 1 else True
        if offer in await desk.say(text):
            heard.append(nth)
    assert await reason(desk) == "not_understood"
    assert heard == [nth for nth in offered if nth > 1]


async def test_a_rule_of_the_company_sends_to_a_person_with_its_own_words(units, sealer):
    desk = a_desk(units, sealer, rules=(HumanRule("发票请财务答复", words=("发票",)),))
    await desk.say("发票什么时候开", reading("product_question"))
    assert await reason(desk) == "rule.发票请财务答复"


async def test_a_rule_about_a_business_holds_in_its_cases(units, sealer):
    desk = a_desk(units, sealer, rules=(HumanRule("饮料请人工", packs=("beverage",)),))
    await desk.say("你好", reading("greet"))
    assert await reason(desk) is None
    await complain(desk)
    assert await reason(desk) == "rule.饮料请人工"


async def test_a_case_that_turns_out_to_be_major_goes_to_a_person(desk):
    await complain(desk)
    await desk.say("就这些", reading("chitchat"), choice="submit")
    (case,) = await desk.cases()
    async with desk.units() as uow:
        found = await uow.cases.get(case.id)
        found.judged = {**found.judged, "fixed": {"severity": Severity.MAJOR.value}}
        await uow.commit()
    await desk.say("还有一箱也是空的", reading("carton.empty"))
    assert await reason(desk) == "major"


async def test_a_major_case_whose_customer_fell_silent_goes_to_a_person_with_its_acceptance(desk):
    await complain(desk)
    (case,) = await desk.cases()
    async with desk.units() as uow:
        found = await uow.cases.get(case.id)
        found.judged = {"fixed": {"severity": Severity.MAJOR.value}}
        await uow.commit()
    for _ in range(2):
        await desk.silence(minutes=9)
    assert await reason(desk) == "major"


async def test_the_second_time_somebody_is_not_content_a_person_takes_it_up(desk):
    await desk.say("你说的没用", reading("dissatisfied"))
    assert await reason(desk) is None
    await desk.say("还是没用", reading("dissatisfied"))
    assert await reason(desk) == "dissatisfied"


async def test_the_second_urging_says_that_it_was_urged(desk):
    await complain(desk)
    await desk.say("就这些", reading("chitchat"), choice="submit")
    for _ in range(2):
        await desk.say("催一下", reading("urge"))
    assert await reason(desk) == "urged"


async def test_when_the_bot_is_away_too_long_the_agents_read_that(desk):
    desk.room.down = True
    message = await desk.send("你好")
    desk.runner.wake(message.conversation_id)
    await desk.runner.idle()
    assert await reason(desk) == "bot_away"
