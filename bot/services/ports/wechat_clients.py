"""What the services need from WeChat's own servers.

Every call may raise the classes of bot/domain/wechat_errors.py and nothing else. Calls that change nothing
are tried again a few times; what reaches a customer is sent once, and `Unknown` says that nobody knows.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol


class Download(NamedTuple):
    """A file on its way here: what the server calls its type (not to be believed), and its bytes."""

    content_type: str
    chunks: AsyncIterator[bytes]


class ApiQuota(NamedTuple):
    """Calls of one endpoint in a day: allowed, made, left."""

    daily: int
    used: int
    left: int


class OfficialClient(Protocol):
    """The API of a 公众号."""

    async def send_text(self, openid: str, text: str) -> None:
        """Send a text as customer-service message, at most 2048 bytes of UTF-8."""

    async def send_menu(
        self, openid: str, head: str, choices: Sequence[tuple[str, str]], tail: str = ""
    ) -> None:
        """Send a msgmenu: pairs of id and words; WechatRefused (40200) where it isn't allowed."""

    async def send_image(self, openid: str, media_id: str) -> None:
        """Send a picture that was uploaded in the last 3 days."""

    async def typing(self, openid: str, *, on: bool) -> None:
        """Show 「对方正在输入」 for up to 15 s, or stop; what goes wrong with it is nobody's business."""

    async def send_template(
        self, openid: str, template_id: str, data: Mapping[str, str], *, url: str = "", key: str = ""
    ) -> str:
        """Send a template message; its msgid comes back in TEMPLATESENDJOBFINISH.

        The same `key` (at most 32 characters) is taken once only, so that it may be sent again.
        """

    async def send_subscribe(
        self, openid: str, template_id: str, data: Mapping[str, str], *, page: str = ""
    ) -> None:
        """Send a subscription message; WechatRefused (43101) when it was declined or is used up."""

    def media(self, media_id: str) -> AbstractAsyncContextManager[Download]:
        """What a customer sent, while the block runs. Limits of size are up to whoever reads it."""

    async def upload_image(self, content: bytes, content_type: str) -> str:
        """Upload a picture (JPEG or PNG, at most 2 MB); its media_id, good for 3 days."""

    async def user_info(self, openid: str) -> str | None:
        """The unionid of a follower; None without one (account not bound to an open platform)."""

    async def callback_ips(self) -> tuple[str, ...]:
        """The addresses from which callbacks come."""

    async def check_token(self) -> None:
        """Have a token issued anew by the platform: proves appid, secret and the list of addresses."""

    async def quota(self, path: str) -> ApiQuota:
        """How many calls of an endpoint, like /cgi-bin/message/custom/send, are left today."""


@dataclass(frozen=True)
class Page:
    """Messages of 微信客服 as they came, oldest first; go on with `next_cursor` while `has_more`."""

    messages: tuple[Mapping[str, Any], ...] = field(repr=False)
    next_cursor: str = field(repr=False)
    has_more: bool


class SessionState(NamedTuple):
    """Who has a 微信客服 session: 0 new, 1 bot, 2 queue, 3 human (`servicer`), 4 ended."""

    state: int
    servicer: str | None = None


class Servicer(NamedTuple):
    """Somebody who serves a 微信客服 account in WeCom, and whether they take customers now."""

    userid: str
    is_on_duty: bool


class KfAccount(NamedTuple):
    """A 微信客服 account of the corp."""

    open_kfid: str
    name: str


class KfClient(Protocol):
    """The API of 微信客服."""

    async def sync(self, cursor: str, token: str, limit: int = 1000, open_kfid: str = "") -> Page:
        """Messages since a cursor; without one, of the last 3 days. `token`: of a doorbell of 10 min."""

    async def send(self, open_kfid: str, external_userid: str, msgid: str, body: Mapping[str, Any]) -> None:
        """Send a message: `body` has its msgtype and what belongs to it.

        `msgid` (at most 32 of 0-9 a-z A-Z _ -) is taken once only: one that was sent counts as sent now.
        WrongState (95018), WindowClosed, QuotaSpent, WechatRefused.
        """

    async def send_on_event(self, code: str, msgid: str, body: Mapping[str, Any]) -> None:
        """Answer an event with its code, within 20 s and once: the welcome message."""

    async def state(self, open_kfid: str, external_userid: str) -> SessionState:
        """Who has the session."""

    async def change_state(
        self, open_kfid: str, external_userid: str, state: int, servicer: str | None = None
    ) -> str | None:
        """Hand the session on; a code to say something with (`send_on_event`), if there is one.

        WrongState for a move that isn't allowed, or to somebody who isn't on duty (95014).
        """

    async def servicers(self, open_kfid: str) -> tuple[Servicer, ...]:
        """Who serves an account."""

    async def customers(self, external_userids: Collection[str]) -> dict[str, str]:
        """The unionids of those customers who have one."""

    def media(self, media_id: str) -> AbstractAsyncContextManager[Download]:
        """What a customer sent, while the block runs."""

    async def upload_image(self, content: bytes, content_type: str) -> str:
        """Upload a picture (JPEG or PNG, at most 2 MB); its media_id, good for 3 days."""

    async def accounts(self) -> tuple[KfAccount, ...]:
        """The 微信客服 accounts that the secret may use."""

    async def callback_ips(self) -> tuple[str, ...]:
        """The addresses from which callbacks come; proves that this server may call at all."""

    async def check_token(self) -> None:
        """Have a token issued: proves corpid and secret."""
