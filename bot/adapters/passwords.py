"""Password hashes with Argon2id, away from the event loop."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2  # hashes under way: each takes 64 MiB and a good part of a core for some 50 ms


class Argon2Passwords:
    """Hashes and verifies passwords (services.accounts.Passwords), with the library's recommended cost."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        """The salted hash to store, with its parameters."""
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password_hash: str, password: str) -> bool:
        """Whether `password` made this hash; a damaged hash fits no password."""
        async with self._slots:
            return await asyncio.to_thread(self._fits, password_hash, password)

    def _fits(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
