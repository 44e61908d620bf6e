"""Where a clause is used, and what it is called in lists."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from bot.domain.handbook.clause import Clause
from bot.domain.handbook.handbook import Handbook
from bot.services.situation_titles import situation_title

_LONGEST_TITLE = 40


class Use(NamedTuple):
    """One place where a clause is used: what kind of place, and which."""

    kind: str
    title: str
    clause: str = ""


def title_of(handbook: Handbook, clause: Clause, titles: Callable[[str], str]) -> str:
    """The heading, the customer's sentence that it answers, situation or issues; else its first words."""
    named = clause.heading or clause.trigger
    if named is None and clause.situation:
        named = situation_title(handbook, clause.situation)
    if named is None:
        named = "、".join(map(titles, clause.answers or _labels(handbook, clause)))
    if not named:
        named = "".join(unit.sent for unit in clause.ways[0])
    return named if len(named) <= _LONGEST_TITLE else f"{named[: _LONGEST_TITLE - 1]}…"


def _labels(handbook: Handbook, clause: Clause) -> list[str]:
    """The issues in whose answer the clause is said."""
    rules = ((label, rule) for pack in handbook.packs for label, rule in pack.issues.items())
    return list(dict.fromkeys(label for label, rule in rules if clause.id in rule.say))


def uses(handbook: Handbook, clause: Clause, titles: Callable[[str], str]) -> Iterator[Use]:
    """Every place: situations, issues, and other clauses that lead to it."""
    if clause.situation:
        yield Use("情形", situation_title(handbook, clause.situation))
    yield from _issues(handbook, clause, titles)
    yield from (Use("答复的问题", titles(label)) for label in clause.answers)
    yield from _clauses(handbook, clause, titles)
    yield from (
        Use("代替禁语", taboo.phrase) for taboo in handbook.taboos.values() if taboo.better == clause.id
    )


def _issues(handbook: Handbook, clause: Clause, titles: Callable[[str], str]) -> Iterator[Use]:
    for pack in handbook.packs:
        for label, rule in pack.issues.items():
            if clause.id in rule.say:
                yield Use("投诉事项", f"{titles(label)}（{pack.title}）")
        if pack.rest is not None and clause.id in pack.rest.say:
            yield Use("投诉事项", f"没有专门规定的投诉（{pack.title}）")


def _clauses(handbook: Handbook, clause: Clause, titles: Callable[[str], str]) -> Iterator[Use]:
    for other in handbook.clauses.values():
        for kind, name in (("作为结束语", other.closing), ("由这句话落实", other.follows)):
            if name == clause.id:
                yield Use(kind, title_of(handbook, other, titles), other.id)
