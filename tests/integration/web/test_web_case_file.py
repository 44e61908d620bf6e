"""A case as agents see it in the browser, and what they do with it beside moving it along."""

import re

import pytest

from bot.domain.case import CaseState
from bot.domain.people import Role
from bot.domain.task import Assignee, Task, TaskKind
from tests.accepted import accepted, again, history
from tests.doors import own_origin, sign_in
from tests.records import store
from tests.rooms import reading, risk


@pytest.fixture
async def case(door):
    return await accepted(door.desk, "visitor", "porridge.sour", "八宝粥是酸的，电话13812345678")


@pytest.fixture
async def client(aiohttp_client, door):
    """苏, a supervisor, signed in."""
    await door.person("su", "小苏", Role.SUPERVISOR)
    client = await aiohttp_client(door.app())
    await sign_in(client, "su")
    return client


async def look(client, case):
    return await (await client.get(f"/desk/cases/{case.id}")).text()


def version_in(page):
    return re.search(r'name="version" value="(\d+)"', page).group(1)


async def do(client, case, deed, version=None, **form):
    """Send the form of a deed as the page does."""
    data = {"version": version or version_in(await look(client, case)), **form}
    path = f"/desk/cases/{case.id}/do/{deed}"
    return await client.post(path, data=data, headers=own_origin(client), allow_redirects=False)


async def refusal(answer):
    page = await answer.text()
    return page[page.index('role="alert">') :].split("<", 1)[0]


async def test_the_page_shows_state_level_reasons_risks_deadline_and_history(client, door, case):
    understood = reading("urge", risks=[risk("media", "记者")])
    await door.desk.say("再不处理我找记者", understood)
    page = await look(client, case)
    assert "媒体曝光：记者" in page
    assert "热度：热点" in page
    assert "可能被曝光（D37" in page
    assert "还有 5 个工作日" in page
    assert "一般 → 热点" in page
    assert "登记投诉" in page
    assert "13812345678" not in page


async def test_a_deadline_is_shown_as_near_and_as_missed(client, door, case):
    async with door.desk.units() as uow:
        stored = await uow.cases.get(case.id)
        stored.warned_at = door.desk.clock.now()
        await uow.commit()
    assert 'data-state="warned"' in await look(client, case)
    door.desk.clock.turn(days=14)
    await sign_in(client, "su")
    page = await look(client, case)
    assert 'data-state="late"' in page
    assert "已超期 5 个工作日" in page


async def test_promises_and_tasks_stand_on_the_case(client, door, case):
    now = door.desk.clock.now()
    promise = Task("t1", TaskKind.PROMISE, "给顾客回电", Assignee.ROLE, "agent", now, "desk", case.id, now)
    await store(door.desk.units, ("tasks", promise))
    page = await look(client, case)
    assert "给顾客回电" in page
    assert "承诺" in page


async def test_a_case_rests_and_goes_on(client, door, case):
    answer = await do(client, case, "pause", waits_for="customer", wanted="小票的照片")
    assert (answer.status, answer.headers["Location"]) == (303, f"/desk/cases/{case.id}")
    assert "起在等顾客" in await look(client, case)
    assert (await door.desk.transcript())[-1].text.count("小票的照片") == 1
    await do(client, case, "resume")
    assert (await again(door.desk, case)).paused_since is None


async def test_nobody_waits_for_nobody(client, case):
    answer = await do(client, case, "pause", waits_for="godot", wanted="小票")
    assert answer.status == 400
    assert "在等顾客还是等第三方" in await refusal(answer)


async def test_a_later_day_is_asked_for_with_a_reason(client, door, case):
    answer = await do(client, case, "extend", until="2026-04-30T18:00", reason="等检验报告")
    assert answer.status == 303
    assert "正在等主管审批" in await look(client, case)
    assert (await again(door.desk, case)).due_at == case.due_at
    answer = await do(client, case, "extend", until="2026-05-30T18:00", reason="还是不够")
    assert answer.status == 409
    assert "还是不够" in await answer.text()


async def test_a_case_is_merged_by_number_and_split_again(client, door, case):
    other = await accepted(door.desk, "other")
    await do(client, case, "merge", into=other.number, reason="同一件事")
    merged = await again(door.desk, case)
    assert (merged.state, merged.merged_into) == (CaseState.MERGED, other.id)
    assert f'/desk/cases/{other.id}">{other.number}' in await look(client, case)
    assert f'/desk/cases/{case.id}">{case.number}' in await look(client, other)
    await do(client, case, "split", reason="不是一件事")
    assert (await again(door.desk, case)).state is CaseState.ACCEPTED


@pytest.mark.parametrize("number", ["K0000-00000", "不知道", ""])
async def test_merging_into_what_is_not_there_comes_back_with_what_was_typed(client, door, case, number):
    answer = await do(client, case, "merge", into=number, reason="像是一件事")
    assert answer.status == 400
    assert "像是一件事" in await answer.text()
    assert (await again(door.desk, case)).is_open


async def test_a_merged_number_answers_the_customer_with_the_other_case(client, door, case):
    other = await accepted(door.desk, "other")
    await do(client, case, "merge", into=other.number, reason="同一件事")
    asked = reading("ask_progress")
    (line,) = await door.desk.say(f"{case.number} 怎么样了", asked)
    assert case.number in line
    assert "处理中" in line


async def test_without_a_number_a_customer_hears_of_a_merged_case_too(client, door, case):
    other = await accepted(door.desk, "other")
    await do(client, case, "merge", into=other.number, reason="同一件事")
    (line,) = await door.desk.say("怎么样了", reading("ask_progress"))
    assert case.number in line
    assert other.number not in line


async def test_a_person_says_that_it_is_in_the_media_and_why(client, door, case):
    answer = await do(client, case, "correct", flag="media", people="1", reason="已经见报")
    assert answer.status == 303
    corrected = await again(door.desk, case)
    assert (corrected.flags, corrected.heat) == (["media"], "重大")
    page = await look(client, case)
    assert "已经被媒体曝光" in page
    assert "原因：已经见报" in page


async def test_what_the_page_did_not_show_is_not_taken_away(client, door, case):
    version = version_in(await look(client, case))
    await door.desk.say("我找记者", reading("urge", risks=[risk("media", "记者")]))
    await do(client, case, "correct", version, flag="compensation", people="1", reason="要赔偿")
    assert set((await again(door.desk, case)).flags) == {"may_be_exposed", "compensation"}


async def test_only_who_may_ease_fixes_a_level(aiohttp_client, client, door, case):
    await door.person("li", "小李")
    agent = await aiohttp_client(door.app())
    await sign_in(agent, "li")
    answer = await do(agent, case, "correct", people="1", severity="重大", severity_shown="", reason="很重")
    assert answer.status == 403
    answer = await do(client, case, "correct", people="1", severity="重大", severity_shown="", reason="很重")
    assert answer.status == 303
    assert (await again(door.desk, case)).severity == "重大"


async def test_the_second_of_two_is_told_what_the_first_did(client, door, case):
    version = version_in(await look(client, case))
    await do(client, case, "pause", version, waits_for="third_party", wanted="检验报告")
    answer = await do(client, case, "pause", version, waits_for="customer", wanted="小票")
    assert answer.status == 409
    assert "小苏" in await refusal(answer)
    assert len(await history(door.desk, case, "paused")) == 1


async def test_an_agent_who_moved_a_case_stays_on_it(client, door, case):
    page = await look(client, case)
    arrow, needs = re.search(r'action="/desk/cases/\w+/([a-z_]+)".*?</form>', page, re.DOTALL).group(1, 0)
    values = dict.fromkeys(re.findall(r'name="(value\.[a-z_]+)"', needs), "写明了")
    answer = await client.post(
        f"/desk/cases/{case.id}/{arrow}",
        data={"version": version_in(page), **values},
        headers=own_origin(client),
        allow_redirects=False,
    )
    assert (answer.status, answer.headers["Location"]) == (303, f"/desk/cases/{case.id}")
    assert (await again(door.desk, case)).handler_id is not None


async def test_a_case_is_not_withdrawn_without_a_reason(client, door, case):
    path, headers = f"/desk/cases/{case.id}/withdraw", own_origin(client)
    data = {"version": version_in(await look(client, case))}
    answer = await client.post(path, data=data, headers=headers)
    assert answer.status == 400
    assert "原因" in await refusal(answer)
    assert (await again(door.desk, case)).is_open


async def test_a_conversation_leads_to_its_cases(client, case):
    page = await (await client.get(f"/desk/conversations/{case.conversation_id}")).text()
    assert f'href="/desk/cases/{case.id}"' in page
