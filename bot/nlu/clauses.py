"""The clauses of a message: who writes in one breath often says two things."""

import re
from typing import Any, Dict, List, Mapping, NamedTuple

MOST_CLAUSES = 6
SHORTEST_CLAUSE = 4  # characters; what is shorter, 「对了」 or 「真的」, says nothing by itself

_HAN = "[\u3400-\u9fff]"
_BREAK = re.compile(
    r"[，。！!？?；;、…~～\n]+"
    r"|(?<!\d),|,(?!\d)|\.{2,}"  # 「1,200元」 and 「3.5升」 stay whole
    rf"|(?<={_HAN})\s+(?={_HAN})"  # many type a space for a comma
)


class Clause(NamedTuple):
    """A stretch of the customer's text: `text[start:end]`."""

    text: str
    start: int
    end: int


def clauses(text: str) -> List[Clause]:
    """Return the clauses of a message that has several; of many, the first and the last ones.

    A message that is one clause, whatever scraps stand beside it, has none.
    """
    found = [clause for clause in _pieces(text) if _letters(clause.text) >= SHORTEST_CLAUSE]
    if len(found) > MOST_CLAUSES:
        half = MOST_CLAUSES // 2  # the problem comes first, the threat last
        found = [*found[:half], *found[-half:]]
    return found if len(found) > 1 else []


def part(clause: Clause, reading: Mapping[str, Any]) -> Dict[str, Any]:
    """Return what a clause says, from the reading of its text alone."""
    said = {key: reading[key] for key in ("label", "confidence")}
    return {"text": clause.text, "start": clause.start, "end": clause.end, **said}


def _pieces(text: str) -> List[Clause]:
    pieces, start = [], 0
    for end, after in [*((gap.start(), gap.end()) for gap in _BREAK.finditer(text)), (len(text), 0)]:
        words = text[start:end]
        first = start + len(words) - len(words.lstrip())
        pieces.append(Clause(words.strip(), first, first + len(words.strip())))
        start = after
    return pieces


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in text)
