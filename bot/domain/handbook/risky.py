"""Sentences that are said only by a switch, and new sentences that come near one of them.

They are the marked sentences of the packs, and all sentences of clauses that may not be said to customers at
all. Comparing is by pairs of characters, so that turning words round doesn't hide a sentence.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from bot.domain.handbook.clause import Unit
from bot.domain.handbook.editions import named
from bot.domain.handbook.handbook import Handbook

_SHORTEST = 6  # characters of a sentence that can be told from others
_SHORTEST_UNMARKED = 10  # the same for a sentence that no mark singles out
# Of a risky sentence's pairs of characters. Unmarked ones are rules in everyday words that many share.
_ALIKE, _ALIKE_UNMARKED, _ALIKE_TOGETHER = 0.45, 0.6, 0.85
_SILENT = re.compile(r"[\W_]+")


class RiskySentence(NamedTuple):
    """A sentence that may not be written into another place; `risk` and `reason` are "" without a mark."""

    key: str
    text: str
    risk: str = ""
    reason: str = ""


def risky_sentences(printed: Handbook) -> Iterator[RiskySentence]:
    """Those of a handbook, as printed and as corrected."""
    for clause in printed.clauses.values():
        unheard = not clause.may_be_said and clause.medium == "speech"
        for number, way in enumerate(clause.ways):
            for index, unit in enumerate(way):
                key, shortest = clause.unit_key(index, number), _SHORTEST if unit.risk else _SHORTEST_UNMARKED
                if (unit.risk or unheard) and len(_bare(unit.sent)) >= shortest:
                    yield RiskySentence(key, unit.sent, unit.risk or "", unit.reason or "")


def came_back(
    printed: Handbook, clause_id: str, changed: Iterable[tuple[int, Unit]]
) -> Iterator[tuple[Unit, RiskySentence]]:
    """The changed sentences that come near a risky one, alone or read together with others of their way.

    A sentence may stay near the one whose place and mark it has, and near what its pack printed near.
    """
    ways: dict[int, list[Unit]] = {}
    for number, unit in changed:
        ways.setdefault(number, []).append(unit)
    before = {unit.key: unit.sent for way in named(printed.clause(clause_id)) for unit in way}
    for risky in risky_sentences(printed) if ways else ():
        share = _ALIKE if risky.risk else _ALIKE_UNMARKED
        for units in ways.values():
            others = [
                unit
                for unit in units
                if f"{clause_id}#{unit.key}" != risky.key
                and not is_near(risky.text, before.get(unit.key, ""), share)
            ]
            alone = next((unit for unit in others if is_near(risky.text, unit.sent, share)), None)
            together = is_near(risky.text, "".join(unit.sent for unit in others), _ALIKE_TOGETHER)
            if alone is not None or together:
                yield alone or others[0], risky


def is_near(risky: str, text: str, share: float) -> bool:
    """Whether a text holds a sentence, or as large a share of its pairs of characters."""
    one, other = _bare(risky), _bare(text)
    if one in other:
        return True
    pairs = set(pairwise(one))
    return len(pairs & set(pairwise(other))) >= share * len(pairs)


def _bare(text: str) -> str:
    return _SILENT.sub("", text)
