"""What WeChat answers when something goes wrong: a branch of the one error tree.

Each class says what happens next, not what went wrong in detail; `code` is Tencent's own number for that
(None where nobody answered), the message the Chinese sentence for whoever has to do something about it.
Neither ever holds a token, a secret, an openid or a customer's words.
"""

from bot.domain.errors import KesuError


class WechatError(KesuError):
    """WeChat didn't do what it was asked for."""

    key = "wechat"
    status = 502

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class WechatRefused(WechatError):
    """It never will, as it was asked: it isn't sent again."""

    key = "wechat_refused"


class WindowClosed(WechatError):
    """The customer's last message is too long ago: it waits for their next one."""

    key = "wechat_window_closed"


class WrongState(WindowClosed):
    """微信客服: the session isn't one in which the desk may write; a customer's message opens it again."""

    key = "wechat_wrong_state"


class QuotaSpent(WechatError):
    """All messages that may follow the customer's last one were sent: it waits for their next one."""

    key = "wechat_quota_spent"


class DailyQuota(WechatError):
    """The account's calls of this day are used up: everything waits until midnight (Beijing)."""

    key = "wechat_daily_quota"


class TryLater(WechatError):
    """It was certainly not done, but may be in a while: busy, unreachable, too many calls in a minute."""

    key = "wechat_try_later"


class Unknown(WechatError):
    """It was sent and nobody knows whether it was done: never sent again on our own account."""

    key = "wechat_unknown"


class NotAllowedHere(WechatError):
    """The platform doesn't let this server's address in: people must add it there; an alarm, no retry."""

    key = "wechat_not_allowed_here"


class TokenTrouble(WechatError):
    """No access token is to be had, or none that is believed: people must look; an alarm, no retry."""

    key = "wechat_token_trouble"
