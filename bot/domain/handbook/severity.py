"""How grave and how hot a complaint is: the levels, and the rules by which packs name them.

The documents' definitions are data of packs, each with its source; bot/domain/judgement.py applies them.
docs/handbook.md describes every key for the person who writes a pack.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from bot.domain.handbook.clause import STRICT, Id, Text


class Severity(StrEnum):
    """D25 [001:597]."""

    MINOR = "轻微"
    SERIOUS = "严重"
    MAJOR = "重大"


class Heat(StrEnum):
    """D37 [003:46-50]."""

    NORMAL = "一般"
    HOT = "热点"
    MAJOR = "重大"


class Priority(StrEnum):
    """What is looked at first, in this order (D29 demands priorities and names none)."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 is looked at first."""
        return list(Priority).index(self)


class Flag(StrEnum):
    """What is known of a case beside its fields: found in what the customer writes, or set by a person.

    What isn't known is not set; where the difference between no and unknown counts, there is a flag for no.
    """

    MAY_SUE = "may_sue"
    MAY_BE_EXPOSED = "may_be_exposed"
    LAWSUIT = "lawsuit"
    MEDIA = "media"
    ON_THE_SPOT = "on_the_spot"
    NOT_ON_THE_SPOT = "on_the_spot_no"
    COMPENSATION = "compensation"
    NO_COMPENSATION = "compensation_no"
    MAJOR_IMPACT = "major_impact"
    NO_MAJOR_IMPACT = "major_impact_no"
    HEALTH = "health"  # somebody's health is at stake
    NOT_THE_SAME = "not_the_same"  # a person says that it is like no other complaint


CONTRADICTIONS = (
    frozenset({Flag.ON_THE_SPOT, Flag.NOT_ON_THE_SPOT}),
    frozenset({Flag.COMPENSATION, Flag.NO_COMPENSATION}),
    frozenset({Flag.MAJOR_IMPACT, Flag.NO_MAJOR_IMPACT}),
)
TITLES = {
    Flag.MAY_SUE: "可能引发诉讼",
    Flag.MAY_BE_EXPOSED: "可能被曝光",
    Flag.LAWSUIT: "已经引发诉讼",
    Flag.MEDIA: "已经被媒体曝光",
    Flag.ON_THE_SPOT: "当场可以解决",
    Flag.NOT_ON_THE_SPOT: "当场不能解决",
    Flag.COMPENSATION: "涉及赔偿",
    Flag.NO_COMPENSATION: "不涉及赔偿",
    Flag.MAJOR_IMPACT: "影响重大",
    Flag.NO_MAJOR_IMPACT: "影响不大",
    Flag.HEALTH: "涉及人身健康",
    Flag.NOT_THE_SAME: "与其他投诉不同",
}

_People = Annotated[int, Field(ge=2)]
_Days = Annotated[int, Field(ge=1)]


@dataclass(frozen=True, config=STRICT)
class SeverityRule:
    """A case is of this `level` when everything named here is known of it and true (or false, as written)."""

    id: Id
    level: Severity
    text: Text
    source: Text
    on_the_spot: bool | None = None
    compensation: bool | None = None
    major_impact: bool | None = None
    replaces: bool = False
    origin: str = ""


@dataclass(frozen=True, config=STRICT)
class Repeated:
    """The same complaint from so many different `people` (or more) within so many rolling `days`."""

    people: _People
    days: _Days


@dataclass(frozen=True, config=STRICT)
class HeatRule:
    """A case is of this `level` when the one condition that the rule names holds.

    `flags`: one of them is set; `together`: so many people (or more) complain at once; `unsolved_days`:
    without solution for longer than that through our fault.
    """

    id: Id
    level: Heat
    text: Text
    source: Text
    flags: tuple[Flag, ...] = ()
    repeated: Repeated | None = None
    together: _People | None = None
    unsolved_days: _Days | None = None
    replaces: bool = False
    origin: str = ""

    @property
    def conditions(self) -> int:
        """How many conditions it names; a good rule names one."""
        return sum(map(bool, (self.flags, self.repeated, self.together, self.unsolved_days)))


@dataclass(frozen=True, config=STRICT)
class PriorityRule:
    """A case is of this `level` when it is of this severity, of this heat, and somebody's health is at stake.

    What is not written may be anything. The first rule that fits counts.
    """

    id: Id
    level: Priority
    source: Text
    severity: Severity | None = None
    heat: Heat | None = None
    health: bool = False
    replaces: bool = False
    origin: str = ""


class ThingKind(StrEnum):
    """What several complaints can have in common; the values are the entities that fill such fields."""

    PRODUCT = "product"
    BATCH = "batch_no"
    ORDER = "order_no"
    PLACE = "place"  # a building, a route, a shop


@dataclass(frozen=True, config=STRICT)
class OutbreakRule:
    """So many different `people` within so many rolling `days` complain of the same thing: an alert.

    `kinds` are the kinds of things that count, `labels` the issues; without any, every issue counts.
    """

    id: Id
    kinds: tuple[ThingKind, ...]
    people: _People
    days: _Days
    source: Text
    labels: tuple[str, ...] = ()
    replaces: bool = False
    origin: str = ""


@dataclass(frozen=True, config=STRICT)
class AcceptanceRule:
    """A line of the consumer association's lists: what it takes up (`takes`), and what it doesn't.

    `sentence` is the key of the sentence that says so (`S-NOTICE-CCA-2#3`); `question` asks whether it holds.
    """

    id: Id
    takes: bool
    question: Text
    sentence: Text
    source: Text
    origin: str = ""


@dataclass(frozen=True, config=STRICT)
class AcceptanceNote:
    """What is said with each result: of which date the lists are, and where today's law stands."""

    dated: Text
    caveat: Text
    link: Text
