"""What a case adds to the database from its acceptance to its end, by the desk's own services.

The life of tests/life.py: investigated, sent to the department, its first solution refused and its second
agreed to, carried out, the customer visited twice, closed.
"""

from bot.adapters.database import schema
from bot.adapters.database.sealing import Sealer, new_key
from bot.adapters.database.unit_of_work import Database
from bot.adapters.live import NobodyWatches
from bot.domain.people import Role
from pairs import Shared
from table_sizes import Sizes, grown, sizes
from tests import databases
from tests.desks import make_desk
from tests.life import Life, closed, complain
from tests.people import person


async def case_life(common: Shared) -> tuple[Sizes, Sizes]:
    """What the complaint added by itself, and what complaint and life add together."""
    found = []
    for number, live in enumerate((_accepted, closed)):
        name = f"life_{number}"
        await databases.run_on_server(common.server, f"CREATE DATABASE {name}")
        where = common.server.set(database=name)
        url = where.render_as_string(hide_password=False)
        await schema.upgrade(url)
        database = Database(url, sealer := Sealer.from_base64(new_key()))
        try:
            desk = make_desk(database.units(NobodyWatches()), sealer)
            life, li = Life(desk), await person(desk, "li")
            zhao = await person(desk, "zhao", Role.DEPARTMENT, "responsible")
            before = await sizes(where, packed=False)
            await live(life, li, zhao)
            found.append(grown(before, await sizes(where, packed=False), 1))
        finally:
            await database.close()
    return found[0], found[1]


async def _accepted(life: Life, li: object, zhao: object) -> None:
    del li, zhao
    life.begin("02-13", "16:30")
    await complain(life.desk)
