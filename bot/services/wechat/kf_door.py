"""The door of 微信客服: WeCom rings, and the desk fetches what there is to fetch."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from bot.domain.wechat_inbound import KfDoorbell
from bot.services.ports import Clock


class Doorbells(Protocol):
    """How a corp's callbacks are signed and sealed; each raises Malformed for what is wrong."""

    def echo(self, query: Mapping[str, str], now: datetime) -> str:
        """What to answer when WeCom asks whether this address is ours."""

    def read(self, query: Mapping[str, str], body: bytes, now: datetime) -> KfDoorbell | None:
        """Whose messages are to be fetched; None for a callback about something else."""


class KfDoor:
    """`ring` is told the account and the token with which its messages are to be fetched."""

    def __init__(self, doorbells: Doorbells, ring: Callable[[str, str], None], clock: Clock) -> None:
        self._doorbells, self._ring, self._clock = doorbells, ring, clock

    def echo(self, query: Mapping[str, str]) -> str:
        """The answer to the question whether this address is ours; Malformed."""
        return self._doorbells.echo(query, self._clock.now())

    def receive(self, query: Mapping[str, str], body: bytes) -> None:
        """Take note of a callback; Malformed. It holds no message: nothing is lost if it is."""
        doorbell = self._doorbells.read(query, body, self._clock.now())
        if doorbell is not None:
            self._ring(doorbell.open_kfid, doorbell.token)
