"""Password hashes."""

from argon2 import PasswordHasher

from bot.adapters.passwords import Argon2Passwords

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


async def test_a_password_fits_its_own_hash_and_no_other():
    passwords = Argon2Passwords(CHEAP)
    hashed = await passwords.hash("correct horse")
    assert await passwords.verify(hashed, "correct horse")
    assert not await passwords.verify(hashed, "battery staple")


async def test_the_same_password_hashes_differently_each_time():
    passwords = Argon2Passwords(CHEAP)
    assert await passwords.hash("correct horse") != await passwords.hash("correct horse")


async def test_a_damaged_hash_fits_nothing():
    assert not await Argon2Passwords(CHEAP).verify("$argon2id$damaged", "correct horse")
