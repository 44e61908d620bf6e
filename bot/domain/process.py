"""A case on its way through its process: what may happen next, and who may do it.

The states and arrows come from the handbook's packs; the state machine is that of the library `transitions`.
A guard that refuses says why by an error, and the case stays where it was.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache

from transitions import EventData, Machine, MachineError

from bot.domain.case import Case
from bot.domain.errors import ForbiddenMove, InvalidInput, MissingValues, NotAllowed
from bot.domain.handbook.process import REASON, STAY, Arrow, Process, State, Value
from bot.domain.people import Deed, Role, User
from bot.domain.workdays import SHANGHAI

LONGEST_VALUE = 2000  # characters


@dataclass(frozen=True)
class Mover:
    """Who moves a case: a person with their positions, or without one the `customer` or the `desk` itself."""

    id: str
    user: User | None = None
    positions: frozenset[str] = frozenset()

    def is_one_of(self, names: tuple[str, ...], case: Case) -> bool:
        """Whether this is one of the roles, positions, or of `customer` and `desk`."""
        return any(self._is(name, case) for name in names)

    def _is(self, name: str, case: Case) -> bool:
        if self.user is None:
            return name == self.id
        if name == Role.DEPARTMENT.value:
            answers = self.user.may(Deed.ANSWER_FOR_DEPARTMENT)
            return answers and self.user.department is not None and self.user.department == case.department
        return self.user.active and (name in self.user.roles or name in self.positions)


CUSTOMER, DESK = Mover("customer"), Mover("desk")


@dataclass(frozen=True)
class Filled:
    """What was filled in for a move: the values of its process, and the reason."""

    values: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    def has(self, name: str) -> bool:
        """Whether there is an answer."""
        if name == REASON:
            return bool(self.reason.strip())
        return bool(self.values.get(name, "").strip())


@dataclass
class _Place:
    """What the state machine moves: one case's place in its process."""

    case: Case
    step: str = ""


class Course:
    """A process that cases run through."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._machine = Machine(
            model=None,
            states=[state.id for state in process.states],
            transitions=[
                {
                    "trigger": arrow.id,
                    "source": list(process.sources_of(arrow)),
                    "dest": arrow.to,
                    "conditions": [_is_allowed(arrow), _is_complete(arrow, process)],
                }
                for arrow in process.arrows
            ],
            initial=process.start,
            auto_transitions=False,
            send_event=True,
            model_attribute="step",
        )

    def stands(self, case: Case) -> State:
        """The state in which the case is; a case from before its process had states is at the start."""
        state = self.process.state(case.step or self.process.start)
        if state is None:
            raise ForbiddenMove(f"流程“{self.process.title}”里没有 {case.step} 这一步；请检查手册包。")
        return state

    def possible(self, case: Case, mover: Mover) -> list[Arrow]:
        """What this mover may do with the case now, in the pack's order."""
        names = set(self._machine.get_triggers(self.stands(case).id))
        found = [arrow for arrow in self.process.arrows if arrow.id in names]
        return [arrow for arrow in found if mover.is_one_of(arrow.by, case)]

    def try_out(self, case: Case, arrow_id: str, filled: Filled, mover: Mover | None) -> tuple[Arrow, State]:
        """The arrow, and the state to which it leads; the case itself is not changed.

        Without a mover nobody is asked whether they may: an approved proposal. Raises ForbiddenMove,
        NotAllowed, MissingValues.
        """
        arrow, here = self.process.arrow(arrow_id), self.stands(case)
        if arrow is None:
            raise ForbiddenMove(f"流程“{self.process.title}”里没有 {arrow_id} 这个操作。")
        place = _Place(case)
        self._machine.add_model(place, initial=here.id)
        try:
            self._machine.events[arrow.id].trigger(place, mover=mover, filled=filled)
        except MachineError:
            raise ForbiddenMove(self._refusal(arrow, here)) from None
        finally:
            self._machine.remove_model(place)
        return arrow, self.process.state(place.step) or here

    def _refusal(self, arrow: Arrow, here: State) -> str:
        names = self._machine.get_triggers(here.id)
        titles = [one.title for one in self.process.arrows if one.id in names]
        can = f"现在可以：{'、'.join(titles)}" if titles else "这件投诉已经走完流程"
        return f"投诉现在是“{here.title}”，不能“{arrow.title}”。{can}。"

    def missing(self, arrow: Arrow) -> tuple[Value, ...]:
        """What is to be filled in for this arrow, in order."""
        return tuple(_value(self.process, name) for name in arrow.needs)


@cache
def course(process: Process) -> Course:
    """The course of a process, made once."""
    return Course(process)


def stays(arrow: Arrow) -> bool:
    """Whether the arrow notes something and leaves the case where it is."""
    return arrow.to == STAY


def checked(value: Value, text: str, departments: Mapping[str, object]) -> str:
    """What was filled in, tidied; InvalidInput says what would be right."""
    text = text.strip()
    if len(text) > LONGEST_VALUE:
        raise InvalidInput(f"“{value.title}”太长了：最多 {LONGEST_VALUE} 个字。")
    if value.kind == "choice" and text not in value.options:
        raise InvalidInput(f"“{value.title}”请从这些里选：{'、'.join(value.options)}。")
    if value.kind == "department" and text not in departments:
        raise InvalidInput(f"“{value.title}”里没有 {text} 这个部门；请从部门表里选。")
    if value.kind == "amount" and not _is_amount(text):
        raise InvalidInput(f"“{value.title}”要写成数字，比如 200 或 199.50。")
    if value.kind == "moment":
        moment(text, value.title)
    return text


def moment(text: str, title: str = "时间") -> datetime:
    """A point in time as a person writes it, in Shanghai's time; InvalidInput shows how."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(f"“{title}”要写成 2026-03-18 14:00 这样的时间。") from None
    return read if read.tzinfo else read.replace(tzinfo=SHANGHAI)


def _is_amount(text: str) -> bool:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return False
    return amount.is_finite() and amount >= 0


def _value(process: Process, name: str) -> Value:
    return process.value(name) or Value(id=name, title="原因" if name == REASON else name)


def _is_allowed(arrow: Arrow) -> Callable[[EventData], bool]:
    """Lets those pass who may take the arrow."""

    def check(event: EventData) -> bool:
        mover: Mover | None = event.kwargs["mover"]
        if mover is None or mover.is_one_of(arrow.by, _case(event)):
            return True
        raise NotAllowed(f"您不能“{arrow.title}”：要由有这项权限的人来办。")

    return check


def _is_complete(arrow: Arrow, process: Process) -> Callable[[EventData], bool]:
    """Lets those pass who filled in what the arrow needs."""

    def check(event: EventData) -> bool:
        filled: Filled = event.kwargs["filled"]
        missing = [_value(process, name).title for name in arrow.needs if not filled.has(name)]
        if not missing:
            return True
        raise MissingValues(f"“{arrow.title}”之前还要填写：{'、'.join(missing)}。")

    return check


def _case(event: EventData) -> Case:
    place = event.model
    if not isinstance(place, _Place):
        raise TypeError(f"the machine moves places, not {place!r}")
    return place.case
