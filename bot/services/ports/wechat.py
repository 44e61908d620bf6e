"""What is stored of the channels over WeChat (bot/domain/wechat_records.py)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.wechat_inbound import Inbound
from bot.domain.wechat_records import Chat, Decision, IncomingMedia, KfCursor, Sending, SharedToken, Way


class Chats(Protocol):
    """Conversations as WeChat knows them, how their messages are answered, and what came twice."""

    async def chat(self, conversation_id: str) -> Chat | None:
        """The chat of a conversation, locked until the unit ends; None for one of another channel."""

    async def begun(self, conversation_id: str, channel: str, account: str) -> Chat:
        """The same, made if there is none; of two who make it at once, one meets a Conflict."""

    async def behind(self, since: datetime | None, limit: int = 100) -> list[str]:
        """Ids of the conversations with lines of ours that nobody has decided upon (beyond `sent_seq`).

        Of those only that changed after `since`; None asks for all of them, which takes long.
        """

    async def unsettled(self, since: datetime, limit: int = 200) -> list[str]:
        """Ids of the conversations of 微信客服 whose session isn't where their owner is.

        Of those that changed after `since`, the last changed first.
        """

    async def decision(self, message_id: str) -> Decision | None:
        """How this message is answered, if that was decided."""

    async def decide(self, message_id: str, way: Way, now: datetime, reply: str | None = None) -> Decision:
        """Decide it, unless it is decided: what counts is the decision that comes back."""

    async def undecided(self, conversation_id: str, since: datetime) -> list[str]:
        """Ids of the customer's messages since then of which it is not decided, oldest first."""

    async def first_time(self, key: str, now: datetime) -> bool:
        """Note what happened under this key; False if it was noted before, whoever was quicker."""

    async def note_reply(self, key: str, reply: str) -> None:
        """Note what was answered to what happened under this key."""

    async def reply_of(self, key: str) -> str | None:
        """What was answered to it."""

    async def forget_events(self, before: datetime) -> None:
        """Forget the keys that are older."""


class Kept(Protocol):
    """What came in and is not in its conversation yet."""

    async def keep_back(self, inbound: Sequence[Inbound], now: datetime) -> None:
        """Keep these in their order; one that is kept already stays where it is."""

    async def replies_to(self, inbound: Sequence[Inbound]) -> dict[str, str]:
        """What was answered in their calls to those that have come before, by their keys."""

    async def backlog(self, before: datetime, limit: int = 1000) -> list[Inbound]:
        """What was kept until then, in its order."""

    async def drop_kept(self, inbound: Sequence[Inbound]) -> None:
        """Keep these no more."""


class Sendings(Protocol):
    """What is on its way to customers, in order of its lines."""

    def add_sending(self, sending: Sending) -> None:
        """Take a new one in. Of two for the same lines and part, the second's commit is a Conflict."""

    async def drop_sending(self, sending: Sending) -> None:
        """Take it out again: what it says goes with another one."""

    async def sending(self, id: str) -> Sending:
        """By id, locked until the unit ends; NotFound."""

    async def shutting(self, channel: str, since: datetime, until: datetime) -> list[str]:
        """Ids of the conversations whose customer's last message came between these two moments.

        Those of whom somebody was told already are left out.
        """

    async def chats_due(self, now: datetime, limit: int = 100) -> list[str]:
        """Ids of the conversations where something waits, or somebody never finished, until before now."""

    async def chats_held(self, channel: str, since: datetime, limit: int = 100) -> list[str]:
        """Ids of the channel's conversations where something made since then is held, the newest first."""

    async def open_sendings(self, conversation_id: str) -> list[Sending]:
        """What waits, is being sent or is held, in order; not locked."""

    async def take_sending(self, id: str) -> Sending | None:
        """By id, locked; None if another process has its hands on it at this moment."""

    async def unsent(self, conversation_id: str, limit: int = 100) -> list[Sending]:
        """The last ones of which it isn't sure that they arrived, in order: open, unsure, failed."""

    async def sendings_of(self, conversation_id: str, from_seq: int = 0) -> list[Sending]:
        """All that hand on lines from `from_seq` on, in order."""


class Arriving(Protocol):
    """Photos and videos that are still with WeChat."""

    def add_media(self, media: IncomingMedia) -> None:
        """Take a new one in."""

    async def media(self, message_id: str) -> IncomingMedia | None:
        """That of a message, if it brought one; not locked."""

    async def take_media(self, message_id: str) -> IncomingMedia | None:
        """The same, locked until the unit ends."""

    async def media_due(self, now: datetime, limit: int = 20) -> list[str]:
        """Ids of the messages whose photo or video is to be fetched by now."""


class Shared(Protocol):
    """What several desk processes share: one fetches a token, one reads the messages of an open_kfid."""

    async def token(self, account: str) -> SharedToken | None:
        """The account's token, not locked."""

    async def lease_token(self, account: str, now: datetime, until: datetime) -> bool:
        """Be the one who fetches a new token, until then; False if somebody else is at it."""

    async def keep_token(self, account: str, token: str, expires_at: datetime) -> None:
        """Share the new token; the lease and an alarm are over."""

    async def alarm(self, account: str, why: str) -> None:
        """No token is to be had until a person sees to it; the lease is over."""

    async def release_token(self, account: str) -> None:
        """No new token was to be had for now; the lease is over, the token that is there stays."""

    async def lease_cursor(
        self, open_kfid: str, holder: str, now: datetime, until: datetime
    ) -> KfCursor | None:
        """Be the one who reads on, until then; None if somebody else is at it. A new one is empty."""

    async def advance_cursor(self, open_kfid: str, holder: str, cursor: str, until: datetime) -> bool:
        """Note how far the messages are processed; False if the lease was lost: then commit nothing."""

    async def release_cursor(self, open_kfid: str, holder: str, now: datetime) -> None:
        """Let somebody else read on from now."""


class Wechat(Chats, Kept, Sendings, Arriving, Shared, Protocol):
    """All of it, in one unit of work."""
