"""What a backup has to know of the desk's database that it copied, whatever revision that is of."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.adapters.database.schema import knows
from bot.domain.errors import ConfigurationError

Column = Callable[[str, str], Awaitable[Sequence[Any]]]  # all values of a table's column; none without table


@dataclass(frozen=True)
class Facts:
    """The database's revision, the ids of the data keys it was written with, those of the files it knows."""

    revision: str
    key_ids: frozenset[str]
    files: frozenset[str]


async def facts_of(column: Column) -> Facts:
    """Read them. ConfigurationError when it is no database of a desk, or a newer program's."""
    revisions = await column("alembic_version", "version_num")
    if not revisions:
        raise ConfigurationError("数据库里没有客诉台的表：没有可以备份的，请检查 KESU_DATABASE_URL。")
    revision = str(revisions[0])
    if not knows(revision):
        raise ConfigurationError(
            f"数据库是更新版本的程序写的（{revision}），现在的程序不能备份它：请用那个版本备份。"
        )
    # Before an id may stand what else the key is for.
    keys = frozenset(str(key).rpartition(":")[2] for key in await column("data_keys", "key_id"))
    return Facts(revision, keys, frozenset(await column("attachments", "id")))
