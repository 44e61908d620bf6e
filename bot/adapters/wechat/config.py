"""The accounts of WeChat, made of the settings; secrets from the environment or from files of their owner."""

import base64
import binascii
import re
from pathlib import Path

from bot.domain.errors import ConfigurationError
from bot.domain.wechat_accounts import OfficialAccount, Wecom
from bot.settings import ROOT, Settings, variable

__all__ = ["OfficialAccount", "Wecom", "official_account", "wecom"]

_ID = re.compile(r"w[wx][0-9a-z]{16}")  # older corps begin with wx
_AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
_AES_BYTES = 32  # AES-256
_MOST_BYTES = 4096  # of a file with one secret in it


def official_account(settings: Settings) -> OfficialAccount | None:
    """The 公众号 that the settings describe, None without an appid; ConfigurationError names the setting."""
    app_id = _id(settings, "wechat_appid")
    if app_id is None:
        return None
    return OfficialAccount(
        app_id=app_id,
        secret=_needed(settings, "wechat_secret", "wechat_appid"),
        token=_token(settings, "wechat"),
        aes_keys=_aes_keys(settings, "wechat", needed=settings.wechat_encrypted),
        encrypted=settings.wechat_encrypted,
        api=settings.wechat_api,
        menus=settings.wechat_menus,
        fresh_s=settings.wechat_fresh_s,
        passive_s=settings.wechat_passive_s,
        quota=settings.wechat_quota,
        quota_hours=settings.wechat_quota_hours,
        click_quota=settings.wechat_click_quota,
        click_seconds=settings.wechat_click_seconds,
        text_bytes=settings.wechat_text_bytes,
        template_progress=settings.wechat_template_progress,
        template_rating=settings.wechat_template_rating,
        subscribe_progress=settings.wechat_subscribe_progress,
        subscribe_rating=settings.wechat_subscribe_rating,
    )


def wecom(settings: Settings) -> Wecom | None:
    """The WeCom corp that the settings describe, None without a corpid; ConfigurationError."""
    corp_id = _id(settings, "wecom_corpid")
    if corp_id is None:
        return None
    people = (one.partition(":") for one in settings.wecom_servicers.split())
    return Wecom(
        corp_id=corp_id,
        secret=_needed(settings, "wecom_secret", "wecom_corpid"),
        token=_token(settings, "wecom"),
        aes_keys=_aes_keys(settings, "wecom", needed=True),
        api=settings.wecom_api,
        welcome=settings.wecom_welcome,
        fresh_s=settings.wechat_fresh_s,
        quota=settings.wechat_quota,
        quota_hours=settings.wechat_quota_hours,
        text_bytes=settings.wechat_text_bytes,
        servicers=tuple((login, userid) for login, _, userid in people),
    )


def _id(settings: Settings, field: str) -> str | None:
    """The id of an account. Secrets without one are a slip of the pen, not a channel that is off."""
    found: str | None = getattr(settings, field)
    kind = field.partition("_")[0]
    if found is not None:
        if not _ID.fullmatch(found.strip()):
            begins = "wx" if kind == "wechat" else "ww"
            raise ConfigurationError(
                f"{variable(field)} 应是 {begins} 开头的 18 个字符：请从平台页面上重新复制"
            )
        return found.strip()
    for other in ("secret", "token", "aes_key"):
        if _secret(settings, f"{kind}_{other}") is not None:
            raise ConfigurationError(
                f"设置了 {variable(f'{kind}_{other}')}，还缺少 {variable(field)}（见 docs/settings.md）"
            )
    return None


def _needed(settings: Settings, field: str, because: str) -> str:
    found = _secret(settings, field)
    if found is None:
        raise ConfigurationError(
            f"设置了 {variable(because)}，还缺少 {variable(field)}"
            f"（也可以写在文件里，用 {variable(field)}_FILE 指明；见 docs/settings.md）"
        )
    return found


def _token(settings: Settings, kind: str) -> str:
    """What callbacks are signed with: 3 to 32 letters and digits, as the platform's page takes it."""
    field = f"{kind}_token"
    token = _needed(settings, field, f"{kind}_{'appid' if kind == 'wechat' else 'corpid'}")
    if not re.fullmatch(r"[A-Za-z0-9]{3,32}", token):
        raise ConfigurationError(
            f"{variable(field)} 应是 3 到 32 个英文字母或数字，和平台页面上填的 Token 一样"
        )
    return token


def _aes_keys(settings: Settings, kind: str, *, needed: bool) -> tuple[str, ...]:
    """The current key and, while it is being changed, the one before."""
    because = f"{kind}_{'appid' if kind == 'wechat' else 'corpid'}"
    now, before = f"{kind}_aes_key", f"{kind}_aes_key_before"
    current = _needed(settings, now, because) if needed else _secret(settings, now)
    older = _secret(settings, before)
    if older is not None and current is None:
        raise ConfigurationError(f"设置了 {variable(before)}，还缺少 {variable(now)}")
    keys = [(field, key) for field, key in ((now, current), (before, older)) if key is not None]
    for field, key in keys:
        _check_key(field, key)
    return tuple(dict.fromkeys(key for _, key in keys))


def _check_key(field: str, key: str) -> None:
    try:
        usable = _AES_KEY.fullmatch(key) is not None and len(base64.b64decode(f"{key}=")) == _AES_BYTES
    except binascii.Error:
        usable = False
    if not usable:
        raise ConfigurationError(
            f"{variable(field)} 应是 43 个英文字母或数字（EncodingAESKey），现在是 {len(key)} 个字符："
            "请从平台页面上重新复制"
        )


def _secret(settings: Settings, field: str) -> str | None:
    """A secret from its variable or its file; ConfigurationError for both at once."""
    given, path = getattr(settings, field), getattr(settings, f"{field}_file")
    if path is None:
        return given.get_secret_value().strip() if given is not None else None
    if given is not None:
        raise ConfigurationError(f"{variable(field)} 和 {variable(field)}_FILE 只能设置一个")
    return _from_file(f"{variable(field)}_FILE", ROOT / path.expanduser())


def _from_file(name: str, path: Path) -> str:
    try:
        if path.stat().st_mode & 0o077:
            raise ConfigurationError(
                f"{name} 指的 {path} 可被其他用户读取，里面是密钥：请执行 chmod 600 {path}"
            )
        text = path.read_bytes()[:_MOST_BYTES].decode().strip()
    except OSError as problem:
        raise ConfigurationError(
            f"{name} 指的 {path} 读不了（{problem.strerror}）：请检查路径和权限"
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{name} 指的 {path} 不是文本文件") from None
    if not text or len(text.split()) != 1:
        raise ConfigurationError(f"{name} 指的 {path} 里应只有一行密钥")
    return text
