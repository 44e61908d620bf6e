"""The part of the check that looks for taboo phrases in what customers are told in our own words."""

from collections.abc import Iterable, Iterator, Mapping

from bot.domain.handbook.clause import Clause
from bot.domain.handbook.loading import Problem
from bot.domain.handbook.model import IssueRule, Pack
from bot.domain.handbook.taboos import Taboo, slips

Told = tuple[str, str, str]  # file, place, text


def check_taboos(packs: Iterable[Pack], clauses: Mapping[str, Clause]) -> Iterator[Problem]:
    """Own sentences that hold a taboo phrase, and taboos that refer to nothing.

    Quotations are said as printed (their risks are marked sentence by sentence), so they are left alone.
    """
    packs = tuple(packs)
    taboos = {taboo.id: taboo for pack in packs for taboo in pack.taboos}
    for taboo in taboos.values():
        yield from _better(taboo, clauses)
    for file, place, text in (told for pack in packs for told in told_to_customers(pack)):
        for slip in slips(taboos.values(), text):
            said = text[slip.start : slip.end]
            yield Problem(
                file, place, f"“{said}”不能对顾客说（{slip.taboo.id}：{slip.taboo.reason}）；请改写"
            )


def told_to_customers(pack: Pack) -> Iterator[Told]:
    """Every text of a pack in our own words that can reach a customer."""
    for clause in pack.clauses:
        if clause.source != "desk" or not clause.may_be_said:
            continue
        for way in clause.ways:
            yield clause.origin, f"clauses[{clause.id}]", "".join(unit.sent for unit in way)
    for label, plain in pack.meanings.items():
        yield pack.origin, f"meanings[{label}]", plain
    for label, rule in _rules(pack):
        yield rule.origin, label, rule.title
    for process in pack.process:
        if process.ahead:
            yield process.origin, f"process[{process.id}].ahead", process.ahead
        for state in process.states:
            if state.told:
                yield process.origin, f"process[{process.id}].states[{state.id}].told", state.told


def _rules(pack: Pack) -> Iterator[tuple[str, IssueRule]]:
    yield from ((f"issues[{label}]", rule) for label, rule in pack.issues.items())
    if pack.rest:
        yield "rest", pack.rest


def _better(taboo: Taboo, clauses: Mapping[str, Clause]) -> Iterator[Problem]:
    place = f"taboos[{taboo.id}].better"
    clause = clauses.get(taboo.better or "")
    if taboo.better and clause is None:
        yield Problem(taboo.origin, place, f"没有条款 {taboo.better}；请改正编号")
    elif clause is not None and not clause.may_be_said:
        yield Problem(taboo.origin, place, f"{clause.id} 属于 {clause.restriction}，不能说给顾客；请换一条")
