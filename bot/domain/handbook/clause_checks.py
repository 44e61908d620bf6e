"""The part of the check that looks at clauses: quotations, own sentences, marks and blanks."""

from collections.abc import Collection, Iterator, Mapping

from bot.domain import labels
from bot.domain.handbook.clause import Audience, Clause, Unit, digest_of
from bot.domain.handbook.loading import Problem
from bot.domain.handbook.model import Pack
from bot.domain.handbook.situations import OWN_SITUATIONS, SITUATIONS, VALUES
from bot.domain.handbook.wording import OWN_PLACEHOLDER

_FIELD_QUESTION = "ask."


def check_clauses(packs: Collection[Pack], clauses: Mapping[str, Clause]) -> Iterator[Problem]:
    """Problems of single clauses, and of what they refer to."""
    documents = {item.id for pack in packs for item in pack.documents}
    fields = {item.id for pack in packs for item in pack.fields}
    for clause in (item for pack in packs for item in pack.clauses):
        found = [
            *_kind(clause, documents),
            *_references(clause, clauses, fields),
            *_marks(clause),
            *_blanks(clause),
        ]
        for where, message in found:
            place = f"clauses[{clause.id}]" + (f".{where}" if where else "")
            yield Problem(clause.origin, place, message)


Finding = tuple[str, str]


def _kind(clause: Clause, documents: Collection[str]) -> Iterator[Finding]:
    """A quotation has a document, a place and a digest; an own sentence has `source: desk`."""
    if bool(clause.document) == bool(clause.source):
        yield "", "引文要写 document，自拟的句子要写 source: desk；两者写一个"
    if bool(clause.wording) == bool(clause.variants) or not all(clause.ways):
        yield "wording", "要写 wording 或 variants 之一，每种说法至少一句"
    if clause.document:
        yield from _quotation(clause, documents)
    elif clause.digest:
        yield "digest", "自拟的句子没有摘要；请删去"


def _quotation(clause: Clause, documents: Collection[str]) -> Iterator[Finding]:
    if clause.document not in documents:
        yield "document", f"没有列出文件 {clause.document}；请加进 documents"
    if not clause.place:
        yield "place", "引文要写出处（文件号和行号，例如 001:694-700）；请补上"
    if clause.variants:
        yield "variants", "引文只有一种说法，variants 只用于自拟的句子；请改用 wording"
    if clause.follows:
        yield "follows", "只有自拟的句子才写 follows；请删去"
    right = digest_of(clause.quotation)
    if clause.digest != right and not clause.is_revised:
        advice = f"请恢复原文；如果文件本身改了，请提高 version 并写 digest: {right}"
        yield "digest", f"引文与存档的原文不一致；{advice}"


def _references(clause: Clause, clauses: Mapping[str, Clause], fields: Collection[str]) -> Iterator[Finding]:
    for label in clause.answers:
        if label not in labels.COMPLAINTS:
            yield "answers", f"{label} 不是投诉标签；请改正或删去"
    for name, other in (("follows", clause.follows), ("closing", clause.closing)):
        if other and other not in clauses:
            yield name, f"没有条款 {other}；请改正编号"
    closing = clauses.get(clause.closing or "")
    if closing and not closing.may_be_said:
        yield "closing", f"{closing.id} 属于 {closing.restriction}，不能说给顾客；请换一条"
    if clause.situation:
        yield from _situation(clause, clause.situation, fields)


def _situation(clause: Clause, key: str, fields: Collection[str]) -> Iterator[Finding]:
    known = (
        key.removeprefix(_FIELD_QUESTION) in fields
        if key.startswith(_FIELD_QUESTION)
        else key in SITUATIONS or key in OWN_SITUATIONS
    )
    if not known:
        yield "situation", f"没有 {key} 这种情形；可用的见 docs/handbook.md"
    if not clause.may_be_said:
        yield "situation", f"这一条属于 {clause.restriction}，不能说给顾客；请删去 situation"


def _marks(clause: Clause) -> Iterator[Finding]:
    if clause.released and (clause.audience is not Audience.CUSTOMER_APPROVAL or clause.medium == "letter"):
        yield "released", "只有口头的 customer-approval 条款才能写 released；请删去"
    for where, unit in _units(clause):
        if bool(unit.risk) != bool(unit.reason):
            yield where, "risk 和 reason 要一起写；请补上另一个"
        if unit.corrected == unit.text:
            yield where, "corrected 和 text 一样；请删去"
    names = [
        clause.unit_key(index, number) for number, way in enumerate(clause.ways) for index in range(len(way))
    ]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield "key", f"有两句都叫 {name}；请改正 key"


def _blanks(clause: Clause) -> Iterator[Finding]:
    for placeholder in clause.placeholders:
        if not any(placeholder.printed in unit.sent for _, unit in _units(clause)):
            yield "placeholders", f"原文里没有 {placeholder.printed}；请改正或删去"
        if placeholder.field not in VALUES:
            yield "placeholders", f"没有 {placeholder.field} 这个值；可用的见 docs/handbook.md"
    if clause.source != "desk" and not clause.is_revised:
        return
    for where, unit in _units(clause):
        for name in OWN_PLACEHOLDER.findall(unit.sent):
            if name not in VALUES:
                yield where, f"没有 {{{name}}} 这个值；可用的见 docs/handbook.md"
        if set("{}") & set(OWN_PLACEHOLDER.sub("", unit.sent)):
            yield where, "花括号里要写 {case.number} 这样的值；请改正或删去"


def _units(clause: Clause) -> Iterator[tuple[str, Unit]]:
    section = "variants" if clause.variants else "wording"
    for number, way in enumerate(clause.ways):
        for index, unit in enumerate(way):
            step = f"{number + 1}.{index + 1}" if clause.variants else str(index + 1)
            yield f"{section}.{step}", unit
