"""People change their own password, on each database."""

import pytest

from bot.domain.errors import Conflict, InvalidInput, NotSignedIn
from tests.doors import PASSWORD, make_door

NEW = "another horse battery"


@pytest.fixture
def door(database, sealer):
    return make_door(database, sealer)


@pytest.fixture
async def accounts(door):
    """The accounts, with one login."""
    await door.person()
    return door.parts.accounts


async def refused(accounts, words, present=PASSWORD, new=NEW):
    with pytest.raises(InvalidInput, match=words):
        await accounts.change_password("wang", present, new)


async def test_the_new_password_counts_and_the_old_one_no_more(accounts):
    await accounts.change_password("wang", PASSWORD, NEW)
    assert await accounts.sign_in("wang", NEW)
    with pytest.raises(NotSignedIn):
        await accounts.sign_in("wang", PASSWORD)


async def test_all_other_browsers_are_signed_out(door, accounts):
    await door.person("li", "小李")
    mine = [await accounts.sign_in("wang", PASSWORD) for _ in range(2)]
    theirs = await accounts.sign_in("li", PASSWORD)
    kept = await accounts.change_password("wang", PASSWORD, NEW)
    for token in mine:
        with pytest.raises(NotSignedIn):
            await accounts.who(token)
    assert [(await accounts.who(token)).login for token in (kept, theirs)] == ["wang", "li"]


@pytest.mark.parametrize(
    ("new", "words"),
    [("123456789", "至少 10 个字符"), ("1" * 201, "最多 200 个字符"), (PASSWORD, "和现在的一样")],
)
async def test_an_unusable_new_password_is_refused(accounts, new, words):
    await refused(accounts, words, new=new)
    assert await accounts.sign_in("wang", PASSWORD)


async def test_guesses_at_the_present_password_lock_the_login(door, accounts):
    for _ in range(5):
        await refused(accounts, "现在的密码不对", present="a wrong guess")
    await refused(accounts, "现在的密码不对")
    with pytest.raises(NotSignedIn):
        await accounts.sign_in("wang", PASSWORD)
    door.desk.clock.turn(minutes=15, seconds=1)
    assert await accounts.change_password("wang", PASSWORD, NEW)


async def test_a_password_that_an_admin_resets_meanwhile_is_not_overwritten(door, accounts):
    """The admin is quicker than the hashing."""
    inner = accounts._hasher.hash
    user = (await door.parts.staff.find("wang")).user

    async def slow(password):
        accounts._hasher.hash = inner
        await door.parts.staff.reset_password(user.id, "given by the admin", by="root")
        return await inner(password)

    accounts._hasher.hash = slow
    with pytest.raises(Conflict, match="刚刚已经改过"):
        await accounts.change_password("wang", PASSWORD, NEW)
    assert await accounts.sign_in("wang", "given by the admin")
