"""The desk's own secrets: made on the first run, kept in a file that only its owner can read."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.engine import make_url

from bot.adapters.database.sealing import Sealer, new_key
from bot.adapters.folders import make_private
from bot.adapters.papers.files import write_private
from bot.domain.errors import ConfigurationError
from bot.settings import Settings, variable

NAME = "secrets.env"
_FIELDS = ("data_key", "pair_secret")
KEYS = ("data_key", "data_key_next", "data_key_before", "lookup_key")
# Never made here, but they may be kept here.
_OF_WECHAT = tuple(
    f"{kind}_{field}"
    for kind in ("wechat", "wecom")
    for field in ("secret", "token", "aes_key", "aes_key_before")
)
_OF_OTHERS = (
    *KEYS[1:],
    "smtp_password",
    "sms_secret",
    "asr_secret",
    "identity_secret",
    "oidc_client_secret",
    *_OF_WECHAT,
)


def with_secrets(settings: Settings) -> Settings:
    """`settings` with both secrets: from the environment, else from `var/secrets.env`, made if it is missing.

    The file may hold the secrets of other services too, like KESU_SMTP_PASSWORD.

    Raises ConfigurationError when others may read the file, when it is damaged, or when it is gone while
    the database that its key sealed is still there.
    """
    missing = [field for field in _FIELDS if getattr(settings, field) is None]
    path = settings.var / NAME
    if not missing and not path.exists():
        return settings
    kept = _read(path) if path.exists() else _create(settings, path)
    unknown = [variable(field) for field in missing if not kept.get(variable(field))]
    if unknown:
        raise ConfigurationError(
            f"{path} 中缺少 {'、'.join(unknown)}：请放回另存的那一份，或在环境变量中给出"
        )
    given = [field for field in _OF_OTHERS if getattr(settings, field) is None and kept.get(variable(field))]
    return settings.having(**{field: SecretStr(kept[variable(field)]) for field in (*missing, *given)})


def with_kept_secrets(settings: Settings) -> Settings:
    """`settings` with every secret that the file holds and the environment doesn't give; none is made."""
    path = settings.var / NAME
    kept = _read(path) if path.exists() else {}
    fields = [field for field in (*_FIELDS, *_OF_OTHERS) if getattr(settings, field) is None]
    return settings.having(
        **{field: SecretStr(kept[variable(field)]) for field in fields if kept.get(variable(field))}
    )


def data_key_ids(settings: Settings) -> frozenset[str]:
    """The ids of all secrets that may be a data key: while it is being changed, there are several."""
    secrets_given = (getattr(settings, field) for field in type(settings).model_fields)
    found = set()
    for secret in secrets_given:
        if isinstance(secret, SecretStr):
            with suppress(ConfigurationError):  # a password, a token …
                found.add(Sealer.from_base64(secret.get_secret_value()).key_id)
    return frozenset(found)


def keys_now(settings: Settings) -> Settings | None:
    """`settings` with the data keys that stand in the file now; None where the environment gives them."""
    path = settings.var / NAME
    if variable("data_key") in os.environ or not path.exists():
        return None
    kept = _read(path)
    if not kept.get(variable("data_key")):
        return None
    found = {field: kept.get(variable(field)) for field in KEYS}
    return settings.having(**{field: SecretStr(key) if key else None for field, key in found.items()})


def write_keys(settings: Settings, keys: Mapping[str, str | None]) -> None:
    """Put data keys into the file, or take them out (None); other lines stay. It is whole at any time."""
    path = settings.var / NAME
    changed = {variable(field): key for field, key in keys.items()}
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.partition("=")[0].strip() not in changed]
    new = [f"{name}={key}" for name, key in changed.items() if key is not None]
    write_private(path, "".join(f"{line}\n" for line in (*kept, *new)).encode())


def _read(path: Path) -> dict[str, str]:
    if path.stat().st_mode & 0o077:
        raise ConfigurationError(f"{path} 可被其他用户读取，里面是密钥：请执行 chmod 600 {path}")
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line.strip() and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _create(settings: Settings, path: Path) -> dict[str, str]:
    if settings.data_key is None and _database_exists(settings):
        raise ConfigurationError(
            f"找不到 {path}，而数据库已存在：新密钥无法读取已加密的数据。"
            "请放回另存的那一份，或设置 KESU_DATA_KEY"
        )
    made = {
        "KESU_DATA_KEY": new_key(),
        "KESU_PAIR_SECRET": secrets.token_urlsafe(32),
    }
    made = {variable(field): made[variable(field)] for field in _FIELDS if getattr(settings, field) is None}
    make_private(path.parent)
    text = "# 本文件含密钥：请另存一份，不要和数据库的备份放在一起，不要外传。\n" + "".join(
        f"{name}={value}\n" for name, value in made.items()
    )
    # O_EXCL: of two first runs at once, one wins, and nothing is ever overwritten.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return made


def _database_exists(settings: Settings) -> bool:
    """Whether there is a database file, which an older key may have sealed; servers are not asked."""
    url = make_url(settings.database_url)
    return url.get_backend_name() == "sqlite" and bool(url.database) and Path(str(url.database)).is_file()
