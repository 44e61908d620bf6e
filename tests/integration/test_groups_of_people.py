"""Groups and caps, as supervisors set them."""

import pytest

from bot.domain.errors import Conflict, InvalidInput, NotFound
from bot.domain.groups import State
from bot.domain.people import Role
from bot.services.groups import Groups
from tests.people import person
from tests.rooms import reading


@pytest.fixture
async def groups(desk):
    for login in ("li", "wang"):
        await person(desk, login)
    return Groups(desk.units, desk.words, desk.clock)


async def test_a_group_is_made_changed_and_removed(groups):
    group = await groups.save("酒店组", by="zhou", languages=["hant"], packs=["hotel"], members=["li"])
    await groups.save("酒店和影院", by="zhou", id=group.id, packs=["hotel", "cinema"], members=["li", "wang"])
    (view,) = await groups.all()
    assert (view.group.title, view.group.languages, view.group.packs) == (
        "酒店和影院", [], ["cinema", "hotel"],
    )  # fmt: skip
    assert view.members == {"li", "wang"}
    await groups.remove(group.id, by="zhou")
    assert await groups.all() == []


async def test_two_groups_have_different_titles(groups):
    await groups.save("酒店组", by="zhou")
    with pytest.raises(Conflict, match="酒店组"):
        await groups.save("酒店组", by="zhou")


@pytest.mark.parametrize(("more", "named"), [
    ({"packs": ["nothing"]}, "nothing"), ({"languages": ["en"]}, "en"), ({"members": ["nobody"]}, "同事"),
])  # fmt: skip
async def test_a_group_is_of_what_there_is(groups, more, named):
    with pytest.raises(InvalidInput, match=named):
        await groups.save("组", by="zhou", **more)


async def test_only_who_talks_to_customers_belongs_to_a_group(desk, groups):
    await person(desk, "factory", Role.DEPARTMENT, department="production")
    with pytest.raises(InvalidInput):
        await groups.save("组", by="zhou", members=["factory"])


async def test_what_waits_for_a_group_that_is_gone_waits_for_anybody(desk, groups):
    group = await groups.save("酒店组", by="zhou", members=["li"])
    await desk.say("转人工", reading("request_human"))
    talk = (await desk.conversation()).id
    async with desk.units() as uow:
        li = await uow.people.get("li")
    await desk.agents.claim(talk, "li", "li")
    await desk.agents.transfer(talk, li, group=group.id)
    await groups.remove(group.id, by="zhou")
    assert (await desk.conversation()).group_id is None


@pytest.mark.parametrize("cap", [-1, 101])
async def test_a_cap_is_a_sane_number(groups, cap):
    with pytest.raises(InvalidInput):
        await groups.set_cap("li", cap, by="zhou")


async def test_a_cap_is_for_somebody(groups):
    with pytest.raises(NotFound):
        await groups.set_cap("nobody", 3, by="zhou")


async def test_colleagues_are_listed_with_what_they_have_in_hand_those_who_are_there_first(desk, groups):
    await groups.set_cap("wang", 3, by="zhou")
    group = await groups.save("组", by="zhou", members=["wang"])
    await desk.presence.sign("wang")
    await desk.say("转人工", reading("request_human"))
    await desk.agents.claim((await desk.conversation()).id, "wang", "wang")
    first, second = await groups.colleagues()
    assert (first.id, first.state, first.load, first.most, first.own_cap, first.groups) == (
        "wang", State.ONLINE, 1, 3, 3, (group.id,),
    )  # fmt: skip
    assert (second.id, second.state, second.load, second.most, second.own_cap) == (
        "li", State.OFFLINE, 0, 10, None,
    )  # fmt: skip
