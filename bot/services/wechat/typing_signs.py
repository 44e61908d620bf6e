"""Shows a follower of the 公众号 that somebody of the desk is writing to them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.domain.wechat_accounts import OFFICIAL
from bot.services.ports import Clock, Units

SHOWN_FOR = timedelta(seconds=10)  # WeChat takes the sign away after 15 s
_REMEMBERED = 1000


class TypingSigns:
    """`show` gets the openid; what goes wrong with a sign is nobody's business."""

    def __init__(self, reading: Units, clock: Clock, show: Callable[[str], Awaitable[None]]) -> None:
        self._reading, self._clock, self._show = reading, clock, show
        self._shown: dict[str, datetime] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    def agent_types(self, conversation_id: str) -> None:
        """An agent is writing in this conversation, of whatever channel; never blocks."""
        now = self._clock.now()
        last = self._shown.get(conversation_id)
        if last is not None and now < last + SHOWN_FOR:
            return
        if len(self._shown) >= _REMEMBERED:
            self._shown = {one: at for one, at in self._shown.items() if now < at + SHOWN_FOR}
        self._shown[conversation_id] = now
        task = asyncio.create_task(self._tell(conversation_id), name=f"typing in {conversation_id}")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def idle(self) -> None:
        """Wait until nothing is being shown any more."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def stop(self) -> None:
        """Show nothing more."""
        for task in self._under_way:
            task.cancel()
        await self.idle()

    async def _tell(self, conversation_id: str) -> None:
        async with self._reading() as uow:
            conversation = await uow.conversations.get(conversation_id)
            if conversation.channel != OFFICIAL:
                return
            customer = await uow.customers.get(conversation.customer_id)
        await self._show(customer.external_id)
