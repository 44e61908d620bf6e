"""The page on which supervisors make groups and say how many conversations each may have."""

import re

import pytest

from bot.domain.people import Role
from tests.doors import send_form, sign_in

PATH = "/desk/groups"


@pytest.fixture
async def zhou(door, client):
    """A supervisor, signed in; 小李 and 小陈 talk to customers."""
    for login, name in (("li", "小李"), ("chen", "小陈")):
        await door.person(login, name)
    user = await door.person("zhou", "周敏", Role.SUPERVISOR)
    await sign_in(client, "zhou")
    return user


async def user_id(door, login):
    async with door.desk.units() as uow:
        return (await uow.people.by_login(login)).id


async def only_group(door):
    (view,) = await door.parts.groups.all()
    return view


async def page_of(client, path=PATH):
    return await (await client.get(path)).text()


async def written(door):
    """What the audit log says of groups and caps."""
    async with door.desk.units() as uow:
        entries = await uow.audit.after(0, 1000)
    return [(one.deed, one.object) for one in entries if one.deed.startswith(("group", "cap"))]


async def test_a_group_is_made_with_its_people_languages_and_business(client, door, zhou):
    li = await user_id(door, "li")
    answer = await send_form(client, PATH, title=" 酒店组 ", member=li, language="hant", pack="hotel")
    assert (answer.status, answer.headers["Location"]) == (303, PATH)
    made = await only_group(door)
    assert (made.group.title, made.group.languages, made.group.packs, made.members) == (
        "酒店组", ["hant"], ["hotel"], {li},
    )  # fmt: skip
    page = await page_of(client)
    assert all(words in page for words in ("酒店组", "繁体", "1 人"))
    assert await written(door) == [("group_made", "group:酒店组")]


async def test_a_refused_group_keeps_what_was_chosen(client, door, zhou):
    li = await user_id(door, "li")
    answer = await send_form(client, PATH, title=" ", member=li, pack="hotel")
    page = await answer.text()
    assert (answer.status, "组的名称应为" in page) == (400, True)
    assert f'value="{li}" checked' in page
    assert 'value="hotel" checked' in page


async def test_a_group_is_changed_on_its_own_page(client, door, zhou):
    await send_form(client, PATH, title="酒店组", member=await user_id(door, "li"))
    one = f"{PATH}/{(await only_group(door)).group.id}"
    version = re.search(r'name="version" value="(\w+)"', await page_of(client, one))[1]
    chen = await user_id(door, "chen")
    answer = await send_form(client, one, version=version, title="影院组", member=chen, pack="cinema")
    assert answer.status == 303
    now = await only_group(door)
    assert (now.group.title, now.group.packs, now.members) == ("影院组", ["cinema"], {chen})


async def test_on_a_stale_page_nothing_is_changed_and_it_is_said(client, door, zhou):
    await send_form(client, PATH, title="酒店组")
    found = await only_group(door)
    await door.parts.groups.save("影院组", by=zhou.id, id=found.group.id)
    answer = await send_form(client, f"{PATH}/{found.group.id}", version=found.version, title="物业组")
    page = await answer.text()
    assert (answer.status, "刚刚被别人改过" in page, 'value="影院组"' in page) == (409, True, True)
    assert (await only_group(door)).group.title == "影院组"


async def test_a_group_is_removed(client, door, zhou):
    await send_form(client, PATH, title="酒店组")
    await send_form(client, f"{PATH}/{(await only_group(door)).group.id}/remove")
    assert await door.parts.groups.all() == []
    assert [deed for deed, _ in await written(door)] == ["group_made", "group_removed"]


@pytest.mark.parametrize(("typed", "cap"), [("3", 3), ("0", 0), ("", None)])
async def test_a_cap_is_set_or_left_to_the_company(client, door, zhou, typed, cap):
    li = await user_id(door, "li")
    await door.parts.groups.set_cap(li, 7, by=zhou.id)
    answer = await send_form(client, f"{PATH}/caps/{li}", cap=typed)
    assert answer.status == 303
    (found,) = [one for one in await door.parts.groups.colleagues() if one.id == li]
    assert found.own_cap == cap
    assert (await written(door))[-1] == ("cap_set", "user:li")


@pytest.mark.parametrize("typed", ["-1", "101", "viele", "9" * 40])
async def test_a_cap_that_is_no_sane_number_is_refused(client, door, zhou, typed):
    answer = await send_form(client, f"{PATH}/caps/{await user_id(door, 'li')}", cap=typed)
    assert (answer.status, "0 到 100 的整数" in await answer.text()) == (400, True)


async def test_agents_see_no_such_page(client, door):
    await door.person()
    await sign_in(client)
    assert (await client.get(PATH)).status == 403
    assert PATH not in await page_of(client, "/desk/cases")
