"""The callbacks of a 公众号 as its door takes them: opened, read, answered (official_door.py)."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from bot.adapters.wechat.protocol import Envelope, parse, text_reply
from bot.domain.wechat_accounts import OfficialAccount
from bot.domain.wechat_inbound import Inbound


class OfficialCallbacks:
    """Callbacks of one account; `Malformed` for whatever is wrong with one."""

    def __init__(self, account: OfficialAccount) -> None:
        self._envelope = Envelope(
            account.token, account.app_id, account.aes_keys, account.fresh_s, account.encrypted
        )

    def echo(self, query: Mapping[str, str], now: datetime) -> str:
        """What to answer when WeChat asks whether this address is ours."""
        return self._envelope.check_url(query, now)

    def read(self, query: Mapping[str, str], body: bytes, now: datetime) -> tuple[Inbound, int | None]:
        """What was posted, and the number of the key that opened it."""
        opened = self._envelope.open(query, body, now)
        return parse(opened.xml), opened.key_index

    def reply(self, inbound: Inbound, text: str, key: int | None, now: datetime) -> str:
        """The body that answers it with a text, sealed with the same key."""
        return self._envelope.seal(
            text_reply(inbound, text, now),
            str(int(now.timestamp())),
            str(secrets.randbelow(10**10)),
            key_index=key,
            random16=secrets.token_bytes(16),
        )
