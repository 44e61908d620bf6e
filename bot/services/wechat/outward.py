"""Everything that goes out to WeChat: the sending, what agents see of it, and what goes on by itself."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Self

from bot.services.ports import Clock, Units
from bot.services.pressure import Pressure
from bot.services.wechat.carrying import Carrier
from bot.services.wechat.delivering import Deliveries
from bot.services.wechat.dispatching import Dispatcher
from bot.services.wechat.pauses import Pauses
from bot.services.wechat.shutting import ShuttingWindows
from bot.services.wechat.signs import WechatSigns
from bot.services.wechat.typing_signs import TypingSigns

LOOK_SECONDS = 1.0
SELDOM_SECONDS = 60.0


@dataclass(frozen=True)
class Outward:
    """What a desk process does for its customers in WeChat."""

    carriers: Mapping[str, Carrier]
    dispatcher: Dispatcher
    signs: WechatSigns
    shutting: ShuttingWindows
    pauses: Pauses
    typing: TypingSigns | None = None

    @classmethod
    def of(
        cls,
        units: Units,
        reading: Units,
        clock: Clock,
        carriers: Mapping[str, Carrier],
        show_typing: Callable[[str], Awaitable[None]] | None = None,
        *,
        pressure: Pressure | None = None,
    ) -> Self:
        """Put together; `carriers` by channel, `show_typing` shows a follower that somebody writes.

        What goes out lets what comes in go first (`pressure`).
        """
        terms = {channel: carrier.terms for channel, carrier in carriers.items()}
        pauses = Pauses()
        deliveries = Deliveries(units, reading, clock, carriers, pauses)
        return cls(
            carriers,
            Dispatcher(deliveries, reading, clock, pressure or Pressure()),
            WechatSigns(reading, terms, clock),
            ShuttingWindows(units, reading, clock, terms),
            pauses,
            TypingSigns(reading, clock, show_typing) if show_typing else None,
        )

    async def stop(self) -> None:
        """Begin nothing more."""
        if self.typing is not None:
            await self.typing.stop()
        await self.dispatcher.stop()

    def rounds(self) -> tuple[tuple[float, Callable[[], Awaitable[object]]], ...]:
        """What is done again and again, each with the seconds in between."""
        return (
            (LOOK_SECONDS, self.dispatcher.look),
            (SELDOM_SECONDS, self.dispatcher.catch_up),
            (SELDOM_SECONDS, self.shutting.look),
        )
