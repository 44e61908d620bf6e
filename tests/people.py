"""People of a test desk: added on first mention, with the roles and positions that a test gives them."""

from bot.domain.people import Role, User


async def person(desk, login, role=Role.AGENT, department=None, positions=()):
    """Somebody with a login at this desk."""
    user = User(login, login, login, role, "hash", desk.clock.now(), department=department)
    async with desk.units() as uow:
        uow.people.add(user)
        await uow.commit()
    async with desk.units() as uow:
        for position in positions:
            await uow.people.give(login, position)
        await uow.commit()
    return user
