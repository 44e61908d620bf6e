"""How grave and how hot a case is, and what is looked at first: the packs' rules applied to what is known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.domain.case import Case
from bot.domain.errors import InvalidInput
from bot.domain.handbook.scheme import Scheme
from bot.domain.handbook.severity import (
    CONTRADICTIONS,
    TITLES,
    Flag,
    Heat,
    HeatRule,
    Priority,
    PriorityRule,
    Severity,
    SeverityRule,
)

_DAY = timedelta(days=1)
_KNOWN = {
    "on_the_spot": (Flag.ON_THE_SPOT, Flag.NOT_ON_THE_SPOT),
    "compensation": (Flag.COMPENSATION, Flag.NO_COMPENSATION),
    "major_impact": (Flag.MAJOR_IMPACT, Flag.NO_MAJOR_IMPACT),
}


@dataclass(frozen=True)
class Facts:
    """What the rules look at.

    `severity` and `heat` are what the packs say of the issue alone; `together` the people who complain at
    once; `repeated` the different people with the same complaint within the rules' window; `unsolved` how
    long the case has been without solution through our fault; `health` whether somebody's health is at stake.
    `fixed_severity` and `fixed_heat` are levels that a person set by hand.
    """

    severity: Severity
    heat: Heat
    flags: frozenset[Flag] = frozenset()
    together: int = 1
    repeated: int = 1
    unsolved: timedelta = timedelta()
    health: bool = False
    fixed_severity: Severity | None = None
    fixed_heat: Heat | None = None


@dataclass(frozen=True)
class Reason:
    """Why a case is of a level: the rule and, in words, what of the case fits it."""

    rule: str
    level: str
    text: str


@dataclass(frozen=True)
class Verdict:
    """What a case is. `again_after` is the age at which passing time alone changes it next."""

    severity: Severity
    heat: Heat
    priority: Priority
    reasons: tuple[Reason, ...] = ()
    again_after: timedelta | None = None

    def to_json(self) -> dict[str, Any]:
        """The verdict as it stands on the case."""
        return {
            "severity": self.severity.value,
            "heat": self.heat.value,
            "priority": self.priority.value,
            "reasons": [vars(reason) for reason in self.reasons],
        }


def judge(scheme: Scheme, facts: Facts) -> Verdict:
    """Apply the rules; the gravest and the hottest that fit count.

    Where nothing is known that a rule of severity asks for, the case stays what its issue is. Heat only adds
    to what the issue is: nothing known of a case makes an authority's inquiry ordinary.
    """
    grave = [rule for rule in scheme.severity if _is_grave(rule, facts.flags)]
    hot = {rule: text for rule in scheme.heat if (text := _is_hot(rule, facts))}
    severity = facts.fixed_severity or _gravest([rule.level for rule in grave], facts.severity)
    heat = facts.fixed_heat or _hottest([facts.heat, *(rule.level for rule in hot)])
    return Verdict(
        severity=severity,
        heat=heat,
        priority=_priority(scheme.priority, severity, heat, facts),
        reasons=(
            *(_reason(rule, _said_of(rule)) for rule in grave),
            *(_reason(rule, text) for rule, text in hot.items()),
        ),
        again_after=_next_age(scheme.heat, facts.unsolved),
    )


def _reason(rule: SeverityRule | HeatRule, said: str) -> Reason:
    return Reason(rule.id, rule.level.value, f"{said}（{rule.source}：{rule.text}）")


def _gravest(levels: Iterable[Severity], otherwise: Severity) -> Severity:
    return max(levels, key=list(Severity).index, default=otherwise)


def _hottest(levels: Iterable[Heat]) -> Heat:
    return max(levels, key=list(Heat).index)


def _is_grave(rule: SeverityRule, flags: frozenset[Flag]) -> bool:
    return all(
        wanted is None or (yes if wanted else no) in flags
        for wanted, (yes, no) in ((getattr(rule, name), known) for name, known in _KNOWN.items())
    )


def _said_of(rule: SeverityRule) -> str:
    wanted = ((getattr(rule, name), known) for name, known in _KNOWN.items())
    return "、".join(TITLES[yes if value else no] for value, (yes, no) in wanted if value is not None)


def _is_hot(rule: HeatRule, facts: Facts) -> str | None:
    """What of the case fits the rule, in words; None when it doesn't fit."""
    found = [TITLES[flag] for flag in rule.flags if flag in facts.flags]
    if found:
        return "、".join(found)
    if rule.together and facts.together >= rule.together:
        return f"{facts.together}人一起投诉"
    if rule.repeated and facts.repeated >= rule.repeated.people:
        return f"{rule.repeated.days}天内有{facts.repeated}位不同的顾客投诉同样的问题"
    if rule.unsolved_days and facts.unsolved > rule.unsolved_days * _DAY:
        return f"由于我方原因{rule.unsolved_days}天以上没有解决"
    return None


def _next_age(rules: Iterable[HeatRule], unsolved: timedelta) -> timedelta | None:
    ages = (rule.unsolved_days * _DAY for rule in rules if rule.unsolved_days)
    return min((age for age in ages if age >= unsolved), default=None)


def _priority(rules: Iterable[PriorityRule], severity: Severity, heat: Heat, facts: Facts) -> Priority:
    for rule in rules:
        fits = (
            rule.severity in (None, severity)
            and rule.heat in (None, heat)
            and (facts.health or not rule.health)
        )
        if fits:
            return rule.level
    return Priority.NORMAL


def flags_of(case: Case) -> frozenset[Flag]:
    """The flags that rules know; what other parts of the desk note beside them is passed over.

    A case that was handed to a department could not be solved on the spot (D25: 需要相关部门协作), unless a
    person says otherwise.
    """
    known = frozenset(Flag(name) for name in case.flags if name in set(Flag))
    on_the_spot = {Flag.ON_THE_SPOT, Flag.NOT_ON_THE_SPOT}
    return known | {Flag.NOT_ON_THE_SPOT} if case.department and not known & on_the_spot else known


def unsolved(case: Case, now: datetime) -> timedelta:
    """How long an accepted case has been without solution, without the time in which we waited for others."""
    if case.accepted_at is None:
        return timedelta()
    rested = timedelta(seconds=case.paused_seconds)
    if case.paused_since is not None:
        rested += max(timedelta(), now - case.paused_since)
    return max(timedelta(), now - case.accepted_at - rested)


def concerns_health(case: Case) -> bool:
    """Whether somebody's health is at stake, by the case's issues or by what is noted of it."""
    return "illness" in (case.issue, case.second_issue) or Flag.HEALTH in case.flags


@dataclass(frozen=True)
class Correction:
    """What a person changes of that by which a case is judged; what is None stays.

    `flags` maps flags to whether they are to be set; a level of `severity` or `heat` is set by hand, an empty
    word gives it back to the rules.
    """

    flags: Mapping[Flag, bool] = field(default_factory=dict)
    people: int | None = None
    severity: str | None = None
    heat: str | None = None

    def apply(self, case: Case) -> None:
        """Change the case; InvalidInput for numbers, levels and flags that can't be."""
        if self.people is not None and not 1 <= self.people <= MOST_PEOPLE:
            raise InvalidInput(f"投诉人数要在 1 到 {MOST_PEOPLE} 之间。")
        flags = _with(case.flags, self.flags)
        fixed = dict((case.judged or {}).get("fixed", {}))
        for name, level, kind in (("severity", self.severity, Severity), ("heat", self.heat, Heat)):
            if level and level not in set(kind):
                raise InvalidInput(f"没有“{level}”这一级；请从这些里选：{'、'.join(kind)}。")
            if level is not None:
                fixed = {**fixed, name: level} if level else {k: v for k, v in fixed.items() if k != name}
        case.flags = flags
        case.people = self.people or case.people
        case.judged = {**(case.judged or {}), "fixed": fixed}


MOST_PEOPLE = 1_000_000


def _with(flags: Iterable[str], changes: Mapping[Flag, bool]) -> list[str]:
    """The flags after the changes; setting one takes its opposite away, and both at once are refused."""
    wanted = {flag for flag, is_set in changes.items() if is_set}
    for pair in CONTRADICTIONS:
        if pair <= wanted:
            raise InvalidInput(f"“{'”和“'.join(sorted(TITLES[flag] for flag in pair))}”不能同时成立。")
    opposites = {flag for pair in CONTRADICTIONS if pair & wanted for flag in pair}
    gone = opposites | set(changes)
    return [flag for flag in flags if flag not in gone] + [flag.value for flag in Flag if flag in wanted]


def estimate_of(case: Case, severity: Severity, heat: Heat) -> tuple[Severity, Heat]:
    """The levels of the issues alone: what the handbook says of them now, or graver by what was filed before.

    A level that differs from the last verdict was filed since, for another issue of the same case.
    """
    last = case.judged or {}
    before = last.get("estimate", {})
    severities = [before.get("severity"), case.severity if case.severity != last.get("severity") else None]
    heats = [before.get("heat"), case.heat if case.heat != last.get("heat") else None]
    return (
        _gravest([severity, *(Severity(one) for one in severities if one in set(Severity))], severity),
        _hottest([heat, *(Heat(one) for one in heats if one in set(Heat))]),
    )
