"""Which texts are copies of one another, or nearly so: the measure behind `kesu data check`.

Two texts are alike when they share most of their runs of three characters (Jaccard), or when one holds
nearly all of the other. Every pair with something in common is compared, through an index of the runs: a
few thousand short texts need no approximation, and the answer is the same on every machine.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator

RUN = 3  # characters
SHORTEST = 6  # letters and digits; what is shorter is anybody's phrase
ALIKE = 0.55  # share of all their runs that two near copies have in common
LONG = 10  # letters and digits from which on being held within another text tells of copying
HELD = 0.8  # share of the shorter one's runs that the longer one holds

_SIGNS = {"So", "Co"}  # emoji, and the marks that stand for facts


def comparable(text: str) -> str:
    """A text, in Simplified already, without what copies may differ in: width, case, blanks, punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(char for char in folded if char.isalnum() or unicodedata.category(char) in _SIGNS)
    return kept or folded.strip()


class NearCopies:
    """Comparable texts, numbered from 0 in the order they are added, and who of them is like a new one."""

    def __init__(self) -> None:
        self._holders: dict[str, list[int]] = defaultdict(list)
        self._texts: list[str] = []
        self._runs: list[int] = []

    def add(self, text: str) -> None:
        """Remember a text."""
        for run in (runs := _runs(text)):
            self._holders[run].append(len(self._texts))
        self._texts.append(text)
        self._runs.append(len(runs))

    def like(self, text: str) -> Iterator[int]:
        """The numbers of remembered texts that are near copies of this one, first added first."""
        if (length := _own_length(text)) < SHORTEST:
            return
        runs = _runs(text)
        common = Counter(number for run in runs for number in self._holders.get(run, ()))
        for number, shared in sorted(common.items()):
            shorter = min(length, _own_length(self._texts[number]))
            if shorter >= SHORTEST and _near(shared, len(runs), self._runs[number], shorter):
                yield number


def _near(shared: int, runs: int, other_runs: int, shorter: int) -> bool:
    alike = shared >= ALIKE * (runs + other_runs - shared)
    return alike or (shorter >= LONG and shared >= HELD * min(runs, other_runs))


def _own_length(text: str) -> int:
    return sum(char.isalnum() for char in text)


def _runs(text: str) -> set[str]:
    """All runs of three characters, beginning and end included."""
    framed = f"^{text}$"
    return {framed[start : start + RUN] for start in range(max(1, len(framed) - RUN + 1))}
