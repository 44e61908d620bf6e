"""Which archive is live, for commands that run beside a desk or without one."""

from contextlib import suppress
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.database.sealing import Sealer, new_key
from bot.adapters.database.unit_of_work import Database
from bot.adapters.model_files import chosen_model, find_archive
from bot.domain.errors import KesuError
from bot.domain.model import LiveModel
from bot.services.live_at_start import AT_START
from bot.settings import Settings


async def live_or_newest(settings: Settings) -> Path | None:
    """KESU_MODEL if it is set (ConfigurationError when it is missing), else the live model, else the newest.

    A database that isn't there, or is older than the models' tables, has no live model.
    """
    live = None if settings.model else await _live(settings)
    return _archive(settings, live) or chosen_model(settings)


async def next_at_start(settings: Settings) -> Path | None:
    """The model with which the next `kesu up` begins: as above, but the newest while nobody promoted any."""
    live = None if settings.model else await _live(settings)
    newest = chosen_model(settings)
    return newest if live is None or live.by == AT_START else _archive(settings, live) or newest


def _archive(settings: Settings, live: LiveModel | None) -> Path | None:
    return find_archive(settings, live.model) if live and live.model else None


async def _live(settings: Settings) -> LiveModel | None:
    if not _may_exist(settings):
        return None
    # Which one is live is not sealed: no key is needed, and a command may have none.
    database = Database(settings.database_url, Sealer.from_base64(new_key()))
    try:
        with suppress(SQLAlchemyError, KesuError, OSError):
            async with database.reading_units()() as uow:
                return await uow.models.live()
    finally:
        await database.close()
    return None


def _may_exist(settings: Settings) -> bool:
    """Whether there is a database file: looking must not make one. Servers are asked."""
    url = make_url(settings.database_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()
