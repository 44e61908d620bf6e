"""The accounts through which customers write from WeChat, as the settings describe them.

A desk has at most one 公众号 and one WeCom corp (with any number of 微信客服 accounts). Quotas and times are
Tencent's of today and change over the years: every one of them is a setting.
"""

from dataclasses import dataclass, field

OFFICIAL, KF = "wechat", "kf"  # the channels
CHANNEL_TITLES = {OFFICIAL: "公众号", KF: "微信客服"}


@dataclass(frozen=True, kw_only=True)
class OfficialAccount:
    """A 公众号. `aes_keys`: the current one and, while it is being changed, the one before (43 characters).

    `fresh_s`: how old a callback may be, in seconds. `passive_s`: how long the callback waits for the bot.
    `quota` messages may be sent in `quota_hours` hours after a customer's message, `click_quota` in
    `click_seconds` after a click, a scan or a follow. `text_bytes`: the longest text, in bytes of UTF-8.
    `menus`: whether msgmenu is allowed (认证服务号). The templates are ids; None: it isn't configured.
    """

    app_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_keys: tuple[str, ...] = field(default=(), repr=False)
    encrypted: bool = True
    api: str = "https://api.weixin.qq.com"
    menus: bool = False
    fresh_s: int = 300
    passive_s: float = 3.5
    quota: int = 5
    quota_hours: int = 48
    click_quota: int = 3
    click_seconds: int = 60
    text_bytes: int = 2048
    template_progress: str | None = None
    template_rating: str | None = None
    subscribe_progress: str | None = None
    subscribe_rating: str | None = None


@dataclass(frozen=True, kw_only=True)
class Wecom:
    """A WeCom corp with 微信客服; `welcome`: whether the desk greets whoever opens the chat.

    `servicers`: the login of one of our agents and the WeCom userid of the same person.
    The other limits are the same as those of a 公众号.
    """

    corp_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_keys: tuple[str, ...] = field(default=(), repr=False)
    api: str = "https://qyapi.weixin.qq.com"
    welcome: bool = True
    fresh_s: int = 300
    quota: int = 5
    quota_hours: int = 48
    text_bytes: int = 2048
    servicers: tuple[tuple[str, str], ...] = ()
