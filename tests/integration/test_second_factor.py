"""The second factor: codes of an app, each good once, and recovery codes."""

import asyncio

import pyotp
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
def accounts(door):
    return door.parts.accounts


class Telephone:
    """An authenticator app; `code` is what it shows now."""

    def __init__(self, door, secret):
        self.door, self.secret = door, secret

    def code(self):
        return pyotp.TOTP(self.secret).at(self.door.desk.clock.now())


@pytest.fixture
async def wang(door):
    return await door.person()


async def turn_on(door, user):
    """Turn it on: the telephone, and the recovery codes."""
    factors = door.parts.second_factors
    phone = Telephone(door, factors.offer(user).secret)
    codes = await factors.turn_on(user, phone.secret, phone.code(), PASSWORD)
    door.desk.clock.turn(minutes=1)
    return phone, codes


async def test_a_password_alone_lets_nobody_in_any_more(door, accounts, wang):
    phone, _ = await turn_on(door, wang)
    half = await accounts.sign_in("wang", PASSWORD)
    assert await accounts.waits(half)
    with pytest.raises(NotSignedIn):
        await accounts.who(half)
    token = await accounts.second_step(half, phone.code())
    assert (await accounts.who(token)).id == wang.id
    with pytest.raises(NotSignedIn):  # the first step was used up
        await accounts.second_step(half, phone.code())


async def test_a_code_is_good_once(door, accounts, wang):
    phone, _ = await turn_on(door, wang)
    code = phone.code()
    await accounts.second_step(await accounts.sign_in("wang", PASSWORD), code)
    with pytest.raises(NotSignedIn):
        await accounts.second_step(await accounts.sign_in("wang", PASSWORD), code)


async def test_the_code_that_turned_it_on_signs_nobody_in(door, accounts, wang):
    factors = door.parts.second_factors
    phone = Telephone(door, factors.offer(wang).secret)
    code = phone.code()
    await factors.turn_on(wang, phone.secret, code, PASSWORD)
    with pytest.raises(NotSignedIn):
        await accounts.second_step(await accounts.sign_in("wang", PASSWORD), code)


async def test_of_two_who_use_one_code_at_once_one_gets_in(door, accounts, wang):
    phone, _ = await turn_on(door, wang)
    halves = [await accounts.sign_in("wang", PASSWORD) for _ in range(2)]
    code = phone.code()
    tried = await asyncio.gather(
        *(accounts.second_step(half, code) for half in halves), return_exceptions=True
    )
    assert {type(one) for one in tried} == {str, NotSignedIn}


async def test_a_telephones_clock_may_be_half_a_minute_off(door, accounts, wang):
    phone, _ = await turn_on(door, wang)
    half = await accounts.sign_in("wang", PASSWORD)
    late = phone.code()
    door.desk.clock.turn(seconds=30)
    await accounts.second_step(half, late)
    half = await accounts.sign_in("wang", PASSWORD)
    old = phone.code()
    door.desk.clock.turn(seconds=90)
    with pytest.raises(NotSignedIn):
        await accounts.second_step(half, old)


async def test_guessing_codes_locks_the_login_though_the_password_is_known(door, accounts, wang):
    phone, _ = await turn_on(door, wang)
    for _ in range(5):
        half = await accounts.sign_in("wang", PASSWORD)
        with pytest.raises(NotSignedIn):
            await accounts.second_step(half, "000000")
    with pytest.raises(NotSignedIn):
        await accounts.second_step(half, phone.code())
    with pytest.raises(NotSignedIn):
        await accounts.sign_in("wang", PASSWORD)
    door.desk.clock.turn(minutes=16)
    await accounts.second_step(await accounts.sign_in("wang", PASSWORD), phone.code())


async def test_the_first_step_lasts_five_minutes(door, accounts, wang):
    phone, _ = await turn_on(door, wang)
    half = await accounts.sign_in("wang", PASSWORD)
    door.desk.clock.turn(minutes=6)
    with pytest.raises(NotSignedIn):
        await accounts.second_step(half, phone.code())


async def test_a_recovery_code_stands_in_once_however_it_is_typed(door, accounts, wang):
    _, codes = await turn_on(door, wang)
    assert len(set(codes)) == 10
    typed = f" {codes[3].upper().replace('-', ' ')} "
    await accounts.second_step(await accounts.sign_in("wang", PASSWORD), typed)
    with pytest.raises(NotSignedIn):
        await accounts.second_step(await accounts.sign_in("wang", PASSWORD), codes[3])
    await accounts.second_step(await accounts.sign_in("wang", PASSWORD), codes[4])


async def test_it_is_turned_on_only_with_the_password_and_the_apps_code(door, wang):
    factors = door.parts.second_factors
    phone = Telephone(door, factors.offer(wang).secret)
    with pytest.raises(InvalidInput, match="密码不对"):
        await factors.turn_on(wang, phone.secret, phone.code(), "not this one")
    with pytest.raises(InvalidInput, match="动态口令不对"):
        await factors.turn_on(wang, phone.secret, "000000", PASSWORD)
    with pytest.raises(InvalidInput, match="动态口令不对"):
        await factors.turn_on(wang, "short", phone.code(), PASSWORD)
    await factors.turn_on(wang, phone.secret, phone.code(), PASSWORD)
    with pytest.raises(Conflict):
        await factors.turn_on(wang, phone.secret, phone.code(), PASSWORD)


async def test_who_lost_everything_is_helped_by_an_admin_and_it_is_written_down(door, accounts, wang):
    root = await door.person("root", role=Role.ADMIN)
    await turn_on(door, wang)
    await door.parts.second_factors.take_off(wang.id, root)
    await accounts.who(await accounts.sign_in("wang", PASSWORD))
    async with door.desk.units() as uow:
        last = (await uow.audit.after(0, 100))[-2]
    assert (last.actor, last.deed, last.object) == (root.id, "totp_off", "user:wang")
    with pytest.raises(NotFound):
        await door.parts.second_factors.take_off(wang.id, root)


async def test_the_secret_is_sealed_and_recovery_codes_are_hashed(door, database, wang):
    phone, codes = await turn_on(door, wang)
    async with database.engine.connect() as connection:
        (stored,) = (await connection.exec_driver_sql("SELECT totp, recovery FROM users")).all()
    assert phone.secret not in stored[0]
    assert not any(code in stored[1] or code.replace("-", "") in stored[1] for code in codes)


async def test_the_picture_is_an_svg_of_the_login_and_the_secret(door, wang):
    offer = door.parts.second_factors.offer(wang)
    assert offer.picture.startswith("<svg")
    assert "<script" not in offer.picture
    assert door.parts.second_factors.offer(wang, offer.secret) == offer
    assert door.parts.second_factors.offer(wang, "<b>").secret != "<b>"
