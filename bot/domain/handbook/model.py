"""What a handbook is made of: packs of documents, clauses, fields and issue rules.

The classes are validated when they are built, so a pack's YAML is checked against them key by key
(`bot/domain/handbook/loading.py`); docs/handbook.md describes every key for the person who writes a pack.
"""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints
from pydantic.dataclasses import dataclass

from bot.domain.deadlines import Duration, Unit
from bot.domain.handbook.clause import STRICT, Clause, Id, Text
from bot.domain.handbook.followup import Followup, Kind
from bot.domain.handbook.form import Form
from bot.domain.handbook.process import Named, Process
from bot.domain.handbook.severity import (
    AcceptanceNote,
    AcceptanceRule,
    Heat,
    HeatRule,
    OutbreakRule,
    PriorityRule,
    Severity,
    SeverityRule,
)
from bot.domain.handbook.taboos import Taboo

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Category(StrEnum):
    """What the complaint is about, in the four classes of D25 [001:595]."""

    PRODUCT = "产品质量"
    TRANSPORT = "运输包装"
    SERVICE = "服务质量"
    OTHER = "其他"


@dataclass(frozen=True, config=STRICT)
class Document:
    """A source document: where the quotations of a pack come from."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z]+\d+$")]
    title: Text
    industry: Text
    place: str = ""
    origin: str = ""


@dataclass(frozen=True, config=STRICT)
class FieldRule:
    """A fact that a case can hold: its name, the entities that fill it, and whether it is personal.

    `told` is its name in words to the customer, where `title` is made for people of the desk; `called` is
    what customers call it. `by_photo`: a photo or video that the customer sends answers it.
    """

    id: Key
    title: Text
    told: str = ""
    called: tuple[str, ...] = ()
    filled_by: tuple[str, ...] = ()
    form: Id | None = None
    sensitive: bool = False
    by_photo: bool = False
    replaces: bool = False
    origin: str = ""

    @property
    def situation(self) -> str:
        """The situation whose clauses ask for this field."""
        return f"ask.{self.id}"

    @property
    def name(self) -> str:
        """Its name in words to the customer."""
        return self.told or self.title


@dataclass(frozen=True, config=STRICT)
class Deadline:
    """The answer promised on acceptance, and the place it is taken from."""

    value: Annotated[float, Field(gt=0, multiple_of=0.5)]
    source: Text
    unit: Unit = Unit.WORKDAYS

    @property
    def duration(self) -> Duration:
        """How long it may take."""
        return Duration(self.value, self.unit)

    @property
    def text(self) -> str:
        """The same as customers read it."""
        return self.duration.text


@dataclass(frozen=True, config=STRICT)
class IssueRule:
    """How a complaint of one label is filed, answered and asked about.

    `say` holds clause ids in order, `ask` field ids in the order that matters, `form` where they come from.
    `human` hands the case to a person at once. `own_class` is the document's own name for the class.
    """

    title: Text
    category: Category
    kind: Kind
    severity: Severity
    say: tuple[Id, ...]
    ask: tuple[Key, ...]
    heat: Heat = Heat.NORMAL
    own_class: Text | None = None
    form: Id | None = None
    human: bool = False
    deadline: Deadline | None = None
    replaces: bool = False
    origin: str = ""


@dataclass(frozen=True, config=STRICT)
class Claims:
    """What a pack answers for: labels, or products and places by their words; `rest` takes what is left."""

    labels: tuple[str, ...] = ()
    products: tuple[Text, ...] = ()
    places: tuple[Text, ...] = ()
    rest: bool = False


@dataclass(frozen=True, config=STRICT)
class Pack:
    """One handbook of an industry or a company. Packs are read by `rank`, lowest first.

    `papers` are the forms that its documents prescribe; `rest` files a complaint that no pack has a rule for;
    `meanings` says in a customer's plain words what a label means. `positions` and `departments` are those
    that its documents name, `process` says how its cases go from acceptance to closing.

    `severity`, `heat` and `priority` are rules by which cases are judged, `outbreaks` those for an alert;
    `vague` words name no thing in particular. `acceptance` are the consumer association's lists, `taboos`
    what must never be said to a customer.
    """

    id: Key
    title: Text
    rank: Annotated[int, Field(ge=0)] = 50
    claims: Claims = Claims()
    deadline: Deadline | None = None
    documents: tuple[Document, ...] = ()
    papers: tuple[Form, ...] = ()
    fields: tuple[FieldRule, ...] = ()
    issues: Mapping[str, IssueRule] = field(default_factory=dict)
    rest: IssueRule | None = None
    clauses: tuple[Clause, ...] = ()
    meanings: Mapping[str, Text] = field(default_factory=dict)
    positions: tuple[Named, ...] = ()
    departments: tuple[Named, ...] = ()
    process: tuple[Process, ...] = ()
    followup: Followup | None = None
    severity: tuple[SeverityRule, ...] = ()
    heat: tuple[HeatRule, ...] = ()
    priority: tuple[PriorityRule, ...] = ()
    outbreaks: tuple[OutbreakRule, ...] = ()
    vague: tuple[Text, ...] = ()
    acceptance: tuple[AcceptanceRule, ...] = ()
    acceptance_note: AcceptanceNote | None = None
    taboos: tuple[Taboo, ...] = ()
    origin: str = ""

    def names(self, product: str | None, place: str | None) -> bool:
        """Whether the pack claims this product or place by one of its words."""
        return any(word in (product or "") for word in self.claims.products) or any(
            word in (place or "") for word in self.claims.places
        )
