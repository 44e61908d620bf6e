"""How a pack writes down the life of a case: states, the arrows between them, and where each is taken from.

docs/handbook.md describes every key for the person who writes a pack, docs/process.md draws the processes
that come with the desk; bot/domain/process.py makes them run.
"""

from collections.abc import Mapping
from dataclasses import field, replace
from enum import StrEnum
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.dataclasses import dataclass

from bot.domain.deadlines import Duration, Unit
from bot.domain.handbook.clause import STRICT, Id, Text
from bot.domain.task import TaskKind

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]

ANYWHERE = "*"  # an arrow that leaves every state in which the case is still open
STAY = "="  # an arrow that notes something and leaves the case where it is
REASON = "reason"  # what every arrow may need besides the values of its process
_BY_EITHER_NAME = ConfigDict(**STRICT, validate_by_name=True, validate_by_alias=True)
MOVERS = frozenset({"customer", "desk"})  # who moves cases besides people with roles and positions


def _single(value: object) -> object:
    """A list of one may be written without its brackets."""
    return [value] if isinstance(value, str) else value


Keys = Annotated[tuple[Text, ...], BeforeValidator(_single)]


class Stage(StrEnum):
    """Where a case is, in terms that all processes share: what other parts of the desk look at."""

    ACCEPT = "accept"
    INVESTIGATE = "investigate"
    DECIDE = "decide"
    DISPATCH = "dispatch"
    PROPOSE = "propose"
    CONSULT = "consult"
    IMPLEMENT = "implement"
    FOLLOW_UP = "follow_up"
    END = "end"


@dataclass(frozen=True, config=STRICT)
class Named:
    """A position (品管部经理) or a department (生产部) that a document names."""

    id: Key
    title: Text
    source: Text
    origin: str = ""


@dataclass(frozen=True, config=STRICT)
class Term:
    """How long a step may take, and the place that says so."""

    value: Annotated[float, Field(gt=0)]
    unit: Unit
    source: Text

    @property
    def duration(self) -> Duration:
        """The length of time."""
        return Duration(self.value, self.unit)


@dataclass(frozen=True, config=STRICT)
class Value:
    """Something that a person fills in when they move a case; `kind` says what is taken for an answer."""

    id: Key
    title: Text
    kind: Literal["text", "choice", "department", "amount", "moment"] = "text"
    options: tuple[Text, ...] = ()


@dataclass(frozen=True, config=STRICT)
class Todo:
    """Something to do that a state or an arrow gives to somebody: a role, a position or a department."""

    title: Text
    to: Key
    kind: TaskKind = TaskKind.STEP
    deadline: Term | None = None


@dataclass(frozen=True, config=STRICT)
class Effects:
    """What an arrow makes true besides the new state; `findings` are values that it fills in by itself."""

    verdict: Literal["founded", "unfounded"] | None = None
    round: Literal["next"] | None = None
    department: Key | None = None
    findings: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, config=STRICT)
class State:
    """One station of a case. `owner` has to act: a role, a position, or `department` (the case's).

    `told` is what customers who ask are told, `checklist` names the clauses that tell the person what to do,
    `ends` makes it an end.
    """

    id: Key
    title: Text
    stage: Stage
    source: Text
    told: Text | None = None
    owner: Key = "agent"
    deadline: Term | None = None
    checklist: tuple[Id, ...] = ()
    tasks: tuple[Todo, ...] = ()
    ends: Literal["closed", "withdrawn", "merged"] | None = None


@dataclass(frozen=True, config=_BY_EITHER_NAME)
class Arrow:
    """One way from state to state: who may take it, what they fill in, who approves it, what is said of it.

    `leaves` (written `from`) are the states it starts in. `approval` names positions in order: the case moves
    when the last has approved. `promise` sets the promised day anew, counted from acceptance; `until` names
    the value (a moment) by which the next step is due. What it `means` other parts of the desk look for.
    """

    id: Key
    title: Text
    leaves: Annotated[Keys, Field(alias="from")]
    to: Text
    by: Keys
    source: Text
    needs: Keys = ()
    sets: Effects = Effects()
    approval: Keys = ()
    deadline: Term | None = None
    promise: Term | None = None
    until: Key | None = None
    tasks: tuple[Todo, ...] = ()
    say: Text | None = None
    means: Literal["withdraw", "merge", "reopen", "agree", "disagree"] | None = None


@dataclass(frozen=True, eq=False, config=STRICT)
class Process:
    """The life of the cases of a pack, or of some of its `labels`.

    `inherits` takes over the states, arrows and values of another process; those with the same id replace
    them, and those named in `without` are left out, with the arrows that lead to them. `ahead` tells
    customers on acceptance what happens next and who does it.
    """

    id: Key
    title: Text
    source: Text
    labels: tuple[str, ...] = ()
    start: Key = "accepted"
    inherits: Key | None = None
    without: tuple[Key, ...] = ()
    ahead: Text | None = None
    values: tuple[Value, ...] = ()
    states: tuple[State, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    origin: str = ""

    def state(self, id: str) -> State | None:
        """The state with this id."""
        return next((state for state in self.states if state.id == id), None)

    def arrow(self, id: str) -> Arrow | None:
        """The arrow with this id."""
        return next((arrow for arrow in self.arrows if arrow.id == id), None)

    def value(self, id: str) -> Value | None:
        """What people fill in under this id."""
        return next((value for value in self.values if value.id == id), None)

    def sources_of(self, arrow: Arrow) -> tuple[str, ...]:
        """The states that an arrow leaves."""
        if ANYWHERE in arrow.leaves:
            return tuple(state.id for state in self.states if state.ends is None)
        return arrow.leaves

    def meaning(self, means: str) -> Arrow | None:
        """The arrow that withdraws, merges or reopens."""
        return next((arrow for arrow in self.arrows if arrow.means == means), None)


_Item = TypeVar("_Item", bound=State | Arrow | Value)


def resolve(process: Process, others: Mapping[str, Process]) -> Process:
    """The process with what it inherits; an unknown or circular `inherits` is left to the check."""
    seen, chain = {process.id}, [process]
    while (base := others.get(chain[-1].inherits or "")) and base.id not in seen:
        seen.add(base.id)
        chain.append(base)
    whole = chain.pop()
    while chain:
        whole = _over(whole, chain.pop())
    return whole


def _over(base: Process, own: Process) -> Process:
    states = _merged(base.states, own.states, own.without)
    known = {state.id for state in states}
    inherited = tuple(
        replace(arrow, leaves=left)
        for arrow in base.arrows
        if (arrow.to == STAY or arrow.to in known) and (left := _still_there(arrow, known))
    )
    return replace(
        own,
        ahead=own.ahead or base.ahead,
        states=states,
        arrows=_merged(inherited, own.arrows, own.without),
        values=_merged(base.values, own.values, ()),
    )


def _still_there(arrow: Arrow, known: set[str]) -> tuple[str, ...]:
    return tuple(name for name in arrow.leaves if name == ANYWHERE or name in known)


def _merged(base: tuple[_Item, ...], own: tuple[_Item, ...], without: tuple[str, ...]) -> tuple[_Item, ...]:
    replacing: dict[str, _Item] = {item.id: item for item in own}
    known = {item.id for item in base}
    kept: list[_Item] = [replacing.get(item.id, item) for item in base if item.id not in without]
    return (*kept, *[item for item in own if item.id not in known or item.id in without])
