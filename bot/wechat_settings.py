"""The settings of WeChat: of a 公众号 and of 微信客服 (docs/settings.md explains each).

They belong to bot/settings.py; bot/adapters/wechat/config.py makes accounts of them.
"""

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings

_HERE = ("127.0.0.1", "localhost", "::1")
_PERSON = re.compile(r"[^\s:]+:[^\s:]+")


def _api(value: str) -> str:
    """The address of an API; over plain HTTP only on this machine, as secrets go there."""
    parts = urlsplit(value)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("应是接口的地址，如 https://api.weixin.qq.com")
    if parts.username or parts.password:
        raise ValueError("接口地址里不要写用户名和密码")
    if parts.scheme == "http" and parts.hostname not in _HERE:
        raise ValueError("接口地址要用 https（密钥会发到那里）")
    return value.rstrip("/")


def _servicers(value: str) -> str:
    if any(not _PERSON.fullmatch(one) for one in value.split()):
        raise ValueError("应是以空格分开的“登录名:企业微信账号”，如 wang:WangFang li:LiLei")
    return value


Api = Annotated[str, AfterValidator(_api)]
Count = Annotated[int, Field(ge=1, le=1000)]
Secret = SecretStr | None


class WechatSettings(BaseSettings):
    """What can be set about WeChat. Without an id the channel is off."""

    wechat_appid: str | None = None
    wechat_secret: Secret = None
    wechat_secret_file: Path | None = None
    wechat_token: Secret = None
    wechat_token_file: Path | None = None
    wechat_aes_key: Secret = None
    wechat_aes_key_file: Path | None = None
    wechat_aes_key_before: Secret = None
    wechat_aes_key_before_file: Path | None = None
    wechat_encrypted: bool = True
    wechat_menus: bool = False
    wechat_api: Api = "https://api.weixin.qq.com"
    wechat_fresh_s: Annotated[int, Field(ge=10, le=3600)] = 300
    wechat_passive_s: Annotated[float, Field(ge=0, le=4.5)] = 3.5
    wechat_quota: Count = 5
    wechat_quota_hours: Count = 48
    wechat_click_quota: Count = 3
    wechat_click_seconds: Annotated[int, Field(ge=1, le=172_800)] = 60
    wechat_text_bytes: Annotated[int, Field(ge=200, le=65_536)] = 2048
    wechat_template_progress: str | None = None
    wechat_template_rating: str | None = None
    wechat_subscribe_progress: str | None = None
    wechat_subscribe_rating: str | None = None
    wecom_corpid: str | None = None
    wecom_secret: Secret = None
    wecom_secret_file: Path | None = None
    wecom_token: Secret = None
    wecom_token_file: Path | None = None
    wecom_aes_key: Secret = None
    wecom_aes_key_file: Path | None = None
    wecom_aes_key_before: Secret = None
    wecom_aes_key_before_file: Path | None = None
    wecom_api: Api = "https://qyapi.weixin.qq.com"
    wecom_welcome: bool = True
    wecom_servicers: Annotated[str, AfterValidator(_servicers)] = ""
