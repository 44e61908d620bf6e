"""The rules of all enabled packs by which cases are judged, put together."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

from bot.domain.handbook.model import Pack
from bot.domain.handbook.severity import HeatRule, OutbreakRule, PriorityRule, SeverityRule


class _Rule(Protocol):
    @property
    def id(self) -> str: ...


_Any = TypeVar("_Any", bound=_Rule)


@dataclass(frozen=True)
class Scheme:
    """Rules in the packs' order; a later pack's rule stands in the place of the one that it replaces.

    `vague` are words that name no thing in particular: 商品, 楼下.
    """

    severity: tuple[SeverityRule, ...] = ()
    heat: tuple[HeatRule, ...] = ()
    priority: tuple[PriorityRule, ...] = ()
    outbreaks: tuple[OutbreakRule, ...] = ()
    vague: frozenset[str] = frozenset()

    @classmethod
    def of(cls, packs: Iterable[Pack]) -> Self:
        """The rules of these packs, which come in reading order."""
        packs = tuple(packs)
        return cls(
            _latest(rule for pack in packs for rule in pack.severity),
            _latest(rule for pack in packs for rule in pack.heat),
            _latest(rule for pack in packs for rule in pack.priority),
            _latest(rule for pack in packs for rule in pack.outbreaks),
            frozenset(word for pack in packs for word in pack.vague),
        )

    @property
    def fingerprint(self) -> str:
        """Changes when any rule does: cases judged under another one are judged anew."""
        whole = repr((self.severity, self.heat, self.priority, sorted(self.vague)))
        return hashlib.sha256(whole.encode()).hexdigest()[:16]

    @property
    def repeat_days(self) -> int:
        """The window, in days, in which the same complaint is counted (the check wants just one)."""
        return next((rule.repeated.days for rule in self.heat if rule.repeated), 30)

    @property
    def repeat_people(self) -> tuple[int, ...]:
        """The numbers of different people at which a rule about the same complaint sets in."""
        return tuple(sorted({rule.repeated.people for rule in self.heat if rule.repeated}))


def _latest(rules: Iterable[_Any]) -> tuple[_Any, ...]:
    by_id: dict[str, _Any] = {}
    for rule in rules:
        by_id[rule.id] = rule
    return tuple(by_id.values())
