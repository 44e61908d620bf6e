"""The callbacks of WeCom as the door of 微信客服 takes them (kf_door.py); they are always encrypted."""

from collections.abc import Mapping
from datetime import datetime

from bot.adapters.wechat.protocol import Envelope, kf_doorbell
from bot.domain.wechat_accounts import Wecom
from bot.domain.wechat_inbound import KfDoorbell


class KfCallbacks:
    """Callbacks of one corp; `Malformed` for whatever is wrong with one."""

    def __init__(self, account: Wecom) -> None:
        self._envelope = Envelope(account.token, account.corp_id, account.aes_keys, account.fresh_s)

    def echo(self, query: Mapping[str, str], now: datetime) -> str:
        """What to answer when WeCom asks whether this address is ours."""
        return self._envelope.check_url(query, now)

    def read(self, query: Mapping[str, str], body: bytes, now: datetime) -> KfDoorbell | None:
        """Whose messages are to be fetched; None for a callback about something else."""
        return kf_doorbell(self._envelope.open(query, body, now).xml)
