"""From what a supervisor typed to the sentences of an edition, each with the name and mark it always had."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from bot.domain.handbook.clause import Clause, Unit
from bot.domain.handbook.editions import Ways, named


class TypedSentence(NamedTuple):
    """One field of the form: `key` is the sentence that stood in it, "" in an empty one."""

    key: str
    text: str
    paragraph: bool = False
    held: bool = False


def typed_ways(
    printed: Clause,
    known: Mapping[str, Unit],
    typed: Iterable[Sequence[TypedSentence]],
    used: Collection[str],
) -> Ways:
    """The ways to say it, without what was emptied.

    `known` are the sentences that the form showed, by key; `used` are all keys that ever named a sentence of
    the clause: a switch for one of them must never meet another sentence. A quotation has one way.
    """
    printed_units = {unit.key: unit for way in named(printed) for unit in way}
    names = _Names(set(used) | set(known), by_way=bool(printed.variants))
    ways: list[tuple[Unit, ...]] = []
    for sentences in typed:
        written = [one for one in sentences if one.text.strip()]
        way = names.way(next((one.key for one in written if one.key in known), ""), is_first=not ways)
        units = [_unit(one, known, printed_units.get(one.key), way, names) for one in written]
        if units:
            ways.append(tuple(units))
    return tuple(ways)


def known_units(*clauses: Clause) -> dict[str, Unit]:
    """The sentences of these clauses by key; of the later one where several have it."""
    return {unit.key or "": unit for clause in clauses for way in named(clause) for unit in way}


def _unit(
    typed: TypedSentence, known: Mapping[str, Unit], printed: Unit | None, way: str, names: "_Names"
) -> Unit:
    text, before = typed.text.strip(), known.get(typed.key)
    if before is None:
        return Unit(text, paragraph=typed.paragraph, held=typed.held, key=names.fresh(way))
    marks = printed or before
    held = typed.held or marks.held if printed else typed.held
    if text == before.sent.strip():
        return replace(before, paragraph=typed.paragraph, held=held)
    if printed is not None and text == printed.sent.strip():
        return replace(printed, paragraph=typed.paragraph, held=held)
    return Unit(
        text, paragraph=typed.paragraph, held=held, key=typed.key, risk=marks.risk, reason=marks.reason
    )


class _Names:
    """Gives out names for new sentences: "5" in a clause of one way, "3.2" in one of several."""

    def __init__(self, used: set[str], *, by_way: bool) -> None:
        self._used, self._by_way = used, by_way

    def way(self, key: str, *, is_first: bool) -> str:
        """The number of a way: that of a sentence it had before, else a new one; "" for an only one."""
        if key:
            return key.partition(".")[0] if "." in key else ""
        if is_first and not self._by_way:
            return ""
        ways = [int(one.partition(".")[0]) for one in self._used if "." in one]
        found = str(max([*ways, 1]) + 1)
        self._used.add(f"{found}.0")
        return found

    def fresh(self, way: str) -> str:
        """A name that no sentence of the clause ever had."""
        start = f"{way}." if way else ""
        numbers = [int(one.rpartition(".")[2]) for one in self._used if one.rpartition(".")[0] == way]
        name = f"{start}{max([*numbers, 0]) + 1}"
        self._used.add(name)
        return name
