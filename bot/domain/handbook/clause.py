"""A clause of a handbook: a quotation or a sentence of the desk's own, cut into sentences."""

import hashlib
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.dataclasses import dataclass

STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)

COMPANY = "公司修订"  # the origin of a clause that the company has revised (bot/domain/handbook/editions.py)

Text = Annotated[str, StringConstraints(min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$")]
UnitKey = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,3}(\.[1-9]\d{0,3})?$")]


class Audience(StrEnum):
    """Whom a clause is for. Only the first three can ever reach a customer through the bot."""

    CUSTOMER = "customer"
    CUSTOMER_APPROVAL = "customer-approval"
    INFORMATION = "information"
    AUTHORITY = "authority"
    RECORD = "record"
    INTERNAL = "internal"


Step = Literal[
    "receive", "listen", "understand", "verify", "answer", "propose", "agree", "carry_out", "accept",
    "inform", "confirm", "follow_up", "record",
]  # fmt: skip


def _plain(value: Any) -> Any:  # noqa: ANN401 -- whatever stood in the YAML; pydantic judges the result
    """A unit without marks may be written as its bare text."""
    return {"text": value} if isinstance(value, str) else value


def _single(value: Any) -> Any:  # noqa: ANN401 -- as above
    """A variant of one unit may be written without its list."""
    return [value] if isinstance(value, str | dict) else value


@dataclass(frozen=True, config=STRICT)
class Unit:
    """One sentence of a clause, up to its 。 ? or !: the smallest piece a supervisor can hold back.

    `text` is as printed, `corrected` what is sent instead of a misprint; `risk` and `reason` say why a
    supervisor may want to hold it; `held` sentences are left out unless the company releases them;
    `paragraph` starts a new line before it. `key` is its name after the clause's #, where that is not its
    place: a revised clause keeps the names of its sentences, so that switches go on meaning the same ones.
    """

    text: Text
    corrected: Text | None = None
    paragraph: bool = False
    risk: Text | None = None
    reason: Text | None = None
    held: bool = False
    key: UnitKey | None = None

    @property
    def sent(self) -> str:
        """The text that goes out: the correction where there is one."""
        return self.corrected or self.text


Units = Annotated[tuple[Annotated[Unit, BeforeValidator(_plain)], ...], BeforeValidator(_single)]


@dataclass(frozen=True, config=STRICT)
class Placeholder:
    """A blank that is printed in a quotation, and the value that fills it."""

    printed: Text
    field: Text


@dataclass(frozen=True, config=STRICT)
class Clause:
    """A passage of a handbook, or our own sentence (`source: desk`), with a stable id and a version.

    A quotation names its `document`, `place` (source file and lines) and `digest`; an own sentence may name
    the clause it `follows`. `wording` is one way to say it, `variants` are several.
    """

    id: Id
    audience: Audience
    version: Annotated[int, Field(ge=1)] = 1
    document: str | None = None
    place: str | None = None
    source: Literal["desk"] | None = None
    follows: Id | None = None
    digest: str | None = None
    step: Step | None = None
    medium: Literal["speech", "letter"] = "speech"
    answers: tuple[str, ...] = ()
    situation: str | None = None
    released: bool = False
    closing: Id | None = None
    trigger: Text | None = None
    heading: Text | None = None
    placeholders: tuple[Placeholder, ...] = ()
    wording: Units = ()
    variants: tuple[Units, ...] = ()
    replaces: bool = False
    origin: str = ""

    @property
    def ways(self) -> tuple[tuple[Unit, ...], ...]:
        """Every way to say the clause, as sentences."""
        return self.variants or (self.wording,)

    @property
    def quotation(self) -> str:
        """The archived wording, exactly as printed in the source."""
        return "".join(unit.text for unit in self.wording)

    @property
    def may_be_said(self) -> bool:
        """Whether the bot may say it: no letters, nothing internal, nothing that waits for approval."""
        if self.medium == "letter":
            return False
        if self.audience is Audience.CUSTOMER_APPROVAL:
            return self.released
        return self.audience in (Audience.CUSTOMER, Audience.INFORMATION)

    @property
    def restriction(self) -> str:
        """What keeps the bot from saying this, as the pack names it."""
        return "letter" if self.medium == "letter" else self.audience.value

    @property
    def is_revised(self) -> bool:
        """Whether these are the company's words instead of the printed ones; no pack's file can say so."""
        return self.origin == COMPANY

    def unit_key(self, index: int, variant: int = 0) -> str:
        """A sentence's stable name, counted from 1: `S-BEV-TETRA-1#4`; with variants, `K-BYE#2.1`."""
        place = f"{variant + 1}.{index + 1}" if self.variants else str(index + 1)
        return f"{self.id}#{self.ways[variant][index].key or place}"

    @property
    def held(self) -> frozenset[str]:
        """The sentences that the pack itself holds back."""
        return frozenset(
            self.unit_key(index, number)
            for number, way in enumerate(self.ways)
            for index, unit in enumerate(way)
            if unit.held
        )


def digest_of(wording: str) -> str:
    """SHA-256 of an archived wording, as a pack writes it beside the quotation."""
    return hashlib.sha256(wording.encode()).hexdigest()
