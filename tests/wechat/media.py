"""Temporary media: uploaded by either side, kept for three days."""

import itertools
from dataclasses import dataclass

from tests.wechat.refusals import Refused

DAYS = 3
MB = 1024 * 1024
MOST = {"image": 2 * MB, "voice": 2 * MB, "video": 10 * MB, "thumb": 64 * 1024, "file": 20 * MB}
_SORTS = {
    "image": {"image/jpeg", "image/png", "image/gif", "image/bmp"},
    "voice": {"audio/amr", "audio/mpeg", "audio/mp3"},
    "video": {"video/mp4"},
    "thumb": {"image/jpeg"},
}


@dataclass
class Medium:
    """One file."""

    kind: str
    content: bytes
    content_type: str
    name: str
    until: float


class MediaStore:
    """All files of an account."""

    def __init__(self, clock):
        self._clock = clock
        self._numbers = itertools.count(1)
        self.kept = {}

    def add(self, kind, content, content_type, name="file"):
        """Keep a file a customer sent (of any size); gives its media_id."""
        media_id = f"media-{next(self._numbers)}-" + "m" * 48
        until = self._clock.now() + DAYS * 86400
        self.kept[media_id] = Medium(kind, content, content_type, name, until)
        return media_id

    def upload(self, kind, content, content_type, name):
        """Keep what the account uploads. Refused: 40004 unknown sort of file, 40006 too big or empty."""
        if kind not in MOST or content_type not in _SORTS.get(kind, {content_type}):
            raise Refused(40004)
        if not 0 < len(content) <= MOST[kind]:
            raise Refused(40006)
        return self.add(kind, content, content_type, name)

    def get(self, media_id, kind=None):
        """The file; Refused with 40007 when it never was, is past its three days or is of another kind."""
        found = self.kept.get(media_id)
        if found is None or found.until <= self._clock.now() or kind not in (None, found.kind):
            raise Refused(40007)
        return found
