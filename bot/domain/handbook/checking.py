"""`kesu handbook check`: what is wrong with a set of packs, where, and what to do about it."""

from collections.abc import Collection, Iterable, Iterator

from bot.domain import labels
from bot.domain.handbook import (
    clause_checks,
    followup_checks,
    form_checks,
    judgement_checks,
    process_checks,
    taboo_checks,
)
from bot.domain.handbook.clause import Clause
from bot.domain.handbook.loading import Problem
from bot.domain.handbook.model import FieldRule, IssueRule, Pack
from bot.domain.handbook.situations import SITUATIONS


def check(packs: Collection[Pack]) -> list[Problem]:
    """Every problem of these packs together, sorted by file and place; empty when they make a handbook."""
    in_order = sorted(packs, key=lambda pack: (pack.rank, pack.id))
    clauses = {item.id: item for pack in in_order for item in pack.clauses}
    problems = [
        *_doubled(in_order),
        *_claims(in_order),
        *clause_checks.check_clauses(in_order, clauses),
        *_fields(in_order, clauses),
        *_issues(in_order, clauses),
        *_situations(in_order, clauses),
        *_meanings(in_order),
        *process_checks.check_processes(in_order, clauses),
        *followup_checks.check_followup(in_order),
        *form_checks.check_forms(in_order, clauses),
        *judgement_checks.check_judgement(in_order, clauses),
        *taboo_checks.check_taboos(in_order, clauses),
    ]
    return sorted(set(problems))


def _doubled(packs: Iterable[Pack]) -> Iterator[Problem]:
    """Ids that stand twice; a later pack may replace an earlier item when it says so."""
    seen: dict[tuple[str, str], str] = {}
    for pack in packs:
        ids = [
            ("pack", pack.id, pack.origin, False),
            *(("documents", item.id, item.origin, False) for item in pack.documents),
            *(("papers", item.id, item.origin, False) for item in pack.papers),
            *(("fields", item.id, item.origin, item.replaces) for item in pack.fields),
            *(("clauses", item.id, item.origin, item.replaces) for item in pack.clauses),
            *(("process", item.id, item.origin, False) for item in pack.process),
            *(("taboos", item.id, item.origin, item.replaces) for item in pack.taboos),
        ]
        for section, name, file, replaces in ids:
            earlier = seen.get((section, name))
            if earlier and not replaces:
                hint = "，或写 replaces: true" if section in ("fields", "clauses", "taboos") else ""
                yield Problem(file, f"{section}[{name}]", f"{earlier} 已有这个编号；请换一个{hint}")
            elif replaces and not earlier:
                yield Problem(file, f"{section}[{name}]", "没有可替换的；请改正编号或删去 replaces")
            seen[section, name] = file


def _claims(packs: Collection[Pack]) -> Iterator[Problem]:
    claimed: dict[str, str] = {}
    for pack in packs:
        for label in pack.claims.labels:
            rule = pack.issues.get(label)
            if label not in labels.COMPLAINTS:
                yield Problem(pack.origin, "claims.labels", f"{label} 不是投诉标签；请改正或删去")
            elif rule is None:
                yield Problem(
                    pack.origin, "claims.labels", f"认领了 {label} 却没有写怎么办；请补上 issues[{label}]"
                )
            elif label in claimed and not rule.replaces:
                advice = f"请删去一处，或在 issues[{label}] 里写 replaces: true"
                yield Problem(pack.origin, "claims.labels", f"{label} 已由 {claimed[label]} 认领；{advice}")
            claimed[label] = pack.id
    rest = [pack for pack in packs if pack.claims.rest]
    if len(rest) != 1:
        names = "、".join(pack.id for pack in rest) or "没有"
        file = rest[-1].origin if rest else "handbook"
        yield Problem(file, "claims.rest", f"要有且只有一个手册包写 rest: true，现在是：{names}")
    for pack in rest:
        if pack.deadline is None:
            yield Problem(pack.origin, "deadline", "写 rest: true 的手册包要有期限；请补上")
        if pack.rest is None:
            yield Problem(pack.origin, "rest", "写 rest: true 的手册包要有 rest 这一节；请补上")


def _fields(packs: Collection[Pack], clauses: dict[str, Clause]) -> Iterator[Problem]:
    forms = {item.id for pack in packs for item in pack.papers}
    for found in (item for pack in packs for item in pack.fields):
        place = f"fields[{found.id}]"
        for entity in found.filled_by:
            if entity not in labels.ENTITIES:
                yield Problem(found.origin, f"{place}.filled_by", f"{entity} 不是实体；请改正或删去")
        if found.form and found.form not in forms:
            yield Problem(found.origin, f"{place}.form", f"没有表单 {found.form}；请改正编号或加进 papers")
        if not any(clause.situation == found.situation for clause in clauses.values()):
            message = f"没有问这一项的句子；请加一条 situation: {found.situation}"
            yield Problem(found.origin, place, message)


def _issues(packs: Collection[Pack], clauses: dict[str, Clause]) -> Iterator[Problem]:
    fields = {item.id: item for pack in packs for item in pack.fields}
    forms = {item.id for pack in packs for item in pack.papers}
    for pack in packs:
        for label, rule in pack.issues.items():
            yield from _reachable(pack, label, rule)
            yield from _issue(f"issues[{label}]", rule, clauses, fields, forms)
        if pack.rest:
            yield from _issue("rest", pack.rest, clauses, fields, forms)


def _reachable(pack: Pack, label: str, rule: IssueRule) -> Iterator[Problem]:
    claims = pack.claims
    if label not in labels.COMPLAINTS:
        yield Problem(rule.origin, f"issues[{label}]", "不是投诉标签；请改正或删去")
    elif not (label in claims.labels or claims.products or claims.places or claims.rest):
        message = "永远用不到：没有认领这个标签、产品或地点；请补上 claims"
        yield Problem(rule.origin, f"issues[{label}]", message)


def _issue(
    place: str, rule: IssueRule, clauses: dict[str, Clause], fields: dict[str, FieldRule], forms: set[str]
) -> Iterator[Problem]:
    for clause_id in rule.say:
        clause = clauses.get(clause_id)
        if clause is None:
            yield Problem(rule.origin, f"{place}.say", f"没有条款 {clause_id}；请改正编号")
        elif not clause.may_be_said:
            message = f"{clause_id} 属于 {clause.restriction}，不能说给顾客；请换一条"
            yield Problem(rule.origin, f"{place}.say", message)
    for field_id in rule.ask:
        if field_id not in fields:
            yield Problem(rule.origin, f"{place}.ask", f"没有字段 {field_id}；请改正或加进 fields")
    if "phone" not in rule.ask:
        yield Problem(rule.origin, f"{place}.ask", "没有问 phone，就没法回电；请加上")
    if rule.form and rule.form not in forms:
        yield Problem(rule.origin, f"{place}.form", f"没有表单 {rule.form}；请改正编号")


def _situations(packs: Collection[Pack], clauses: dict[str, Clause]) -> Iterator[Problem]:
    spoken = {clause.situation for clause in clauses.values()}
    rest = [pack.origin for pack in packs if pack.claims.rest]
    file = rest[0] if rest else "handbook"
    for key in SITUATIONS:
        if key not in spoken:
            message = f"没有可说的句子；请加一条 situation: {key}"
            yield Problem(file, f"situation {key}", message)


def _meanings(packs: Collection[Pack]) -> Iterator[Problem]:
    known = {label for pack in packs for label in pack.meanings}
    for pack in packs:
        for label in pack.meanings.keys() - labels.ALL:
            yield Problem(pack.origin, f"meanings[{label}]", f"没有 {label} 这个标签；请改正或删去")
        for label in labels.COMPLAINTS - known if pack.claims.rest else ():
            yield Problem(pack.origin, "meanings", f"没有写 {label} 用顾客的话怎么说；请补上")
