"""The handbook at the supervisors' desk: looking, editing, carrying in and out."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Self

from bot.domain.search_text import Tokens
from bot.services.editions import EditionsInForce
from bot.services.handbook_editing import HandbookEditing
from bot.services.handbook_exchange import HandbookExchange, Read, Write
from bot.services.handbook_views import HandbookViews
from bot.services.ports import Clock, Units
from bot.services.words import Words


@dataclass(frozen=True)
class HandbookDesk:
    """The three together, and what is in force."""

    views: HandbookViews
    editing: HandbookEditing
    exchange: HandbookExchange
    in_force: EditionsInForce

    @classmethod
    def of(
        cls,
        units: Units,
        reading: Units,
        words: Words,
        clock: Clock,
        in_force: EditionsInForce,
        *,
        tokens: Tokens,
        syllables: Callable[[], Collection[str]],
        titles: Callable[[str], str],
        write: Write,
        read: Read,
    ) -> Self:
        """Put together; `write` and `read` know the format of what is carried in and out."""
        editing = HandbookEditing(units, words, clock, in_force)
        return cls(
            HandbookViews(reading, words, in_force, tokens, syllables, titles),
            editing,
            HandbookExchange(units, words, clock, editing, write, read),
            in_force,
        )
