"""What helps an agent at the console: search, the handbook at hand, a look at what is about to be sent."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Self

from bot.domain.search_text import Tokens
from bot.services.handbook_search import HandbookSearch
from bot.services.outgoing import Outgoing
from bot.services.ports import Clock, Understanding, Units
from bot.services.search import Search
from bot.services.words import Words


@dataclass(frozen=True)
class Assistance:
    """The three together."""

    search: Search
    handbook: HandbookSearch
    outgoing: Outgoing

    @classmethod
    def of(
        cls,
        reading: Units,
        understanding: Understanding,
        words: Words,
        clock: Clock,
        tokens: Tokens,
        syllables: Callable[[], Collection[str]],
        titles: Callable[[str], str],
    ) -> Self:
        """Put together; `reading` units only read, `syllables` are those of Pinyin."""
        return cls(
            Search(reading, words, tokens, syllables, titles),
            HandbookSearch(reading, words, clock, tokens, syllables, titles),
            Outgoing(reading, understanding, words, clock),
        )
