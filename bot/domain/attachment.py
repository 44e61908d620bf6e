"""A photo or short video that a customer sends as evidence."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import PurePath

MOST_IN_A_MESSAGE = 9
UNUSED_FOR = timedelta(hours=24)  # after that, what no message used is deleted
_LONGEST_NAME = 100
_NAMELESS = {"image": "照片", "video": "视频"}
SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
}


class Kind(StrEnum):
    """What it is to look at."""

    IMAGE = "image"
    VIDEO = "video"


class FileState(StrEnum):
    """How far a file is. One that is `arriving` or `going` is no one's to use or to see."""

    ARRIVING = "arriving"  # its row stands before its bytes do, so that none are ever without one
    READY = "ready"
    GOING = "going"  # to be deleted: first the bytes, then the row


@dataclass(eq=False)
class Attachment:
    """What a visitor uploaded. The original is kept as it came; what is shown is a copy of it.

    `channel` and `external_id` name the visitor: they may not have written yet, and then are no customer.
    `size` (bytes) and `sha256` are the original's, `copy_size` that of what is shown; width and height, in
    pixels, are those of what is shown, None where a video doesn't say them. A video is shown as it came:
    without a copy, its `copy_type` is its own.
    """

    id: str
    channel: str
    external_id: str = field(repr=False)
    kind: Kind
    name: str
    media_type: str
    created_at: datetime
    state: FileState = FileState.ARRIVING
    size: int = 0
    sha256: str = ""
    copy_type: str = ""
    copy_size: int = 0
    width: int | None = None
    height: int | None = None
    message_id: str | None = None
    conversation_id: str | None = None
    case_id: str | None = None

    def belongs_to(self, channel: str, external_id: str) -> bool:
        """Whether this visitor uploaded it."""
        return (self.channel, self.external_id) == (channel, external_id)

    @property
    def original_key(self) -> str:
        """Under which the file store keeps the original."""
        return f"{self.id}.original"

    @property
    def shown_key(self) -> str:
        """Under which it keeps what is shown."""
        return f"{self.id}.shown" if self.kind is Kind.IMAGE else self.original_key

    @property
    def suffix(self) -> str:
        """How the original's name ends, by its content."""
        return SUFFIXES[self.media_type]


def clean_name(given: str, kind: Kind, media_type: str) -> str:
    """A name to show and to save under: without folders and controls, with the ending of its content."""
    last = PurePath(given.replace("\\", "/")).name
    kept = "".join(char for char in last if unicodedata.category(char)[0] not in "CZ" or char == " ")
    stem = kept.rpartition(".")[0] if "." in kept else kept
    stem = "".join(char for char in stem if char not in '<>:"|?*%')[:_LONGEST_NAME].strip(" .")
    return f"{stem or _NAMELESS[kind]}{SUFFIXES[media_type]}"


def told(kinds: list[Kind]) -> str:
    """What somebody sent, in words: 2张照片和1段视频."""
    photos, videos = kinds.count(Kind.IMAGE), kinds.count(Kind.VIDEO)
    parts = [f"{photos}张照片" if photos else "", f"{videos}段视频" if videos else ""]
    return "和".join(part for part in parts if part)
