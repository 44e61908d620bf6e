"""The socket of a customer's page: messages in, the conversation out (docs/protocol.md, the web API).

What is new is read from the ledger after the line that the page has, and sent: so whatever is cut off where,
the next socket goes on there, and nothing is missing, doubled or out of order.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import WSMessage, WSMsgType, web

from bot.domain.conversation import Author
from bot.domain.errors import InvalidInput, KesuError, UnknownVisitor
from bot.services.transcript_views import CustomerView
from bot.web.addresses import address_of
from bot.web.customer_messages import CHANNEL, hand_in, is_id, is_place, read_object, read_seq
from bot.web.customer_view import state_json, view_json
from bot.web.errors import told
from bot.web.keys import FRAME_LIMIT, OPEN_SOCKETS, PARTS
from bot.web.limits import SlowDown
from bot.web.live import (
    AGENT_TYPES,
    CHANGED,
    CUSTOMER_TYPES,
    HEARTBEAT_SECONDS,
    SENT_AWAY,
    Listener,
    drop,
    goodbye,
    send,
)
from bot.web.visitors import Visitor

log = logging.getLogger(__name__)

LARGEST_FRAME = 256 * 1024  # bytes: the longest message even if each character is escaped as \uXXXX\uXXXX
HELLO_SECONDS = 10
MOST_BAD_FRAMES = 10
BAD_FRAMES, NO_VISITOR, MADE_ROOM, BROKEN = 4400, 4401, 4409, 1011  # codes with which sockets are closed
_ROOM, _GONE = "room", "gone"  # another tab needs this one's place; the page has gone


async def socket(request: web.Request) -> web.StreamResponse:
    """GET /ws: a customer's page; SlowDown when its address has too many sockets open."""
    with request.app[OPEN_SOCKETS].place(address_of(request)):
        # Compressing costs some 300 KB a socket, for a few lines of text each.
        opened = web.WebSocketResponse(
            heartbeat=HEARTBEAT_SECONDS, max_msg_size=LARGEST_FRAME, compress=False
        )
        await opened.prepare(request)
        with contextlib.suppress(TimeoutError, ConnectionError):
            await _Page(request, opened).serve()
            return opened
        drop(request)
    return opened


class _Page:
    """One open page of a visitor."""

    def __init__(self, request: web.Request, opened: web.WebSocketResponse) -> None:
        self._request, self._app, self._socket = request, request.app, opened
        self._parts = request.app[PARTS]
        self._address = address_of(request)
        self._listener = Listener()
        self._visitor: Visitor | None = None
        self._after: int | None = None
        self._shown: dict[str, Any] = {}  # how the conversation stood when the page was told last
        self._bad = self._from_agent = self._read = 0
        self._hears: dict[str, Callable[[Visitor, dict[str, Any]], Awaitable[None]]] = {
            "send": self._take,
            "read": self._note_read,
            "typing": self._note_typing,
            "ping": self._answer_ping,
        }

    def follow(self, conversation_id: str) -> None:
        """The visitor has a conversation now."""
        if self._listener.topic is None:
            self._parts.hub.follow(self._listener, conversation_id)

    def make_room(self) -> None:
        """Another tab takes this one's place."""
        self._listener.tell(_ROOM)

    async def serve(self) -> None:
        """Until the page goes; TimeoutError or ConnectionError when it takes nothing in any more."""
        visitor = self._visitor = await self._hello()
        if visitor is None:
            return
        with (
            self._app[OPEN_SOCKETS].entered(visitor.id, self),
            self._parts.hub.listening(self._socket, self._listener),
        ):
            self._listener.tell()
            pushing = asyncio.create_task(self._push(visitor))
            try:
                await self._find_conversation(visitor)
                async for message in self._socket:
                    await self._hear(visitor, message)
            finally:
                self._listener.tell(_GONE)  # not cancelled: it may be in the middle of a query
                await asyncio.gather(pushing, return_exceptions=True)

    async def _hello(self) -> Visitor | None:
        """The visitor whose page this is; None after the socket was closed."""
        try:
            frame = read_object(await self._socket.receive_str(timeout=HELLO_SECONDS))
            self._after = _place(frame)
            visitor = self._parts.visitors.who(frame.get("token"))
        except UnknownVisitor:
            await self._socket.close(code=NO_VISITOR, message=b"token")
            return None
        except (KesuError, TypeError, TimeoutError):
            await self._socket.close(code=BAD_FRAMES, message=b"hello")
            return None
        renewed = self._parts.visitors.renewed(visitor)
        if renewed is not None:
            await self._say("token", renewed.to_json())
        return visitor

    async def _find_conversation(self, visitor: Visitor) -> None:
        """Follow the visitor's conversation, as soon as there is one."""
        if self._listener.topic is None:
            found = await self._parts.transcripts.conversation_of(CHANNEL, visitor.id)
            if found is not None:
                self.follow(found)

    async def _push(self, visitor: Visitor) -> None:
        """Send whatever is new, as soon as the page takes it in; news melt together until then."""
        try:
            while True:
                heard = await self._listener.news()
                if _GONE in heard:
                    return
                if _ROOM in heard:
                    await self._socket.close(code=MADE_ROOM)
                    return
                if CHANGED in heard:
                    await self._look(visitor)
                if AGENT_TYPES in heard:
                    await self._say("typing", {"who": "agent"})
                if SENT_AWAY in heard:
                    await goodbye(self._socket)
                    return
        except (TimeoutError, ConnectionError):
            drop(self._request)
        except Exception as error:  # noqa: BLE001 -- the page connects again and goes on where it was
            told(error, "/ws")
            await self._socket.close(code=BROKEN)

    async def _look(self, visitor: Visitor) -> None:
        more = True
        while more:
            view = await self._parts.transcripts.customer(CHANNEL, visitor.id, self._after)
            state, more = state_json(view), view.more
            if view.lines or state != self._shown:
                await self._say("lines", view_json(view))
            self._shown = state
            self._note_sent(view)

    def _note_sent(self, view: CustomerView) -> None:
        for line in view.lines:
            self._after = line.seq
            if line.author is Author.AGENT:
                self._from_agent = line.seq

    async def _hear(self, visitor: Visitor, message: WSMessage) -> None:
        """Do what a frame asks for; one that can't be done is refused, and too many bad ones end it."""
        frame: dict[str, Any] = {}
        try:
            self._app[FRAME_LIMIT].take(visitor.id)
            frame = read_object(message.data if message.type is WSMsgType.TEXT else "")
            await self._hears.get(str(frame.get("type")), _unheard)(visitor, frame)
        except (TimeoutError, ConnectionError):
            raise
        except Exception as error:  # noqa: BLE001 -- the page is told, and the socket goes on
            self._bad += isinstance(error, InvalidInput | SlowDown)
            await self._refuse(frame.get("client_id"), error)
            if self._bad > MOST_BAD_FRAMES:
                await self._socket.close(code=BAD_FRAMES, message=b"bad frames")

    async def _refuse(self, client_id: object, error: Exception) -> None:
        status, sentence = told(error, "/ws")
        answer: dict[str, Any] = {"status": status, "message": sentence}
        if is_id(client_id):
            answer["client_id"] = client_id
        if isinstance(error, SlowDown):
            answer["retry_after"] = error.retry_after
        await self._say("refused", answer)

    async def _take(self, visitor: Visitor, frame: dict[str, Any]) -> None:
        await self._say("stored", await hand_in(self._app, visitor, self._address, frame))

    async def _note_read(self, visitor: Visitor, frame: dict[str, Any]) -> None:
        """Only people look for it: what is read after the last of their lines isn't worth a write."""
        seq = read_seq(frame)
        if seq >= self._from_agent > self._read:
            self._read = seq
            await self._parts.read_marks.by_customer(CHANNEL, visitor.id, seq)

    async def _note_typing(self, _visitor: Visitor, _frame: dict[str, Any]) -> None:
        if self._listener.topic is not None:
            self._parts.hub.typing(self._listener.topic, CUSTOMER_TYPES)

    async def _answer_ping(self, visitor: Visitor, _frame: dict[str, Any]) -> None:
        await self._find_conversation(visitor)  # another process may have taken the first message
        await self._say("pong", {})

    async def _say(self, kind: str, frame: dict[str, Any]) -> None:
        await send(self._socket, {"type": kind, **frame})


def _place(hello: dict[str, Any]) -> int | None:
    """The line after which the page wants to go on; InvalidInput if the frame is no hello."""
    after = hello.get("after")
    if hello.get("type") != "hello" or not (after is None or is_place(after)):
        raise InvalidInput("第一帧应是 hello。")
    return after


async def _unheard(_visitor: Visitor, _frame: dict[str, Any]) -> None:
    raise InvalidInput("没有这种帧。")
