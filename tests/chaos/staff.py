"""Agents for a desk whose database is there."""

from datetime import UTC, datetime

from bot.adapters.database.sealing import Sealer
from bot.adapters.database.unit_of_work import Database
from bot.adapters.live import NobodyWatches
from bot.adapters.passwords import Argon2Passwords
from bot.domain.people import Role, User
from tests.chaos.people import PASSWORD


async def employ(url, key, logins):
    """One of each name."""
    hashed = await Argon2Passwords().hash(PASSWORD)
    database = Database(url, Sealer.from_base64(key))
    async with database.units(NobodyWatches())() as uow:
        for login in logins:
            uow.people.add(User(login, login, login, Role.AGENT, hashed, datetime.now(UTC)))
        await uow.commit()
    await database.close()
