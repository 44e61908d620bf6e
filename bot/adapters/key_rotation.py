"""Changes the data key step by step; `var/secrets.env` says at any time which step comes next.

1. A new key is written beside the old one (KESU_DATA_KEY_NEXT): desks that run hear of it, and open with it.
2. It takes over (KESU_DATA_KEY), the old one stays as KESU_DATA_KEY_BEFORE: desks seal with the new one.
3. What the old one sealed is sealed anew, until a pass finds nothing; then the old key is taken out.
"""

import asyncio
from collections.abc import Callable

from bot.adapters.data_keys import sealer_of
from bot.adapters.database import resealing
from bot.adapters.database.sealing import Sealer, new_key
from bot.adapters.database.unit_of_work import Database
from bot.adapters.secrets_file import keys_now, write_keys
from bot.domain.errors import ConfigurationError
from bot.settings import Settings

HEARD_SECONDS = 6.0  # three times as long as a desk takes to hear of a change of the file

_BY_HAND = (
    "数据密钥是由环境变量给出的，请先换上新的再执行：KESU_DATA_KEY 设为新密钥（openssl rand -base64 32），"
    "KESU_DATA_KEY_BEFORE 设为原来的密钥，KESU_LOOKUP_KEY 设为最早使用的密钥（第一次更换时就是原来的密钥），"
    "重启全部进程。"
)


class KeyRotation:
    """One change of the key; begun again after an interruption it goes on where it was."""

    def __init__(self, settings: Settings, say: Callable[[str], None], wait: float = HEARD_SECONDS) -> None:
        self._settings, self._say, self._wait = settings, say, wait
        self._in_file = keys_now(settings) is not None

    async def run(self) -> int:
        """Do what is left to do; how many rows were sealed anew. ConfigurationError: what to set first."""
        settings = keys_now(self._settings) or self._settings
        if settings.data_key_before is None:
            settings = await self._take_over(await self._announce(settings))
        database = Database(settings.database_url, sealer_of(settings))
        try:
            await database.confirm_key()
            await resealing.begin(database.engine, database.sealer, database.sealer.key_id)
            rows = await self._reseal(database)
            await resealing.end(database.engine, database.sealer)
        finally:
            await database.close()
        if self._in_file:
            write_keys(settings, {"data_key_before": None})
        return rows

    async def _announce(self, settings: Settings) -> Settings:
        if not self._in_file:
            raise ConfigurationError(_BY_HAND)
        if settings.data_key_next is None:
            write_keys(settings, {"data_key_next": new_key()})
            self._say("新密钥已写入 secrets.env，等运行中的进程读到它…")
            await asyncio.sleep(self._wait)
        return self._again()

    async def _take_over(self, settings: Settings) -> Settings:
        """The database knows the new key before anything is sealed with it."""
        old, new = settings.data_key, settings.data_key_next
        if old is None or new is None:
            raise ConfigurationError(_BY_HAND)
        database = Database(settings.database_url, sealer_of(settings))
        try:
            await database.confirm_key()
            key_id = Sealer.from_base64(new.get_secret_value()).key_id
            await resealing.begin(database.engine, database.sealer, key_id)
        finally:
            await database.close()
        root = settings.lookup_key or old
        keys = {"data_key": new, "data_key_before": old, "data_key_next": None, "lookup_key": root}
        write_keys(settings, {name: key.get_secret_value() if key else None for name, key in keys.items()})
        self._say("新密钥已启用；原来的密钥仍可解密，请等到重新加密完成。")
        await asyncio.sleep(self._wait)
        return self._again()

    async def _reseal(self, database: Database) -> int:
        rows = 0
        while done := await resealing.reseal_all(
            database.engine, database.sealer, lambda table, count: self._say(f"  {table}：{count} 行")
        ):
            rows += done
        return rows

    def _again(self) -> Settings:
        settings = keys_now(self._settings)
        if settings is None:
            raise ConfigurationError("secrets.env 不见了，或里面没有 KESU_DATA_KEY：请从备份恢复。")
        return settings
