"""Fetches photos, videos and voices that customers send over WeChat, at once and in the background.

Their line stands in the transcript from the start; its turn, and those after it, begin when the file is here
or given up (bot/services/turns.py). The bytes come from WeChat's own servers, never from an address in a
message, and are looked into like everybody's (bot/services/uploads.py). A voice is fetched where there is
speech recognition: its words take the place of its mark, and it is not kept.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from datetime import timedelta
from typing import Protocol

from bot.domain.attachment import Attachment
from bot.domain.conversation import Author, Conversation, Customer, Delivery, Message, Owner
from bot.domain.errors import Conflict, InvalidInput, KesuError, TooLarge
from bot.domain.wechat_errors import NotAllowedHere, TokenTrouble, TryLater, Unknown
from bot.domain.wechat_inbound import InboundKind
from bot.domain.wechat_records import IncomingMedia, MediaState
from bot.services import attachments, wordless
from bot.services.intake import clean_text
from bot.services.log_context import works_on
from bot.services.ports import Clock, Download, Recognizer, Recording, UnitOfWork, Units
from bot.services.turn import line
from bot.services.uploads import Uploads
from bot.services.words import Words

log = logging.getLogger(__name__)

AT_ONCE = 4  # files on their way in this process
MOST_VOICE = 4 * 1024 * 1024  # bytes; WeChat records a minute and takes 2 MB
STOP_SECONDS = 3.0  # for what is under way when the desk stops
LEASE = timedelta(minutes=2)  # whoever fetches one has that long
RETRIES = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 20, 60, 180))
_LATER = (TryLater, Unknown, TokenTrouble, NotAllowedHere)  # nothing is wrong with the file itself
_TRIES = 3  # to write down what became of one, against others who write to the same conversation


class Source(Protocol):
    """Where the files of a channel come from."""

    def media(self, media_id: str) -> AbstractAsyncContextManager[Download]:
        """What a customer sent, while the block runs; the errors of WeChat."""


class MediaFetcher:
    """`sources` by channel; `wake` is told which conversation can go on; `recognizer` hears what is said."""

    def __init__(
        self,
        units: Units,
        uploads: Uploads,
        words: Words,
        clock: Clock,
        *,
        reading: Units,
        sources: Mapping[str, Source],
        wake: Callable[[str], None],
        recognizer: Recognizer | None = None,
    ) -> None:
        self._units, self._reading, self._uploads = units, reading, uploads
        self._words, self._clock, self._sources, self._wake = words, clock, sources, wake
        self._recognizer = recognizer
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    @property
    def hears_voice(self) -> bool:
        """Whether voice messages are to be fetched, too."""
        return self._recognizer is not None

    def begin(self, message_id: str) -> None:
        """Fetch what came with this message, if it is still to be fetched."""
        if message_id not in self._tasks:
            self._tasks[message_id] = asyncio.create_task(self._work(message_id), name=f"media {message_id}")

    async def look(self) -> None:
        """Take up what is due: a repetition, or what a process left behind that died."""
        async with self._reading() as uow:
            due = await uow.wechat.media_due(self._clock.now())
        for message_id in due:
            self.begin(message_id)

    async def idle(self) -> None:
        """Wait until nothing is under way (tests)."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def stop(self) -> None:
        """Give what is under way a few seconds, then end it; it begins anew once its lease has run out."""
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, message_id: str) -> None:
        works_on(turn=message_id)
        try:
            async with self._slots:
                recording = await self._fetch(message_id)
            if recording is not None:
                await self._finish(message_id, await self._said_in(recording))
        except Conflict:
            log.info("message %s: somebody else fetches its file", message_id)
        except Exception:  # its lease runs out, and the next look tries again
            log.exception("message %s: fetching its file broke", message_id)
        finally:
            self._tasks.pop(message_id, None)

    async def _fetch(self, message_id: str) -> Recording | None:
        """Fetch it, and put it where it belongs; but a voice is still to be heard."""
        leased = await self._lease(message_id)
        if leased is None:
            return None
        media, customer = leased
        try:
            async with self._sources[customer.channel].media(media.media_id) as download:
                if media.kind == InboundKind.VOICE:
                    return await _recorded(download)
                file = await self._uploads.receive(
                    customer.channel, customer.external_id, "", download.chunks
                )
        except _LATER as problem:
            await self._later(message_id, problem)
        except KesuError as problem:
            log.info("message %s: its file is not to be had: %s", message_id, type(problem).__name__)
            await self._finish(message_id, None)
        else:
            await self._finish(message_id, file)
        return None

    async def _said_in(self, recording: Recording) -> str | None:
        """The customer's words, as if they had been written; None if there are none."""
        words = await self._recognizer.words(recording) if self._recognizer else None
        with suppress(InvalidInput, TooLarge):
            return clean_text(words or "")
        return None

    async def _lease(self, message_id: str) -> tuple[IncomingMedia, Customer] | None:
        """Be the one who fetches; None if it is settled, not due, or another process is at it."""
        now = self._clock.now()
        async with self._units() as uow:
            conversation, media = await _locked(uow, message_id)
            if media is None or media.next_at > now:
                return None
            media.attempts, media.next_at = media.attempts + 1, now + LEASE
            customer = await uow.customers.get(conversation.customer_id)
            await uow.commit()
        return media, customer

    async def _later(self, message_id: str, problem: KesuError) -> None:
        """WeChat is busy: try again a few times. The conversation may go on meanwhile."""
        log.warning("message %s: its file can't be fetched now: %s", message_id, type(problem).__name__)
        async with self._units() as uow:
            conversation, media = await _locked(uow, message_id)
            if media is None:
                return
            given_up = media.attempts > len(RETRIES)
            if not given_up:
                media.next_at = self._clock.now() + RETRIES[media.attempts - 1]
                await uow.commit()
        if given_up:
            await self._finish(message_id, None)
        self._wake(conversation.id)

    async def _finish(self, message_id: str, found: Attachment | str | None) -> None:
        """Put the file or the words with their message, or say that there are none; then it goes on."""
        for _ in range(_TRIES - 1):
            with suppress(Conflict):
                return await self._finish_once(message_id, found)
        return await self._finish_once(message_id, found)

    async def _finish_once(self, message_id: str, found: Attachment | str | None) -> None:
        async with self._units() as uow:
            conversation, media = await _locked(uow, message_id)
            if media is None:
                return
            message = await uow.messages.get(message_id)
            media.state = MediaState.FAILED if found is None else MediaState.TAKEN
            if found is None:
                self._give_up(uow, conversation, message)
            elif isinstance(found, str):
                _put_in_words(message, found)
            else:
                attachments.use([await uow.attachments.get(found.id)], message)
                await uow.flush()
                if message.delivery is not Delivery.WAITING:  # no turn will do it
                    await attachments.settle(uow, self._words, conversation, message, self._clock.now())
            uow.changed(conversation.id)
            await uow.commit()
        self._wake(conversation.id)

    def _give_up(self, uow: UnitOfWork, conversation: Conversation, message: Message) -> None:
        """The line says so, and its turn asks for it again; if that is over, the desk does.

        A voice's line says from the start what its turn asks for.
        """
        if message.choice == wordless.VOICE:
            return
        message.text, message.choice = wordless.SHOWN[wordless.LOST], wordless.LOST
        if message.delivery is Delivery.ANSWERED and conversation.owner is not Owner.AGENT:
            now, words = self._clock.now(), self._words.situation(wordless.LOST, conversation.script)
            uow.messages.add(line(conversation, Author.DESK, words, now, to=message.id))
            conversation.updated_at = now


def _put_in_words(message: Message, words: str) -> None:
    """What was said stands there as if it had been written, unless they have been asked to write it."""
    if message.delivery is not Delivery.ANSWERED:
        message.text, message.choice, message.reading = words, None, None


async def _recorded(download: Download) -> Recording:
    """A voice, whole; TooLarge for what can't be one."""
    content = bytearray()
    async for chunk in download.chunks:
        content += chunk
        if len(content) > MOST_VOICE:
            raise TooLarge("这段语音太长了。")
    return Recording(download.content_type, bytes(content))


async def _locked(uow: UnitOfWork, message_id: str) -> tuple[Conversation, IncomingMedia | None]:
    """The conversation, and the file that still waits to be fetched; both locked, in this order."""
    message = await uow.messages.get(message_id)
    conversation, _ = await uow.conversations.with_message(message.conversation_id, message_id)
    media = await uow.wechat.take_media(message_id)
    return conversation, media if media and media.state is MediaState.WAITING else None
