"""A normal form without the signs that stand between its letters: who writes 「消*协」 means 消协."""

import re
from typing import List, NamedTuple, Tuple

from bot.nlu.normalizer import Normalized

CLAUSE_MARKS = ",。!?;:、"
SENTENCE_MARKS = "。!?;"

_DIGITS = str.maketrans("〇零幺一壹二两贰三叁四肆五伍六陆七柒八捌九玖", "0011122233445566778899")
_CLAUSE_END = re.compile(f"[{CLAUSE_MARKS}]")
_SENTENCE_END = re.compile(f"[{SENTENCE_MARKS}]")


class BareText(NamedTuple):
    """Letters, digits and the marks at which clauses end; `origins[i]` is where `text[i]` came from."""

    text: str
    origins: Tuple[int, ...]

    @property
    def digits(self) -> str:
        """The same with Chinese numerals as digits, one character for one."""
        return self.text.translate(_DIGITS)

    def clause(self, start: int, end: int) -> Tuple[int, int]:
        """Return the span of the clause (or clauses) in which text[start:end] stands."""
        return _around(_CLAUSE_END, self.text, start, end)

    def sentence(self, start: int, end: int) -> Tuple[int, int]:
        """Return the span of the sentence in which text[start:end] stands."""
        return _around(_SENTENCE_END, self.text, start, end)


def bare_text(normal: Normalized) -> BareText:
    """Strip a normal form; a mark between two single letters or two digits is no end of a clause."""
    kept: List[Tuple[str, int]] = []
    for place, character in enumerate(normal.text):
        if character.isalnum() or (character in CLAUSE_MARKS and not _joins(normal.text, place)):
            kept.append((character, normal.origins[place]))
    return BareText("".join(character for character, _ in kept), tuple(origin for _, origin in kept))


def _joins(text: str, place: int) -> bool:
    before, after = text[:place][-2:], text[place + 1 : place + 3]
    if before[-1:].isdigit() and after[:1].isdigit():
        return True
    return _is_single(before[::-1]) and _is_single(after)


def _is_single(beside: str) -> bool:
    """Whether one letter stands here by itself; `beside` are the two characters from the mark outwards."""
    return beside[:1].isalnum() and not beside[1:].isalnum()


def _around(mark: "re.Pattern[str]", text: str, start: int, end: int) -> Tuple[int, int]:
    first = max((found.end() for found in mark.finditer(text, 0, start)), default=0)
    last = mark.search(text, end)
    return first, last.start() if last else len(text)
