"""Cases are judged by the database, when they are accepted, when something changes, and as days pass."""

import asyncio
from datetime import timedelta

import pytest

from bot.adapters.database import repositories_judgement
from bot.domain.errors import Conflict, ForbiddenMove, MissingValues, NotAllowed
from bot.domain.handbook.severity import Flag
from bot.domain.history import first_break
from bot.domain.judgement import Correction
from bot.domain.people import Role
from bot.domain.things import Listed
from tests.accepted import accepted, again, employ, history, judging, version
from tests.rooms import reading

TEA = {"product": "奶茶"}


def rules(case):
    return [reason["rule"] for reason in case.judged["reasons"]]


async def levels(desk, *cases):
    return [(await again(desk, case)).heat for case in cases]


async def test_an_accepted_case_has_a_verdict(desk):
    case = await accepted(desk, "一", **TEA)
    assert (case.severity, case.heat, case.priority) == ("严重", "一般", 2)
    assert await history(desk, case, "judged") == []


async def test_the_third_different_customer_within_thirty_days_makes_all_three_hot(desk):
    first = await accepted(desk, "一", **TEA)
    desk.clock.turn(days=29, hours=23)
    second = await accepted(desk, "二", **TEA)
    await judging(desk).sweep()
    assert "C-HOT-2" not in rules(await again(desk, first))
    third = await accepted(desk, "三", **TEA)
    assert await judging(desk).sweep() == 2
    assert [rules(await again(desk, case)) for case in (first, second, third)] == [
        ["C-HOT-2", "C-HOT-4"], ["C-HOT-2"], ["C-HOT-2"],
    ]  # fmt: skip


async def test_who_else_complains_alike_is_counted_by_the_minute_and_not_with_each_message(desk):
    first = await accepted(desk, "一", **TEA)
    for name in "二三":
        await accepted(desk, name, **TEA)
    await desk.say("请快一点", reading("urge"), "一")
    assert (await again(desk, first)).repeated == 1
    await judging(desk).sweep()
    assert (await again(desk, first)).repeated == 3


async def test_of_very_many_who_complain_alike_the_latest_are_counted(desk, monkeypatch):
    monkeypatch.setattr(repositories_judgement, "_COUNTED", 2)
    for name in "一二三":
        await accepted(desk, name, **TEA)
    assert (await accepted(desk, "四", **TEA)).repeated == 2


@pytest.mark.parametrize(("late", "heat"), [(-1, "热点"), (0, "热点"), (1, "一般")])
async def test_the_window_of_thirty_days_is_exact_to_the_second(desk, late, heat):
    await accepted(desk, "一", **TEA)
    desk.clock.turn(days=30, seconds=late)
    await accepted(desk, "二", **TEA)
    third = await accepted(desk, "三", **TEA)
    assert await levels(desk, third) == [heat]


async def test_what_was_hot_stays_hot_when_the_window_has_passed(desk):
    cases = [await accepted(desk, name, **TEA) for name in "一二三"]
    desk.clock.turn(days=6)
    await judging(desk).sweep()
    desk.clock.turn(days=40)
    await judging(desk).sweep()
    for case in cases:
        assert "C-HOT-2" in rules(await again(desk, case))


@pytest.mark.parametrize(
    "others",
    [
        [{"product": "绿茶"}, {"product": "奶茶"}],
        [{"product": "饮料"}, {"product": "饮料"}],
        [{}, {}],
        [{"product": "奶茶", "phone": "13900001234"}, {"product": "奶茶", "phone": "13900001234"}],
    ],
    ids=["another product", "a word that names nothing", "nothing known", "one person twice"],
)
async def test_what_is_not_the_same_or_not_from_another_person_is_not_counted(desk, others):
    first = await accepted(desk, "一", **others[0])
    for name, facts in zip("二三", others, strict=True):
        await accepted(desk, name, **facts)
    await judging(desk).sweep()
    assert await levels(desk, first) == ["一般"]


async def test_another_issue_with_the_same_product_is_not_the_same_complaint(desk):
    await accepted(desk, "一", "carton.empty", **TEA)
    await accepted(desk, "二", "carton.no_straw", **TEA)
    third = await accepted(desk, "三", "carton.empty", **TEA)
    assert await levels(desk, third) == ["一般"]


async def test_a_withdrawn_complaint_is_not_counted(desk):
    await accepted(desk, "一", **TEA)
    await desk.say("不投诉了", reading("withdraw"), "一")
    await desk.say("是的", reading("affirm"), "一")
    await accepted(desk, "二", **TEA)
    third = await accepted(desk, "三", **TEA)
    assert await levels(desk, third) == ["一般"]


async def test_a_case_gets_hotter_as_days_pass_with_an_entry_that_says_why(desk):
    case = await accepted(desk, "一", **TEA)
    desk.clock.turn(days=7)
    assert await judging(desk).sweep() == 0
    desk.clock.turn(seconds=1)
    assert await judging(desk).sweep() == 1
    assert await judging(desk).sweep() == 0
    (entry,) = await history(desk, case, "judged")
    assert (entry.payload["before"]["heat"], entry.payload["after"]["heat"]) == ("一般", "热点")
    assert entry.payload["reasons"][0]["rule"] == "C-HOT-4"
    desk.clock.turn(days=23, seconds=1)
    await judging(desk).sweep()
    now = await again(desk, case)
    assert (now.heat, now.priority, rules(now)) == ("重大", 0, ["C-HOT-4", "C-MAJ-4"])
    assert first_break(await history(desk, case)) is None


async def test_time_in_which_we_wait_for_the_customer_does_not_make_a_case_hot(desk):
    case = await accepted(desk, "一", **TEA)
    async with desk.units() as uow:
        (await uow.cases.get(case.id)).pause("customer", desk.clock.now() + timedelta(days=2))
        await uow.commit()
    desk.clock.turn(days=20)
    await judging(desk).sweep()
    assert await levels(desk, case) == ["一般"]
    async with desk.units() as uow:
        (await uow.cases.get(case.id)).resume(desk.clock.now())
        await uow.commit()
    desk.clock.turn(days=5, seconds=2)
    await judging(desk).sweep()
    assert await levels(desk, case) == ["热点"]


async def test_a_clock_that_jumps_back_undoes_nothing(desk):
    case = await accepted(desk, "一", **TEA)
    desk.clock.turn(days=8)
    await judging(desk).sweep()
    desk.clock.turn(days=-5)
    await judging(desk).sweep()
    user = await employ(desk, "li")
    correction = Correction(flags={Flag.MAY_SUE: True})
    await judging(desk).correct(case.id, user, await version(desk, case), correction, "顾客说要起诉")
    assert rules(await again(desk, case)) == ["C-HOT-1", "C-HOT-4"]


async def test_two_sweeps_at_once_judge_a_case_once(desk):
    case = await accepted(desk, "一", **TEA)
    desk.clock.turn(days=8)
    await asyncio.gather(judging(desk).sweep(), judging(desk).sweep())
    assert len(await history(desk, case, "judged")) == 1


async def test_two_customers_at_once_are_both_counted(desk):
    await accepted(desk, "一", **TEA)
    await asyncio.gather(accepted(desk, "二", **TEA), accepted(desk, "三", **TEA))
    await judging(desk).sweep()
    cases = [(await desk.cases(name))[0] for name in "一二三"]
    assert await levels(desk, *cases) == ["热点"] * 3


async def test_people_who_complain_together_are_read_from_the_message(desk):
    case = await accepted(desk, "一", "property.equipment", "我们十几户都没电梯坐", place="3栋")
    assert (case.people, case.heat) == (11, "重大")


async def test_other_rules_have_every_open_case_judged_anew(desk):
    case = await accepted(desk, "一", **TEA)
    assert await judging(desk).sweep() == 0
    async with desk.units() as uow:
        (await uow.cases.get(case.id)).judged_by = "older"
        await uow.commit()
    await judging(desk).begin()
    assert await judging(desk).sweep() == 1


async def test_a_correction_changes_the_verdict_and_stands_in_the_history(desk):
    case = await accepted(desk, "一", **TEA)
    senior = await employ(desk, "wang", Role.SENIOR)
    correction = Correction(
        flags={Flag.NOT_ON_THE_SPOT: True, Flag.COMPENSATION: True, Flag.MAJOR_IMPACT: True}, people=3
    )
    await judging(desk).correct(case.id, senior, await version(desk, case), correction, "查过了")
    now = await again(desk, case)
    assert (now.severity, now.heat, now.priority) == ("重大", "热点", 0)
    assert [event.kind for event in await history(desk, case)][-2:] == ["corrected", "judged"]
    assert (await history(desk, case, "corrected"))[0].payload["before"]["people"] == 1


async def test_levels_are_set_by_hand_only_by_who_may_and_with_a_reason(desk):
    case = await accepted(desk, "一", **TEA)
    agent, senior = await employ(desk, "li"), await employ(desk, "wang", Role.SENIOR)
    seen, major = await version(desk, case), Correction(severity="重大")
    with pytest.raises(NotAllowed):
        await judging(desk).correct(case.id, agent, seen, major, "影响大")
    with pytest.raises(MissingValues):
        await judging(desk).correct(case.id, senior, seen, major, " ")
    await judging(desk).correct(case.id, senior, seen, major, "影响大")
    with pytest.raises(Conflict, match="更正级别"):
        await judging(desk).correct(case.id, senior, seen, Correction(severity="轻微"), "不大")
    assert (await again(desk, case)).severity == "重大"


async def test_a_withdrawn_case_is_judged_no_more(desk):
    case = await accepted(desk, "一", **TEA)
    await desk.say("不投诉了", reading("withdraw"), "一")
    await desk.say("是的", reading("affirm"), "一")
    desk.clock.turn(days=40)
    assert await judging(desk).sweep() == 0
    user = await employ(desk, "li")
    with pytest.raises(ForbiddenMove):
        await judging(desk).correct(case.id, user, await version(desk, case), Correction(people=3), "三人")


async def test_the_queue_has_the_gravest_first_and_then_who_waits_longest(desk):
    for name, label in (("一", "carton.empty"), ("二", "illness"), ("三", "carton.empty")):
        await accepted(desk, name, label)
        await desk.say("转人工", reading("request_human"), name)
        desk.clock.turn(minutes=1)
    async with desk.units() as uow:
        waiting = [one.id for one in await uow.conversations.for_agents()]
    assert waiting == [(await desk.conversation(name)).id for name in "二一三"]


async def test_cases_are_listed_page_by_page_the_most_urgent_first(desk):
    for name, facts in (("一", TEA), ("二", TEA), ("三", {"batch_no": "B1"})):
        await accepted(desk, name, **facts)
    urgent = await accepted(desk, "四", "illness")
    seen, last = [], None
    async with desk.units() as uow:
        while page := await uow.judgements.page(Listed(), last, limit=2):
            seen, last = [*seen, *page], page[-1]
        major = await uow.judgements.page(Listed(severity=urgent.severity))
        none = await uow.judgements.page(Listed(state="closed"))
    assert len({case.id for case in seen}) == len(seen) == 4
    assert seen[0].id == urgent.id
    assert ([case.id for case in major], none) == ([urgent.id], [])
