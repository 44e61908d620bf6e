"""Photos and videos: what is known of them, where their bytes are, and who looks into them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.domain.attachment import Attachment, Kind


class Sent(NamedTuple):
    """How much somebody has uploaded."""

    files: int
    bytes: int


class Attachments(Protocol):
    """What is known of uploaded files."""

    def add(self, attachment: Attachment) -> None:
        """Take a new one in."""

    async def get(self, id: str) -> Attachment:
        """By id; NotFound."""

    async def named(self, ids: Collection[str]) -> list[Attachment]:
        """Those of these ids that there are, in any order."""

    async def of_messages(self, message_ids: Collection[str]) -> list[Attachment]:
        """Those that came with these messages, in the order in which they were uploaded."""

    async def of_case(self, case_id: str) -> list[Attachment]:
        """Those that belong to a case, in the order in which they were uploaded."""

    async def without_case(self, conversation_id: str, since: datetime) -> list[Attachment]:
        """Those uploaded since then that came in a conversation and belong to no case yet."""

    async def unused_twin(self, new: Attachment) -> Attachment | None:
        """Another one of the same visitor and content that no message has used yet."""

    async def sent(self, channel: str, external_id: str, since: datetime) -> Sent:
        """How much a visitor uploaded since then."""

    async def give_up_unused(self, before: datetime) -> None:
        """Mark as going what was uploaded before then and no message has used."""

    async def going(self, limit: int = 100) -> list[Attachment]:
        """What is to be deleted."""

    async def remove(self, attachment: Attachment) -> None:
        """Forget one."""


class Files(Protocol):
    """Keeps bytes under keys: a folder on one machine, a shared one or an object store on several."""

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Keep a file, whole or, if `chunks` raises, not at all; an older one of this key is replaced."""

    def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Its bytes from `start` on, at most `length`; NotFound before the first of them."""

    async def delete(self, key: str) -> None:
        """Delete it, if it is there."""


class Content(NamedTuple):
    """What the first bytes of a file say that it is."""

    kind: Kind
    media_type: str


class Shown(NamedTuple):
    """A photo as it is shown: turned upright, reduced, and without anything but its picture."""

    media_type: str
    width: int
    height: int
    data: bytes


# Gives bytes of a file from a place on: `await read(place, length)`.
ReadAt = Callable[[int, int], Awaitable[bytes]]


class Media(Protocol):
    """Looks into photos and videos; what it is told by names and headers it never believes."""

    first_bytes: int  # how many `content` wants to see

    def content(self, first: bytes) -> Content:
        """The type by content; InvalidInput for what the desk doesn't take."""

    async def shown(self, photo: bytes) -> Shown:
        """The photo as it is shown; InvalidInput if it is damaged or something else, TooLarge."""

    async def video_size(self, read: ReadAt, size: int, media_type: str) -> tuple[int, int] | None:
        """Width and height of a video, None where a WebM doesn't tell; InvalidInput without a picture."""
