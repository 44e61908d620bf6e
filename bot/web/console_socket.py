"""The console's socket: the list as it changes, and what happens in the conversation that is looked at."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import WSMsgType, web

from bot.domain.errors import KesuError
from bot.domain.people import Deed, User
from bot.web.auth import acting
from bot.web.board import ROWS
from bot.web.console_lookers import LOOKERS, Looker
from bot.web.customer_messages import is_id, is_place, read_object
from bot.web.errors import told
from bot.web.keys import BOARD, LOOKING, PARTS
from bot.web.live import (
    AGENT_TYPES,
    CHANGED,
    CUSTOMER_TYPES,
    HEARTBEAT_SECONDS,
    SEND_SECONDS,
    SENT_AWAY,
    Listener,
    drop,
    goodbye,
    send,
)

_LONGEST_FRAME = 1024  # bytes
_SIGNS = ("look", "typing", "read")  # of somebody at the console; the rest a page says by itself


async def socket(request: web.Request) -> web.WebSocketResponse:
    """GET /desk/api/ws (docs/protocol.md says which frames there are)."""
    user = await acting(request, Deed.TALK)
    return await _Console(request, user).serve()


class _Console:
    """One open console."""

    def __init__(self, request: web.Request, user: User) -> None:
        self._request, self._app, self._user = request, request.app, user
        self._parts = request.app[PARTS]
        self._socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=_LONGEST_FRAME)
        self._listener = Listener()
        self._looker = Looker(user, self._listener)
        self._version, self._boot, self._everything = 0, "", False
        self._hears: dict[str, Callable[[dict[str, Any]], Awaitable[None]]] = {
            "hello": self._begin,
            "look": self._look,
            "typing": self._note_typing,
            "read": self._note_read,
            "ping": self._answer_ping,
        }

    async def serve(self) -> web.WebSocketResponse:
        """Until the page or the desk ends it."""
        await self._socket.prepare(self._request)
        board = self._app[BOARD]
        with self._parts.hub.listening(self._socket, self._listener):
            pushing = asyncio.create_task(self._push())
            try:
                async with self._parts.presence.console(self._user.id):
                    async for message in self._socket:
                        if message.type is WSMsgType.TEXT:
                            await self._hear(message.data)
            except (TimeoutError, ConnectionError):
                drop(self._request)
            finally:
                pushing.cancel()
                await asyncio.gather(pushing, return_exceptions=True)
                board.leave(self._listener)
                self._app[LOOKING].look(self._looker, None)
        return self._socket

    async def _hear(self, data: str) -> None:
        """Do what a frame asks for; one that can't be done is let lie: the page fetches what it misses."""
        try:
            frame = read_object(data)
            hears = self._hears.get(str(frame.get("type")))
            if hears is not None:
                await hears(frame)
            if frame.get("type") in _SIGNS:
                await self._parts.presence.sign(self._user.id)
        except KesuError as error:
            told(error, "/desk/api/ws")

    async def _push(self) -> None:
        try:
            while True:
                heard = await self._listener.news()
                if ROWS in heard:
                    await self._send_rows()
                if CHANGED in heard:
                    await self._say("changed", conversation=self._looker.conversation)
                if CUSTOMER_TYPES in heard:
                    await self._say("typing", conversation=self._looker.conversation, who="customer")
                if LOOKERS in heard:
                    others = self._app[LOOKING].others(self._looker)
                    await self._say("lookers", conversation=self._looker.conversation, people=others)
                if SENT_AWAY in heard:
                    return await goodbye(self._socket)
        except (TimeoutError, ConnectionError):
            drop(self._request)

    async def _send_rows(self, *, always: bool = False) -> None:
        version, text = await self._app[BOARD].text_since(
            self._version, self._boot, everything=self._everything, user_id=self._user.id
        )
        if always or version != self._version or self._boot != self._app[BOARD].boot:
            async with asyncio.timeout(SEND_SECONDS):
                await self._socket.send_str(text)
        self._version, self._boot = version, self._app[BOARD].boot

    async def _begin(self, frame: dict[str, Any]) -> None:
        """The page says up to which version it has the list, and whether it shows the bot's conversations."""
        version, boot = frame.get("version"), frame.get("boot")
        self._version = version if is_place(version) and isinstance(version, int) else 0
        self._boot = boot if isinstance(boot, str) else ""
        self._everything = frame.get("everything") is True
        self._app[BOARD].enter(self._listener)
        await self._send_rows(always=True)  # the page counts as connected from then on

    async def _look(self, frame: dict[str, Any]) -> None:
        """The page shows another conversation, or none; only one that there is has lookers."""
        wanted = frame.get("conversation")
        conversation_id = wanted if is_id(wanted) else None
        if conversation_id is not None:
            await self._parts.avoiders.check(self._user, conversation_id=conversation_id)
            await self._parts.transcripts.is_held_by(conversation_id, self._user.id)
        self._app[LOOKING].look(self._looker, conversation_id)
        if conversation_id is None:
            self._parts.hub.leave(self._listener)
        else:
            self._parts.hub.follow(self._listener, conversation_id)

    async def _note_typing(self, _frame: dict[str, Any]) -> None:
        conversation_id = self._looker.conversation
        if conversation_id is None:
            return
        self._app[LOOKING].types(self._looker)
        if await self._parts.transcripts.is_held_by(conversation_id, self._user.id):
            self._parts.hub.typing(conversation_id, AGENT_TYPES)

    async def _note_read(self, frame: dict[str, Any]) -> None:
        seq = frame.get("seq")
        if self._looker.conversation is not None and is_place(seq) and seq:
            await self._parts.read_marks.by_agent(self._looker.conversation, int(seq))

    async def _answer_ping(self, _frame: dict[str, Any]) -> None:
        await self._say("pong")

    async def _say(self, kind: str, **more: object) -> None:
        await send(self._socket, {"type": kind, **more})
