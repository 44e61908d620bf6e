"""What is taken out at the terminal is written into the audit log, as it is at the console."""

from collections.abc import Mapping

from bot.adapters.clock import SystemClock
from bot.adapters.live import NobodyWatches
from bot.commands.opening import opened
from bot.domain.errors import NotFound
from bot.services import audit
from bot.services.papers import Papers
from bot.settings import Settings


async def note_taken(
    papers: Papers, deed: str, object: str, details: Mapping[str, object], by: str | None
) -> None:
    """Write it down before it is handed out; `by` is a login, None: the terminal itself. NotFound."""
    async with papers.units() as uow:
        person = await uow.people.by_login(by) if by is not None else None
        if by is not None and person is None:
            raise NotFound(f"没有登录名 {by}。")
        actor = person.id if person else audit.TERMINAL
        await audit.record(uow, actor, deed, object, details, now=papers.clock.now())
        await uow.commit()


async def note_at_terminal(settings: Settings, deed: str, object: str, details: Mapping[str, object]) -> None:
    """Write down what was done with the whole desk; the database must be of this program's revision."""
    async with opened(settings) as database, database.units(NobodyWatches())() as uow:
        await audit.record(uow, audit.TERMINAL, deed, object, details, now=SystemClock().now())
        await uow.commit()
