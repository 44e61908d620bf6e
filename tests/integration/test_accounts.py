"""Logins: what is accepted, and how guessing is slowed down, on each database."""

import asyncio

import pytest

from bot.domain.errors import Conflict, InvalidInput, NotSignedIn
from bot.domain.people import Role
from tests.doors import PASSWORD, make_door

WRONG = "a wrong guess"


@pytest.fixture
def door(database, sealer):
    return make_door(database, sealer)


@pytest.fixture
def accounts(door):
    return door.parts.accounts


async def guess(accounts, password=WRONG, times=1):
    for _ in range(times):
        with pytest.raises(NotSignedIn):
            await accounts.sign_in("wang", password)


async def test_a_sign_in_is_known_by_its_token(door, accounts):
    user = await door.person()
    token = await accounts.sign_in(" Wang ", PASSWORD)
    assert (await accounts.who(token)).id == user.id


@pytest.mark.parametrize("token", ["", "no such token"])
async def test_an_unknown_token_is_nobodys(accounts, token):
    with pytest.raises(NotSignedIn):
        await accounts.who(token)


async def test_the_password_is_stored_as_an_argon2_hash(door):
    user = await door.person()
    assert user.password_hash.startswith("$argon2id$")
    assert PASSWORD not in user.password_hash


async def test_a_login_exists_once_however_it_is_written(door, accounts):
    await door.person("Wang")
    with pytest.raises(Conflict, match="wang"):
        await accounts.add("ＷＡＮＧ", "小汪", Role.AGENT, PASSWORD)


@pytest.mark.parametrize(
    ("login", "name", "password", "words"),
    [
        ("a b", "小王", PASSWORD, "登录名"),
        ("", "小王", PASSWORD, "登录名"),
        ("wang", " ", PASSWORD, "姓名"),
        ("wang", "小王", "123456789", "至少 10 个字符"),
        ("wang", "小王", "1" * 201, "最多 200 个字符"),
    ],
)
async def test_an_unusable_login_is_refused_in_plain_words(accounts, login, name, password, words):
    with pytest.raises(InvalidInput, match=words):
        await accounts.add(login, name, Role.AGENT, password)
    assert not await accounts.has_users()


async def test_five_failures_lock_the_login_for_a_quarter_of_an_hour(door, accounts):
    await door.person()
    await guess(accounts, times=5)
    await guess(accounts, PASSWORD)
    door.desk.clock.turn(minutes=14, seconds=59)
    await guess(accounts, PASSWORD)
    door.desk.clock.turn(seconds=2)
    assert await accounts.sign_in("wang", PASSWORD)


async def test_four_failures_are_forgotten_after_a_success(door, accounts):
    await door.person()
    await guess(accounts, times=4)
    await accounts.sign_in("wang", PASSWORD)
    await guess(accounts, times=4)
    assert await accounts.sign_in("wang", PASSWORD)


async def test_guesses_sent_side_by_side_all_count(door, accounts):
    await door.person()
    verified = []
    inner = accounts._hasher.verify

    async def watched(password_hash, password):
        verified.append(password_hash == user_hash)
        return await inner(password_hash, password)

    user_hash = (await accounts_user(door)).password_hash
    accounts._hasher.verify = watched
    guesses = (accounts.sign_in("wang", f"guess number {number}") for number in range(12))
    answers = await asyncio.gather(*guesses, return_exceptions=True)
    assert all(isinstance(answer, NotSignedIn) for answer in answers)
    assert sum(verified) == 5


async def accounts_user(door):
    async with door.desk.units() as uow:
        return await uow.people.by_login("wang")


async def test_who_was_deactivated_is_out_at_once(door, accounts):
    await door.person()
    token = await accounts.sign_in("wang", PASSWORD)
    async with door.desk.units() as uow:
        (await uow.people.by_login("wang")).active = False
        await uow.commit()
    with pytest.raises(NotSignedIn):
        await accounts.who(token)
    await guess(accounts, PASSWORD)
