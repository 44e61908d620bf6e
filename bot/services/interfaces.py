"""What other programs and what people outside of the chat come in by, put together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from bot.services.api_reads import ApiReads
from bot.services.api_tokens import Tokens
from bot.services.by_hand import ByHand
from bot.services.case_notes import CaseNotes
from bot.services.handling import Handling
from bot.services.ports import Clock, Understanding, Units, WebhookSender
from bot.services.uploads import Uploads
from bot.services.webhooks import Subscriptions
from bot.services.words import Words


@dataclass(frozen=True)
class Interfaces:
    """Cases by hand with what belongs to them, the API's tokens and reads, and webhooks."""

    by_hand: ByHand
    uploads: Uploads
    notes: CaseNotes
    tokens: Tokens
    reads: ApiReads
    subscriptions: Subscriptions
    clock: Clock

    @classmethod
    def of(
        cls,
        units: Units,
        reading: Units,
        understanding: Understanding,
        words: Words,
        clock: Clock,
        *,
        uploads: Uploads,
        handling: Handling,
        sender: WebhookSender,
        titles: Callable[[str], str],
    ) -> Self:
        """Put together; `uploads` are those of the people of the desk."""
        return cls(
            by_hand=ByHand(units, reading, understanding, words, clock),
            uploads=uploads,
            notes=CaseNotes(units, handling, clock),
            tokens=Tokens(units, reading, clock),
            reads=ApiReads(units, reading, words, clock, titles),
            subscriptions=Subscriptions(units, reading, sender, clock),
            clock=clock,
        )
