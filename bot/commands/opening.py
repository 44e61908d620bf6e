"""The case database, opened for one short command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.adapters.data_keys import sealer_of
from bot.adapters.database.schema import upgrade
from bot.adapters.database.unit_of_work import Database
from bot.adapters.folders import make_private
from bot.domain.errors import ConfigurationError
from bot.settings import Settings


async def upgrade_database(settings: Settings) -> None:
    """Create the database or bring it up to date, and the folder for it. Raises ConfigurationError."""
    try:
        make_private(settings.var)
    except OSError as problem:
        raise ConfigurationError(
            f"不能创建 {settings.var}（{problem.strerror}）：请检查 KESU_VAR"
        ) from problem
    await upgrade(settings.database_url)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The database, closed afterwards; it must be up to date, and the settings must hold the data key."""
    database = Database(settings.database_url, sealer_of(settings))
    try:
        await database.confirm_key()
        yield database
    finally:
        await database.close()
