"""What `kesu handbook check` says of the rules by which cases are judged."""

from collections.abc import Collection, Iterator, Mapping

from bot.domain import labels
from bot.domain.handbook.clause import Clause
from bot.domain.handbook.loading import Problem
from bot.domain.handbook.model import Pack
from bot.domain.handbook.severity import HeatRule, SeverityRule

_SECTIONS = ("severity", "heat", "priority", "outbreaks")


def check_judgement(packs: Collection[Pack], clauses: Mapping[str, Clause]) -> Iterator[Problem]:
    """Every problem of the rules of these packs, which come in reading order."""
    yield from _doubled(packs)
    for pack in packs:
        for severity in pack.severity:
            yield from _severity(severity)
        for heat in pack.heat:
            yield from _heat(heat)
        for outbreak in pack.outbreaks:
            for label in outbreak.labels:
                if label not in labels.COMPLAINTS:
                    place = f"outbreaks[{outbreak.id}].labels"
                    yield Problem(outbreak.origin, place, f"{label} 不是投诉标签；请改正或删去")
    yield from _windows(packs)
    yield from _acceptance(packs, clauses)


def _doubled(packs: Collection[Pack]) -> Iterator[Problem]:
    """Ids that stand twice; a later pack may replace a rule when it says so."""
    seen: dict[tuple[str, str], str] = {}
    for pack in packs:
        for section in _SECTIONS:
            for rule in getattr(pack, section):
                earlier = seen.get((section, rule.id))
                place = f"{section}[{rule.id}]"
                if earlier and not rule.replaces:
                    message = f"{earlier} 已有这个编号；请换一个，或写 replaces: true"
                    yield Problem(rule.origin, place, message)
                elif rule.replaces and not earlier:
                    yield Problem(rule.origin, place, "没有可替换的；请改正编号或删去 replaces")
                seen[section, rule.id] = rule.origin


def _severity(rule: SeverityRule) -> Iterator[Problem]:
    if rule.on_the_spot is None and rule.compensation is None and rule.major_impact is None:
        message = "没有写条件；请写 on_the_spot、compensation 或 major_impact"
        yield Problem(rule.origin, f"severity[{rule.id}]", message)


def _heat(rule: HeatRule) -> Iterator[Problem]:
    if rule.conditions != 1:
        message = "要写一个条件，而且只写一个：flags、repeated、together 或 unsolved_days"
        yield Problem(rule.origin, f"heat[{rule.id}]", message)


def _windows(packs: Collection[Pack]) -> Iterator[Problem]:
    """The same complaint is counted in one window: what the database keeps of a case is one number."""
    latest = {rule.id: rule for pack in packs for rule in pack.heat}
    counting = [(rule, rule.repeated.days) for rule in latest.values() if rule.repeated]
    for rule, days in counting[1:]:
        if days != counting[0][1]:
            message = f"与 {counting[0][0].id} 的天数（{counting[0][1]}）不同；请写成一样的"
            yield Problem(rule.origin, f"heat[{rule.id}].repeated.days", message)


def _acceptance(packs: Collection[Pack], clauses: Mapping[str, Clause]) -> Iterator[Problem]:
    sentences = {clause.unit_key(index): clause for clause in clauses.values() for index in _places(clause)}
    for pack in packs:
        for rule in pack.acceptance:
            if rule.sentence not in sentences:
                place = f"acceptance[{rule.id}].sentence"
                yield Problem(rule.origin, place, f"没有句子 {rule.sentence}；请改正编号")
        if pack.acceptance and not any(one.acceptance_note for one in packs):
            message = "受理核对要注明依据的日期和提示；请补上 acceptance_note"
            yield Problem(pack.origin, "acceptance_note", message)


def _places(clause: Clause) -> range:
    return range(len(clause.wording))
