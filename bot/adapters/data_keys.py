"""The desk's data keys as its settings name them: which one seals, which ones open, which is the root."""

from pydantic import SecretStr

from bot.adapters.database.sealing import Sealer, key_bytes
from bot.domain.errors import ConfigurationError
from bot.settings import Settings


def sealer_of(settings: Settings) -> Sealer:
    """Seals with KESU_DATA_KEY, opens with the next and the last one too; ConfigurationError."""
    if settings.data_key_before is not None and settings.lookup_key is None:
        raise ConfigurationError(
            "设置了 KESU_DATA_KEY_BEFORE，却没有 KESU_LOOKUP_KEY：请把它设为最早使用的数据密钥"
            "（第一次更换时就是 KESU_DATA_KEY_BEFORE 的值），见 docs/privacy.md"
        )
    others = [_text(key) for key in (settings.data_key_next, settings.data_key_before) if key is not None]
    root = None if settings.lookup_key is None else _text(settings.lookup_key)
    return Sealer.from_base64(_main(settings), *others, root=root)


def root_key(settings: Settings) -> bytes:
    """The key from which look-up hashes, visitors' tokens and signatures are derived: the first data key."""
    return key_bytes(_main(settings) if settings.lookup_key is None else _text(settings.lookup_key))


def _main(settings: Settings) -> str:
    if settings.data_key is None:
        raise ConfigurationError("缺少 KESU_DATA_KEY：请先执行 make up，或在环境变量中给出。")
    return _text(settings.data_key)


def _text(key: SecretStr) -> str:
    return key.get_secret_value()
