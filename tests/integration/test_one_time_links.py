"""One-time links: invitations and new passwords."""

import asyncio

import pytest

from bot.domain.errors import Conflict, InvalidInput, NotFound, NotSignedIn
from bot.domain.people import Role
from tests.doors import PASSWORD, make_door


@pytest.fixture
def backend():
    return "sqlite"


@pytest.fixture
def door(database, sealer):
    return make_door(database, sealer)


@pytest.fixture
def links(door):
    return door.parts.links


@pytest.fixture
async def root(door):
    return await door.person("root", role=Role.ADMIN)


async def test_who_is_invited_sets_name_and_password_and_is_what_the_admin_said(door, links, root):
    token = await links.invite("Zhao", Role.DEPARTMENT, root, department="production", positions={"finance"})
    link = await links.look(token)
    assert (link.kind, link.login, link.role) == ("invitation", "zhao", Role.DEPARTMENT)
    await links.use(token, "小赵", PASSWORD)
    user = await door.parts.accounts.who(await door.parts.accounts.sign_in("zhao", PASSWORD))
    assert (user.name, user.role, user.department) == ("小赵", Role.DEPARTMENT, "production")
    assert (await door.parts.staff.get(user.id)).positions == {"finance"}


async def test_a_link_is_good_once_even_for_two_at_once(door, links, root):
    token = await links.invite("zhao", Role.AGENT, root)
    tried = await asyncio.gather(
        *(links.use(token, name, PASSWORD) for name in ("小赵", "老赵")), return_exceptions=True
    )
    assert {type(one) for one in tried} <= {type(None), NotFound, Conflict}
    assert tried.count(None) == 1
    with pytest.raises(NotFound):
        await links.look(token)


async def test_a_refused_name_or_password_uses_nothing_up(links, root):
    token = await links.invite("zhao", Role.AGENT, root)
    with pytest.raises(InvalidInput):
        await links.use(token, "小赵", "short")
    with pytest.raises(InvalidInput):
        await links.use(token, " ", PASSWORD)
    await links.use(token, "小赵", PASSWORD)


async def test_a_link_ends_after_three_days(door, links, root):
    token = await links.invite("zhao", Role.AGENT, root)
    door.desk.clock.turn(days=2, hours=23)
    await links.look(token)
    door.desk.clock.turn(hours=2)
    with pytest.raises(NotFound):
        await links.use(token, "小赵", PASSWORD)
    assert await links.open() == []


async def test_an_invitation_can_be_taken_back(links, root):
    token = await links.invite("zhao", Role.AGENT, root)
    (link,) = await links.open()
    await links.take_back(link.id, root)
    with pytest.raises(NotFound):
        await links.look(token)
    with pytest.raises(NotFound):
        await links.take_back(link.id, root)


async def test_a_second_invitation_to_a_login_ends_the_first(links, root):
    first = await links.invite("zhao", Role.ADMIN, root)
    await links.invite("zhao", Role.AGENT, root)
    with pytest.raises(NotFound):
        await links.look(first)


async def test_nobody_is_invited_to_a_login_that_is_taken_or_meanwhile_was(door, links, root):
    with pytest.raises(Conflict):
        await links.invite("root", Role.AGENT, root)
    token = await links.invite("zhao", Role.AGENT, root)
    await door.person("zhao")
    with pytest.raises(Conflict):
        await links.use(token, "小赵", PASSWORD)


async def test_a_new_password_by_link_ends_sign_ins_and_the_lock_but_not_the_second_factor(door, links, root):
    wang, accounts = await door.person(), door.parts.accounts
    here = await accounts.sign_in("wang", PASSWORD)
    async with door.desk.units() as uow:
        (await uow.people.get(wang.id)).totp = "S" * 32
        await uow.commit()
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            await accounts.sign_in("wang", "a wrong guess")
    await links.use(await links.reset(wang.id, root), "", "another password")
    with pytest.raises(NotSignedIn):
        await accounts.who(here)
    assert await accounts.waits(await accounts.sign_in("wang", "another password"))


async def test_a_deactivation_ends_the_links_of_a_person(door, links, root):
    wang = await door.person()
    token = await links.reset(wang.id, root)
    await door.parts.staff.deactivate(wang.id, by="root")
    with pytest.raises(NotFound):
        await links.look(token)
    with pytest.raises(Conflict):
        await links.reset(wang.id, root)


async def test_the_database_holds_no_token(door, database, links, root):
    token = await links.invite("zhao", Role.AGENT, root)
    async with database.engine.connect() as connection:
        rows = (await connection.exec_driver_sql("SELECT * FROM links")).all()
    assert token not in str(rows)


async def test_who_invited_and_who_came_is_written_down(door, links, root):
    await links.use(await links.invite("zhao", Role.AGENT, root), "小赵", PASSWORD)
    async with door.desk.units() as uow:
        entries = await uow.audit.after(0, 100)
        zhao = await uow.people.by_login("zhao")
    assert [(one.actor, one.deed) for one in entries[-2:]] == [
        (root.id, "invited"),
        (zhao.id, "person_added"),
    ]
