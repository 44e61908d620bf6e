"""The handbook of one company: its enabled packs put together, ready to be asked."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

from bot.domain.errors import HandbookInvalid, UnknownClause
from bot.domain.handbook import wording
from bot.domain.handbook.checking import check
from bot.domain.handbook.clause import Clause, Unit
from bot.domain.handbook.followup import Followup, Kind
from bot.domain.handbook.form import Form
from bot.domain.handbook.model import (
    Category,
    Deadline,
    Document,
    FieldRule,
    IssueRule,
    Pack,
)  # fmt: skip
from bot.domain.handbook.processes import Processes
from bot.domain.handbook.scheme import Scheme
from bot.domain.handbook.severity import AcceptanceNote, AcceptanceRule, Heat, Severity
from bot.domain.handbook.taboos import Taboo


class Way(NamedTuple):
    """One way to speak in a situation."""

    clause: Clause
    variant: int


@dataclass(frozen=True)
class Issue:
    """What the handbook says of a complaint label: an issue rule with its pack and its deadline settled."""

    label: str
    pack: str
    title: str
    category: Category
    kind: Kind
    severity: Severity
    heat: Heat
    own_class: str | None
    form: str | None
    human: bool
    say: tuple[str, ...]
    ask: tuple[str, ...]
    deadline: Deadline


class Handbook:
    """Clauses, fields, issues and situations of all enabled packs."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self.packs = tuple(sorted(packs, key=lambda pack: (pack.rank, pack.id)))
        self.clauses: Mapping[str, Clause] = {item.id: item for pack in self.packs for item in pack.clauses}
        self.fields: Mapping[str, FieldRule] = {item.id: item for pack in self.packs for item in pack.fields}
        self.documents: Mapping[str, Document] = {
            item.id: item for pack in self.packs for item in pack.documents
        }
        self.forms: Mapping[str, Form] = {item.id: item for pack in self.packs for item in pack.papers}
        self.meanings: Mapping[str, str] = {
            label: plain for pack in self.packs for label, plain in pack.meanings.items()
        }
        self.taboos: Mapping[str, Taboo] = {item.id: item for pack in self.packs for item in pack.taboos}
        self.processes = Processes(self.packs)
        self.scheme = Scheme.of(self.packs)
        self.acceptance: tuple[AcceptanceRule, ...] = tuple(
            rule for pack in self.packs for rule in pack.acceptance
        )
        self.acceptance_note: AcceptanceNote | None = next(
            (pack.acceptance_note for pack in self.packs if pack.acceptance_note), None
        )
        self._ways: dict[str, list[Way]] = {}
        for clause in self.clauses.values():
            if clause.situation:
                ways = (Way(clause, number) for number in range(len(clause.ways)))
                self._ways.setdefault(clause.situation, []).extend(ways)

    @classmethod
    def of(cls, packs: Collection[Pack]) -> Self:
        """The checked handbook of these packs. Raises HandbookInvalid with every problem, one a line."""
        problems = check(packs)
        if problems:
            raise HandbookInvalid("\n".join(str(problem) for problem in problems))
        return cls(packs)

    def clause(self, clause_id: str) -> Clause:
        """The clause with this id, or UnknownClause."""
        try:
            return self.clauses[clause_id]
        except KeyError:
            raise UnknownClause(f"手册里没有条款 {clause_id}。") from None

    def field(self, field_id: str) -> FieldRule:
        """The field with this id, or UnknownClause."""
        try:
            return self.fields[field_id]
        except KeyError:
            raise UnknownClause(f"手册里没有字段 {field_id}。") from None

    def situation(self, key: str) -> tuple[Way, ...]:
        """Every way to speak in a situation, in the packs' order; never empty, else UnknownClause."""
        ways = self._ways.get(key)
        if not ways:
            raise UnknownClause(f"手册里没有 {key} 这种情形的句子。")
        return tuple(ways)

    @property
    def situations(self) -> Collection[str]:
        """The situations that the packs have words for."""
        return self._ways.keys()

    def way(self, key: str, nth: int = 0) -> Way:
        """The nth way to speak in a situation, from 0 and wrapping around: ask again, say it differently."""
        ways = self.situation(key)
        return ways[nth % len(ways)]

    def issue(self, label: str, *, product: str | None = None, place: str | None = None) -> Issue:
        """What to do about a complaint label.

        A pack that claims the customer's product or place by its words and has a rule for the label goes
        first, then the pack that claims the label, then the pack that takes the rest.
        """
        for pack in reversed(self.packs):
            if label in pack.issues and pack.names(product, place):
                return self._issue(label, pack, pack.issues[label])
        for pack in reversed(self.packs):
            if label in pack.claims.labels:
                return self._issue(label, pack, pack.issues[label])
        for pack in self.packs:
            rule = pack.issues.get(label, pack.rest)
            if pack.claims.rest and rule is not None:
                return self._issue(label, pack, rule)
        raise UnknownClause(f"手册里没有写 {label} 怎么办。")

    def followup(self, pack_id: str | None) -> Followup | None:
        """How customers of this pack's cases are asked afterwards: as it says itself, else as general does.

        What it leaves out of the kinds of complaints is general's too. None: nobody wrote anything about it.
        """
        written = {pack.id: pack.followup for pack in self.packs if pack.followup}
        general = next((pack.followup for pack in self.packs if pack.claims.rest), None)
        own = written.get(pack_id or "", general)
        return own.over(general) if own and general else own

    def deadline(self, label: str) -> Deadline:
        """How long an answer may take: the issue's own number, its pack's, or the general one."""
        return self.issue(label).deadline

    def speak(
        self, key: str, values: Mapping[str, str], *, nth: int = 0, held: Collection[str] | None = None
    ) -> wording.Said:
        """Say the nth way of a situation; see `wording.say` for the rest.

        `deadline` is the general one where no case gives its own.
        """
        way = self.way(key, nth)
        known = {"deadline": self._general_deadline().text, **values}
        return wording.say(way.clause, known, variant=way.variant, held=held)

    def say(
        self,
        clause_id: str,
        values: Mapping[str, str],
        *,
        variant: int = 0,
        held: Collection[str] | None = None,
        close_only: Collection[str] = (),
    ) -> wording.Said:
        """Say a clause; one that is in `close_only` speaks its closing sentence alone (S-BEV-CLOSE-1)."""
        clause = self.clause(clause_id)
        if clause.closing and clause_id in close_only:
            clause = self.clause(clause.closing)
        return wording.say(clause, values, variant=variant, held=held)

    def sentences(self) -> Mapping[str, Unit]:
        """Every sentence by its key (`Clause.unit_key`)."""
        return {
            clause.unit_key(index, number): unit
            for clause in self.clauses.values()
            for number, way in enumerate(clause.ways)
            for index, unit in enumerate(way)
        }

    def held(self) -> frozenset[str]:
        """The keys of all sentences that the packs themselves hold back."""
        return frozenset(key for clause in self.clauses.values() for key in clause.held)

    @staticmethod
    def graver_severity(one: str, other: str) -> Severity:
        """The graver of two severities (D25)."""
        return max(Severity(one), Severity(other), key=list(Severity).index)

    @staticmethod
    def hotter(one: str, other: str) -> Heat:
        """The hotter of two heats (D37)."""
        return max(Heat(one), Heat(other), key=list(Heat).index)

    def _issue(self, label: str, pack: Pack, rule: IssueRule) -> Issue:
        deadline = rule.deadline or pack.deadline or self._general_deadline()
        return Issue(
            label=label, pack=pack.id, title=rule.title, category=rule.category, kind=rule.kind,
            severity=rule.severity, heat=rule.heat, own_class=rule.own_class, form=rule.form,
            human=rule.human, say=rule.say, ask=rule.ask, deadline=deadline,
        )  # fmt: skip

    def _general_deadline(self) -> Deadline:
        for pack in self.packs:
            if pack.claims.rest and pack.deadline:
                return pack.deadline
        raise UnknownClause("写 rest: true 的手册包没有期限；请补上。")
