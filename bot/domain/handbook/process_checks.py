"""What `kesu handbook check` finds wrong with processes: where it stands, and what to do about it."""

from collections.abc import Collection, Iterable, Iterator

from bot.domain import labels
from bot.domain.handbook.clause import Clause
from bot.domain.handbook.loading import Problem
from bot.domain.handbook.model import Pack
from bot.domain.handbook.process import ANYWHERE, MOVERS, REASON, STAY, Arrow, Named, Process
from bot.domain.handbook.processes import Processes
from bot.domain.people import Role

_ROLES = frozenset(role.value for role in Role)
_ASIDE = frozenset({"withdraw", "merge"})  # ways out that are no way of handling the complaint


def check_processes(packs: Collection[Pack], clauses: dict[str, Clause]) -> Iterator[Problem]:
    """Every problem of the packs' processes, positions and departments."""
    processes = Processes(packs)
    yield from _same_names(packs)
    yield from _general(packs)
    for pack in packs:
        yield from _labels(pack)
        for process in pack.process:
            check = _Check(process, processes, clauses)
            inherited = list(check.inheritance())
            yield from inherited or check.all()


def _same_names(packs: Iterable[Pack]) -> Iterator[Problem]:
    """Packs may name the same position; but one id means one thing, and never a position and a department."""
    for section in ("positions", "departments"):
        seen: dict[str, str] = {}
        for pack in packs:
            named: tuple[Named, ...] = getattr(pack, section)
            for item in named:
                if seen.setdefault(item.id, item.title) != item.title:
                    message = f"“{seen[item.id]}”已用这个编号；请换一个，或用同样的名称"
                    yield Problem(item.origin, f"{section}[{item.id}]", message)
                if item.id in _ROLES | MOVERS:
                    yield Problem(item.origin, f"{section}[{item.id}]", "这是角色的名称；请换一个编号")


def _general(packs: Iterable[Pack]) -> Iterator[Problem]:
    for pack in packs:
        if pack.claims.rest and all(process.labels for process in pack.process):
            yield Problem(pack.origin, "process", "写 rest: true 的手册包要有一个不限标签的流程；请补上")


def _labels(pack: Pack) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    for process in pack.process:
        place = f"process[{process.id}].labels"
        for label in process.labels or ("*",):
            if label != "*" and label not in labels.COMPLAINTS:
                yield Problem(process.origin, place, f"{label} 不是投诉标签；请改正或删去")
            if label in taken:
                what = "不限标签的流程" if label == "*" else label
                yield Problem(process.origin, place, f"{what}已由流程 {taken[label]} 管；请只留一处")
            taken[label] = process.id


class _Check:
    """The checks of one process, with what it inherits."""

    def __init__(self, process: Process, processes: Processes, clauses: dict[str, Clause]) -> None:
        self.own, self.whole = process, processes.all[process.id]
        self.processes, self.clauses = processes, clauses
        self.states = {state.id: state for state in self.whole.states}
        self.situations = {clause.situation for clause in clauses.values()}

    def problem(self, place: str, message: str) -> Problem:
        return Problem(self.own.origin, f"process[{self.own.id}]{place}", message)

    def inheritance(self) -> Iterator[Problem]:
        seen, process = {self.own.id}, self.own
        while process.inherits:
            if process.inherits not in self.processes.written:
                yield self.problem(".inherits", f"没有流程 {process.inherits}；请改正编号")
                return
            if process.inherits in seen:
                yield self.problem(".inherits", f"{process.inherits} 又继承回自己；请改正")
                return
            seen.add(process.inherits)
            process = self.processes.written[process.inherits]

    def all(self) -> Iterator[Problem]:
        yield from self._twice()
        yield from self._states()
        for arrow in self.own.arrows:
            yield from self._ends_of(arrow)
            yield from self._people_of(arrow)
            yield from self._filled_in(arrow)
        yield from self._values()
        yield from self._without()
        if self.whole.start not in self.states:
            yield self.problem(".start", f"没有状态 {self.whole.start}；请改正编号")
        else:
            yield from self._ways()

    def _twice(self) -> Iterator[Problem]:
        own = self.own
        sections = {
            "states": [state.id for state in own.states],
            "arrows": [arrow.id for arrow in own.arrows],
            "values": [value.id for value in own.values],
        }
        for section, ids in sections.items():
            for name in sorted({name for name in ids if ids.count(name) > 1}):
                yield self.problem(f".{section}[{name}]", "同一个流程里写了两次；请只留一处")

    def _states(self) -> Iterator[Problem]:
        for state in self.own.states:
            place = f".states[{state.id}]"
            if state.owner not in _ROLES | self.processes.positions.keys():
                yield self.problem(f"{place}.owner", f"没有角色或岗位 {state.owner}；请改正或加进 positions")
            for clause in state.checklist:
                if clause not in self.clauses:
                    yield self.problem(f"{place}.checklist", f"没有条款 {clause}；请改正编号")
            for todo in state.tasks:
                yield from self._assignee(place, todo.to)

    def _ends_of(self, arrow: Arrow) -> Iterator[Problem]:
        place = f".arrows[{arrow.id}]"
        for name in arrow.leaves:
            if name != ANYWHERE and name not in self.states:
                yield self.problem(f"{place}.from", f"没有状态 {name}；请改正编号")
        if arrow.to != STAY and arrow.to not in self.states:
            yield self.problem(f"{place}.to", f"没有状态 {arrow.to}；请改正编号")

    def _people_of(self, arrow: Arrow) -> Iterator[Problem]:
        place, positions = f".arrows[{arrow.id}]", self.processes.positions
        for name in arrow.by:
            if name not in _ROLES | MOVERS | positions.keys():
                yield self.problem(f"{place}.by", f"没有角色或岗位 {name}；请改正或加进 positions")
        for name in arrow.approval:
            if name not in positions:
                yield self.problem(f"{place}.approval", f"没有岗位 {name}；请改正或加进 positions")
        for todo in arrow.tasks:
            yield from self._assignee(place, todo.to)
        if arrow.sets.department and arrow.sets.department not in self.processes.departments:
            message = f"没有部门 {arrow.sets.department}；请改正或加进 departments"
            yield self.problem(f"{place}.sets.department", message)

    def _assignee(self, place: str, name: str) -> Iterator[Problem]:
        if name not in _ROLES | self.processes.positions.keys() | self.processes.departments.keys():
            yield self.problem(f"{place}.tasks", f"没有角色、岗位或部门 {name}；请改正")

    def _filled_in(self, arrow: Arrow) -> Iterator[Problem]:
        place = f".arrows[{arrow.id}]"
        known = {value.id: value for value in self.whole.values}
        for section, names in (("needs", arrow.needs), ("sets.findings", arrow.sets.findings)):
            for name in names:
                if name not in known and name != REASON:
                    yield self.problem(f"{place}.{section}", f"没有要填的项 {name}；请改正或加进 values")
        if arrow.until and (arrow.until not in known or known[arrow.until].kind != "moment"):
            yield self.problem(f"{place}.until", f"{arrow.until} 不是 kind: moment 的项；请改正")
        if arrow.say and arrow.say not in self.situations:
            message = f"没有 {arrow.say} 这种情形的句子；请改正，或加一条 situation: {arrow.say}"
            yield self.problem(f"{place}.say", message)

    def _values(self) -> Iterator[Problem]:
        for value in self.own.values:
            if (value.kind == "choice") != bool(value.options):
                yield self.problem(f".values[{value.id}]", "kind: choice 才要写 options，也必须写")

    def _without(self) -> Iterator[Problem]:
        base = self.processes.all.get(self.own.inherits or "")
        known = {item.id for item in base.states} | {item.id for item in base.arrows} if base else set()
        for name in self.own.without:
            if name not in known:
                yield self.problem(".without", f"继承来的没有 {name}；请改正或删去")

    def _ways(self) -> Iterator[Problem]:
        """States that no case reaches, and states from which no case is ever closed."""
        onward = _steps(self.whole, aside=True)
        for name in self.states.keys() - _reached({self.whole.start}, onward):
            yield self.problem(f".states[{name}]", "从开始走不到这个状态；请加一个通向它的箭头，或删去")
        closing = {name for name, state in self.states.items() if state.ends == "closed"}
        if not closing:
            yield self.problem(".states", "没有结案的状态；请加一个 ends: closed")
            return
        back: dict[str, set[str]] = {}
        for name, following in _steps(self.whole, aside=False).items():
            for after in following:
                back.setdefault(after, set()).add(name)
        for name in self.states.keys() - _reached(closing, back):
            if self.states[name].ends is None:
                yield self.problem(f".states[{name}]", "死路：从这里走不到结案；请加一个箭头")
        for means, end in (("withdraw", "withdrawn"), ("merge", "merged")):
            arrow = self.whole.meaning(means)
            if arrow is None or (state := self.states.get(arrow.to)) is None or state.ends != end:
                yield self.problem(".arrows", f"要有一个 means: {means} 的箭头，通向 ends: {end} 的状态")


def _steps(process: Process, *, aside: bool) -> dict[str, set[str]]:
    """From each state those that an arrow leads to; `aside`: with withdrawing and merging."""
    steps: dict[str, set[str]] = {}
    for arrow in process.arrows:
        if arrow.to != STAY and (aside or arrow.means not in _ASIDE):
            for name in process.sources_of(arrow):
                steps.setdefault(name, set()).add(arrow.to)
    return steps


def _reached(start: set[str], steps: dict[str, set[str]]) -> set[str]:
    found, left = set(start), list(start)
    while left:
        for after in steps.get(left.pop(), set()) - found:
            found.add(after)
            left.append(after)
    return found
