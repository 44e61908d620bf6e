"""One person, several channels: what WeChat says of its customers, and what agents see of them."""

import pytest

from bot.domain.wechat_errors import TryLater, WechatRefused
from bot.services.console import Console
from bot.services.persons import Persons, talk_of
from tests.messengers import OPENID, PHONE, complained_on_the_web, customer, write
from tests.rooms import reading

KF = "wkDesk:wmSameHuman"


class Knowing:
    """WeChat, which knows the unionid of some; or fails."""

    def __init__(self, unions=(), problem=None):
        self.unions, self.problem, self.asked = dict(unions), problem, []

    async def union_of(self, external_id):
        self.asked.append(external_id)
        if self.problem:
            raise self.problem
        return self.unions.get(external_id)


def persons(desk, **whos):
    return Persons(desk.units, desk.units, desk.clock, whos)


async def test_openid_and_external_userid_of_one_unionid_are_one_person_with_one_list_of_cases(desk):
    await write(desk, "服务态度太差", reading("service.quality"))
    await write(desk, "快递多收了运费", reading("courier.fee"), who=KF, channel="kf")
    await desk.silence(minutes=9)
    known = persons(desk, wechat=Knowing({OPENID: "union-1"}), kf=Knowing({KF: "union-1"}))
    assert await known.look() == 2
    one, other = await customer(desk), await customer(desk, KF, "kf")
    assert one.person_id == other.person_id is not None
    async with desk.units() as uow:
        assert {case.channel for case in await uow.cases.of_person(one.id)} == {"wechat", "kf"}
    told = "".join(await write(desk, "进度", reading("ask_progress")))
    assert told.count("K") >= 2


async def test_strangers_stay_strangers(desk):
    await write(desk, "你好", reading("greet"))
    await write(desk, "你好", reading("greet"), who=KF, channel="kf")
    await persons(desk, wechat=Knowing({OPENID: "union-1"}), kf=Knowing({KF: "union-2"})).look()
    own = await customer(desk)
    async with desk.units() as uow:
        known = await uow.customers.same_person(own.id)
    assert [one.channel for one in known] == ["wechat"]


async def test_each_customer_is_asked_about_once(desk):
    await write(desk, "你好", reading("greet"))
    who = Knowing()
    known = persons(desk, wechat=who)
    assert [await known.look(), await known.look()] == [1, 0]
    assert who.asked == [OPENID]


async def test_while_wechat_is_busy_the_question_waits_and_one_that_it_refuses_is_not_repeated(desk):
    await write(desk, "你好", reading("greet"))
    await persons(desk, wechat=Knowing(problem=TryLater("busy", -1))).look()
    assert (await customer(desk)).union_id is None
    refusing = Knowing(problem=WechatRefused("no such right", 48001))
    await persons(desk, wechat=refusing).look()
    await persons(desk, wechat=refusing).look()
    assert refusing.asked == [OPENID]


async def test_a_claim_and_a_unionid_join_all_three(desk):
    case = await complained_on_the_web(desk)
    await write(desk, f"{case.number} {PHONE}", reading("ask_progress"))
    await write(desk, "你好", reading("greet"), who=KF, channel="kf")
    await persons(desk, wechat=Knowing({OPENID: "union-1"}), kf=Knowing({KF: "union-1"})).look()
    async with desk.units() as uow:
        known = await uow.customers.same_person(case.customer_id)
    assert {one.channel for one in known} == {"web", "wechat", "kf"}


async def test_an_agent_sees_the_cases_of_the_whole_person_but_no_hidden_one(desk):
    case = await complained_on_the_web(desk)
    await write(desk, f"{case.number} {PHONE}", reading("ask_progress"))
    talk = await desk.intake.conversation_id("wechat", OPENID)
    console = Console(desk.units, desk.words, str)
    (brief,) = (await console.talk(talk)).cases
    assert (brief.number, brief.here) == (case.number, False)
    assert (await console.talk(talk, hidden={case.id})).cases == ()


@pytest.mark.parametrize("web_first", [True, False])
async def test_a_draft_of_another_channel_is_not_gone_on_with(desk, web_first):
    case = await complained_on_the_web(desk)
    await write(desk, f"{case.number} {PHONE}", reading("ask_progress"))
    if web_first:
        await desk.say("快递多收了运费", reading("courier.fee"))
        own = await customer(desk)
        async with desk.units() as uow:
            assert [one.id for one in await uow.cases.of_person(own.id)] == [case.id]
    else:
        await write(desk, "快递多收了运费", reading("courier.fee"))
        async with desk.units() as uow:
            assert [one.id for one in await uow.cases.of_person(case.customer_id)] == [case.id]


async def test_a_claimed_case_of_the_web_is_told_of_in_wechat(desk):
    case = await complained_on_the_web(desk)
    await write(desk, f"{case.number} {PHONE}", reading("ask_progress"))
    async with desk.units() as uow:
        talk = await talk_of(uow, await uow.cases.get(case.id))
    assert talk.channel == "wechat"
    desk.clock.turn(minutes=1)
    await desk.say("在吗", reading("greet"))
    async with desk.units() as uow:
        assert (await talk_of(uow, await uow.cases.get(case.id))).channel == "web"
