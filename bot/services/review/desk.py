"""Everything about messages worth a look, put together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from bot.services.ports import Clock, Understanding, Units
from bot.services.refiling import Refiling
from bot.services.review.finding import Finding
from bot.services.review.grouping import Grouping
from bot.services.review.looking import Looking
from bot.services.review.proposing import Proposing
from bot.services.review.reviewing import Reviewing
from bot.services.titles import titles
from bot.services.words import Words


@dataclass(frozen=True)
class ReviewDesk:
    """What reviewers see (`pages`) and do (`deeds`), and the background rounds.

    `proposing` keeps the labels that they propose; `refiling` gives cases another issue.
    """

    pages: Looking
    deeds: Reviewing
    proposing: Proposing
    refiling: Refiling
    finding: Finding
    grouping: Grouping

    @classmethod
    def of(
        cls,
        units: Units,
        reading: Units,
        understanding: Understanding,
        clock: Clock,
        words: Words,
        syllables: Callable[[str], Sequence[str]],
    ) -> Self:
        """Put together; `syllables` gives for each character of a text how it is typed."""
        called = titles(words.handbook)
        pages = Looking(reading, called, syllables)
        known = [choice.title for choice in pages.choices]
        return cls(
            pages=pages,
            deeds=Reviewing(units, clock, called),
            proposing=Proposing(units, clock, known, words.handbook.clauses, reading=reading),
            finding=Finding(units, clock),
            refiling=Refiling(units, words, clock),
            grouping=Grouping(units, reading, understanding, clock),
        )

    async def look(self) -> int:
        """One round: find what is worth a look since the last one, and group it; how much was grouped."""
        await self.finding.look()
        return await self.grouping.look()
