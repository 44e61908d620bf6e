"""What is finally said: a clause's sentences without the held ones, corrected and filled in."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.domain.errors import NotForCustomers, NothingToSay, UnfilledPlaceholder
from bot.domain.handbook.clause import Clause, Unit

OWN_PLACEHOLDER = re.compile(r"\{([a-z_.]+)\}")


@dataclass(frozen=True)
class Said:
    """Words for the customer, the clause and version they come from, and the sentences left out."""

    text: str
    clause_id: str
    version: int
    omitted: tuple[str, ...] = ()


def say(
    clause: Clause,
    values: Mapping[str, str],
    *,
    variant: int = 0,
    held: Collection[str] | None = None,
) -> Said:
    """Compose what a customer hears of `clause`.

    `values` fills the placeholders (situations.VALUES names them). `variant` chooses a way to say it and
    wraps around. `held` are the keys of sentences to leave out (`Clause.unit_key`); None: the pack's own.

    Raises NotForCustomers for letters and for internal, authority, record and unreleased clauses,
    UnfilledPlaceholder for a blank without a value, NothingToSay if every sentence is held.
    """
    if not clause.may_be_said:
        raise NotForCustomers(
            f"条款 {clause.id} 属于 {clause.restriction}，不能由机器说给顾客；请由人工处理。"
        )
    return compose(clause, values, variant=variant, held=held)


def compose(
    clause: Clause,
    values: Mapping[str, str],
    *,
    variant: int = 0,
    held: Collection[str] | None = None,
) -> Said:
    """The same whatever the clause is for: what the bot may not say, a person may have reason to send.

    Raises UnfilledPlaceholder, NothingToSay.
    """
    number = variant % len(clause.ways)
    left_out = clause.held if held is None else held
    kept: list[Unit] = []
    omitted: list[str] = []
    for index, unit in enumerate(clause.ways[number]):
        key = clause.unit_key(index, number)
        if key in left_out:
            omitted.append(key)
        else:
            kept.append(unit)
    if not kept:
        raise NothingToSay(f"条款 {clause.id} 的句子全部暂停使用；请放行其中一句，或改用别的条款。")
    text = "".join(_line(unit, first=unit is kept[0], clause=clause, values=values) for unit in kept)
    return Said(text, clause.id, clause.version, tuple(omitted))


def _line(unit: Unit, *, first: bool, clause: Clause, values: Mapping[str, str]) -> str:
    start = "\n" if unit.paragraph and not first else ""
    return start + _fill(unit.sent, clause, values)


def _fill(text: str, clause: Clause, values: Mapping[str, str]) -> str:
    """Put values into the blanks, in one pass: what a customer wrote is never searched for blanks itself."""
    printed = {placeholder.printed: placeholder.field for placeholder in clause.placeholders}
    blanks = [re.escape(blank) for blank in sorted(printed, key=len, reverse=True)]
    if clause.source == "desk" or clause.is_revised:
        blanks.append(OWN_PLACEHOLDER.pattern)
    if not blanks:
        return text

    def value(found: re.Match[str]) -> str:
        return _value(printed.get(found.group()) or found.group(found.lastindex or 0), clause, values)

    return re.sub("|".join(blanks), value, text)


def _value(name: str, clause: Clause, values: Mapping[str, str]) -> str:
    value = values.get(name, "").strip()
    if not value:
        raise UnfilledPlaceholder(
            f"条款 {clause.id} 里的 {name} 没有填写，这一条不会发出；公司的资料请填在公司设置里。"
        )
    return value
