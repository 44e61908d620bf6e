"""A customer's message that is worth a look: why, what the bot read, and what became of it."""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

FRESHER = timedelta(days=2)  # so much newer counts as much as being twice as frequent


class ReviewReason(StrEnum):
    """Why a message is worth a look."""

    NOT_UNDERSTOOD = "not_understood"
    LOW_CONFIDENCE = "low_confidence"
    CLOSE = "close"
    HANDED_OVER = "handed_over"
    DENIED = "denied"
    PICKED = "picked"
    RECLASSIFIED = "reclassified"
    SHADOW = "shadow"


class ReviewState(StrEnum):
    """What became of it. `disputed`: reviewers differ, and nothing of it is trained with."""

    OPEN = "open"
    SETTLED = "settled"
    DISPUTED = "disputed"
    SKIPPED = "skipped"


@dataclass(eq=False)
class Review:
    """A message in the inbox of those who train the bot; there is one for a message at most.

    `label` and `confidence` are what the bot read; `meant` is the label that the customer picked or an agent
    gave the case instead. `correction_id` is the answer that counts. `asked` are the ids of the tasks by
    which colleagues were asked.
    """

    message_id: str
    conversation_id: str
    at: datetime
    noted_at: datetime
    label: str | None
    confidence: float
    reasons: list[str] = field(default_factory=list)
    meant: str | None = None
    group_id: str | None = None
    state: ReviewState = ReviewState.OPEN
    correction_id: str | None = None
    settled_by: str | None = None
    settled_at: datetime | None = None
    asked: list[str] = field(default_factory=list)

    def add(self, reason: ReviewReason, meant: str | None = None) -> bool:
        """Note a further reason; whether it was new."""
        self.meant = meant or self.meant
        if reason.value in self.reasons:
            return False
        self.reasons = [*self.reasons, reason.value]
        return True


@dataclass(eq=False)
class ReviewGroup:
    """Messages that say nearly the same. The first of them, `normal`, is what new ones are held against.

    `vector` (float16, little-endian) is that of `space`, the model that made it. `waiting` are the members
    that nobody has looked at; by `rank_at` groups are in order, the last first.
    """

    id: str
    normal: str
    newest_at: datetime
    rank_at: datetime
    vector: bytes | None = None
    space: str | None = None
    waiting: int = 0

    def take(self, at: datetime) -> None:
        """One more member, written then."""
        self.waiting += 1
        self.newest_at = max(self.newest_at, at)
        self.rank()

    def leave(self) -> None:
        """One member was looked at."""
        self.waiting = max(0, self.waiting - 1)
        self.rank()

    def rank(self) -> None:
        """Put it in its place: newer ones first, and the more frequent ones before those as new."""
        self.rank_at = self.newest_at + FRESHER * math.log2(max(1, self.waiting))
