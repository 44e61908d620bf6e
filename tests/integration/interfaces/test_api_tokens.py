"""Tokens of programs: shown once, stored as a hash, with scopes and an end."""

import pytest
from sqlalchemy import text

from bot.domain.api_token import Scope
from bot.domain.errors import InvalidInput, NotAllowed, NotFound, UnknownToken
from bot.domain.people import Role
from bot.services.api_tokens import Tokens

READ = [Scope.CASES_READ]


@pytest.fixture
def tokens(desk):
    return Tokens(desk.units, desk.units, desk.clock)


async def make(tokens, admin, name="CRM", role=Role.AGENT, scopes=READ, days=30, **more):
    return await tokens.make(name, role, scopes, days, admin, **more)


async def test_a_token_acts_in_the_name_of_a_service_user_of_its_role(tokens, admin):
    made = await make(tokens, admin, role=Role.SENIOR)
    caller = await tokens.who(made.shown)
    assert (caller.user.name, caller.user.role) == ("CRM", Role.SENIOR)


async def test_nothing_of_the_token_itself_is_stored(database, tokens, admin):
    made = await make(tokens, admin)
    async with database.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT * FROM api_tokens"))).all()
        logged = (await connection.execute(text("SELECT * FROM audit"))).all()
    assert made.shown not in str(rows) + str(logged)
    assert len(made.shown) >= 43


@pytest.mark.parametrize("shown", ["", "kesu_", "kesu_wrong", "x" * 2000, "kesu_\x00"])
async def test_an_unknown_token_lets_nobody_in(tokens, admin, shown):
    await make(tokens, admin)
    with pytest.raises(UnknownToken):
        await tokens.who(shown)


async def test_an_expired_token_lets_nobody_in(desk, tokens, admin):
    made = await make(tokens, admin, days=2)
    desk.clock.turn(days=1, hours=23)
    await tokens.who(made.shown)
    desk.clock.turn(hours=2)
    with pytest.raises(UnknownToken):
        await tokens.who(made.shown)


async def test_a_revoked_token_lets_nobody_in(tokens, admin):
    made, other = await make(tokens, admin), await make(tokens, admin)
    await tokens.revoke(made.token.id, admin)
    with pytest.raises(UnknownToken):
        await tokens.who(made.shown)
    await tokens.who(other.shown)


async def test_a_deactivated_service_user_is_nobody(desk, tokens, admin):
    made = await make(tokens, admin)
    async with desk.units() as uow:
        (await uow.people.get(made.token.user_id)).active = False
        await uow.commit()
    with pytest.raises(UnknownToken):
        await tokens.who(made.shown)


async def test_a_second_token_can_act_for_the_same_service_user(tokens, admin):
    first = await make(tokens, admin)
    second = await make(tokens, admin, name="CRM 2", user_id=first.token.user_id)
    assert second.token.user_id == first.token.user_id


async def test_no_token_acts_for_a_person(tokens, admin):
    with pytest.raises(NotFound):
        await make(tokens, admin, user_id="root")


@pytest.mark.parametrize(
    "changes",
    [{"days": 0}, {"days": 366}, {"scopes": []}, {"scopes": ["all"]}, {"role": Role.ADMIN}, {"name": " "}],
)
async def test_what_no_token_may_be_is_refused(tokens, admin, changes):
    with pytest.raises(InvalidInput):
        await make(tokens, admin, **changes)


async def test_a_token_may_do_what_its_scopes_say(tokens, admin):
    caller = await tokens.who((await make(tokens, admin)).shown)
    caller.needs(Scope.CASES_READ)
    with pytest.raises(NotAllowed, match="cases:write"):
        caller.needs(Scope.CASES_WRITE)


async def test_when_a_token_was_used_is_noted_once_a_minute(desk, tokens, admin):
    made, used = await make(tokens, admin), []
    for _ in range(3):
        await tokens.who(made.shown)
        used += [token.last_used_at for token, _ in await tokens.all()]
        desk.clock.turn(seconds=40)
    assert used[0] == used[1] < used[2]


async def test_making_and_revoking_stand_in_the_audit_log(database, tokens, admin):
    made = await make(tokens, admin)
    await tokens.revoke(made.token.id, admin)
    async with database.engine.connect() as connection:
        deeds = (await connection.scalars(text("SELECT deed FROM audit ORDER BY seq"))).all()
    assert deeds == ["token_made", "token_revoked"]
