"""What is said in the answer to WeChat's own call, if the bot is quick enough; decided once a message."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from bot.domain.conversation import Delivery, Owner
from bot.domain.errors import Conflict
from bot.domain.wechat_records import Chat, Decision, Way
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.wechat.carrying import Terms, goes_out
from bot.services.wechat.news import News
from bot.services.wechat.patience import Patience
from bot.services.wechat.pauses import Pauses
from bot.services.wechat.planning import pieces

Sleep = Callable[[float], Awaitable[None]]
_TRIES = 3  # to decide, against others who write to the same chat
LOOK_SECONDS = 1.2  # another process may answer the message, whose news don't come here


class Passive:
    """Waits for the answer to a message and takes it along; what is not said here, the dispatcher sends.

    `pauses` says when it could send nothing: then choices go along too, as numbered text.
    """

    def __init__(
        self,
        units: Units,
        clock: Clock,
        news: News,
        terms: Terms,
        *,
        reading: Units,
        sleep: Sleep,
        pauses: Pauses,
    ) -> None:
        self._units, self._reading, self._clock = units, reading, clock
        self._news, self._terms, self._sleep = news, terms, sleep
        self._pauses, self._patience = pauses, Patience()

    def may_wait(self) -> bool:
        """Whether it is worth it that one more call waits."""
        return self._patience.may_wait(self._clock.now())

    async def decided(self, message_id: str) -> str | None:
        """What was answered to a message that has come before, if it was answered in its call."""
        async with self._reading() as uow:
            decision = await uow.wechat.decision(message_id)
        return decision.reply if decision else None

    async def answer(
        self,
        conversation_id: str,
        message_id: str,
        too_late: asyncio.Future[None],
        still_there: Callable[[], bool],
    ) -> str | None:
        """What to answer, None for nothing; the same for a message that comes again.

        `too_late` is done when WeChat waits no longer. `still_there` says whether it does: an answer to a
        call that nobody listens to any more would be lost.
        """
        decided = await self._wait(conversation_id, message_id, too_late)
        if decided is not None:
            return decided.reply
        for _ in range(_TRIES):
            with suppress(Conflict):
                return await self._decide(conversation_id, message_id, able=still_there())
        return None

    async def _wait(
        self, conversation_id: str, message_id: str, too_late: asyncio.Future[None]
    ) -> Decision | None:
        """Until the message is answered, or it is too late; how it is answered, if that is decided."""
        with self._patience.waiting(), self._news.following(conversation_id) as news:
            while True:
                answered, decided = await self._look(conversation_id, message_id)
                if answered or too_late.done():
                    break
                await self._news_or(news, too_late)
            if answered:
                self._patience.worth_it()
            else:
                self._patience.in_vain(self._clock.now())
        return decided

    async def _news_or(self, news: asyncio.Event, too_late: asyncio.Future[None]) -> None:
        """Wait for news of the conversation, or until it is time for a look without any."""
        again, heard = asyncio.ensure_future(self._sleep(LOOK_SECONDS)), asyncio.ensure_future(news.wait())
        try:
            await asyncio.wait((again, heard, too_late), return_when=asyncio.FIRST_COMPLETED)
        finally:
            again.cancel()
            heard.cancel()
        news.clear()

    async def _look(self, conversation_id: str, message_id: str) -> tuple[bool, Decision | None]:
        """Whether nothing is to be waited for any more, and how the message is answered.

        A person who has the conversation answers in their own time.
        """
        async with self._reading() as uow:
            decided = await uow.wechat.decision(message_id)
            if decided is not None:
                return True, decided
            conversation, message = await uow.conversations.with_message(conversation_id, message_id)
        return message.delivery is not Delivery.WAITING or conversation.owner is Owner.AGENT, None

    async def _decide(self, conversation_id: str, message_id: str, *, able: bool) -> str | None:
        now = self._clock.now()
        async with self._units() as uow:
            chat = await uow.wechat.chat(conversation_id)
            decided = await uow.wechat.decision(message_id)
            if chat is None or decided is not None:
                return decided.reply if decided else None
            text = await self._text(uow, chat) if able else None
            way = Way.CUSTOM if text is None else Way.PASSIVE
            decided = await uow.wechat.decide(message_id, way, now, text)
            if way is Way.CUSTOM:
                uow.changed(conversation_id)  # the dispatcher waits for this
            await uow.commit()
        return decided.reply

    async def _text(self, uow: UnitOfWork, chat: Chat) -> str | None:
        """What waits to be said, if one text can say it and nothing goes before; from here on it is said."""
        lines = await uow.messages.since(chat.conversation_id, chat.sent_seq)
        ours = [line for line in lines if goes_out(line)]
        if not ours or await uow.wechat.open_sendings(chat.conversation_id):
            return None
        by_menu = self._terms.menus and ours[-1].choices
        if by_menu and not self._pauses.at(chat.channel, self._clock.now()):
            return None
        said = pieces(ours, replace(self._terms, menus=False))
        if len(said) != 1:
            return None
        chat.sent_seq = lines[-1].seq
        text: str = said[0].body["text"]
        return text
