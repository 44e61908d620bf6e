"""The browsers in which a person is signed in: seen, and signed out from elsewhere."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import NotFound
from bot.domain.people import User
from bot.services import audit
from bot.services.one_time import token_hash
from bot.services.ports import Clock, Units


@dataclass(frozen=True)
class SignedIn:
    """A browser; `here` is the one that asks."""

    id: str
    since: datetime
    seen_at: datetime
    browser: str
    address: str
    here: bool


class Browsers:
    """Shows and ends one's own sign-ins."""

    def __init__(self, units: Units, clock: Clock, *, reading: Units | None = None) -> None:
        self._units, self._clock, self._reading = units, clock, reading or units

    async def of(self, user: User, token: str) -> list[SignedIn]:
        """Where this person is signed in, this browser (`token`) first, then the last seen."""
        here, now = token_hash(token), self._clock.now()
        async with self._reading() as uow:
            found = [
                one for one in await uow.people.sign_ins(user.id) if one.expires_at > now and not one.waits
            ]
        rows = [
            SignedIn(
                one.id, one.created_at, one.seen_at or one.created_at, one.browser, one.address,
                one.token_hash == here,
            )
            for one in found
        ]  # fmt: skip
        return sorted(rows, key=lambda row: not row.here)

    async def end(self, user: User, id: str) -> None:
        """Sign one of one's own browsers out; NotFound for anybody else's."""
        async with self._units() as uow:
            found = next((one for one in await uow.people.sign_ins(user.id) if one.id == id), None)
            if found is None:
                raise NotFound("没有这个登录，可能已经退出了。")
            await uow.people.end_sign_in(found.token_hash)
            await audit.record(
                uow, user.id, "signed_out", f"user:{user.login}", {"browsers": 1}, now=self._clock.now()
            )
            await uow.commit()

    async def end_others(self, user: User, token: str) -> None:
        """Sign out everywhere but here."""
        here = token_hash(token)
        async with self._units() as uow:
            others = [one for one in await uow.people.sign_ins(user.id) if one.token_hash != here]
            for one in others:
                await uow.people.end_sign_in(one.token_hash)
            await audit.record(
                uow, user.id, "signed_out", f"user:{user.login}", {"browsers": len(others)},
                now=self._clock.now(),
            )  # fmt: skip
            await uow.commit()
