"""How a pack says that customers are asked afterwards (回访): how often, when, and with how many tries."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field
from pydantic.dataclasses import dataclass

from bot.domain.followup import Satisfaction
from bot.domain.handbook.clause import STRICT, Text
from bot.domain.handbook.process import Term

Count = Annotated[int, Field(ge=1, le=9)]


class Kind(StrEnum):
    """Decides the number of follow-up visits (D01 [000:14] names the first two)."""

    ENGINEERING = "工程"
    SERVICE = "服务"
    PRODUCT = "产品"


@dataclass(frozen=True, config=STRICT)
class Visits:
    """How many visits complaints of a kind get: `least`, up to `most` while the answer isn't `content`."""

    kind: Kind
    least: Count
    most: Count
    source: Text


@dataclass(frozen=True, config=STRICT)
class Followup:
    """The visits of a pack's cases.

    The first is begun `begins` after the remedy, so that all `tries` (one on each working day) fall within
    `first`; the next one follows `between` after the one before. `content` are the answers that need no
    further visit beyond the least, and with which a case is closed without a supervisor's note.
    """

    first: Term
    begins: Term
    between: Term
    tries: Count
    tries_source: Text
    visits: tuple[Visits, ...]
    content: tuple[Satisfaction, ...]
    content_source: Text
    origin: str = ""

    def over(self, general: Self) -> Self:
        """The same with what `general` says of the kinds that are left out here."""
        own = {visits.kind for visits in self.visits}
        more = tuple(visits for visits in general.visits if visits.kind not in own)
        return replace(self, visits=(*self.visits, *more))

    def of(self, kind: str) -> Visits | None:
        """What is written about the complaints of this kind."""
        return next((visits for visits in self.visits if visits.kind == kind), None)
