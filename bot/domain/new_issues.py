"""Which messages, none of which fits a label well, are about the same: they may be an issue without one.

The sentence encoder was taught to bring together what has the same label, so it puts a subject that it has
never heard of among known ones. What holds such messages together are their words: those that training
hardly knows. So words decide, and the encoder helps out where they differ (docs/training.md has figures).
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from operator import mul

from bot.domain.likeness import comparable

WORDS = 0.9  # share of the words in how alike two messages are; the rest is the encoder's
CLOSE = 0.1  # how alike those of two groups are on average when they become one

Weights = dict[str, float]


class Rarity:
    """How much each character and pair of characters tells: the rarer in training, the more."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._holders: Counter[str] = Counter()
        self._texts = 1
        for text in texts:
            self._texts += 1
            self._holders.update(_pieces(text))

    def weights(self, text: str) -> Weights:
        """What of a text tells how much; as a vector it has length 1."""
        found = {one: self._weight(one) for one in _pieces(text)}
        length = math.sqrt(sum(weight * weight for weight in found.values()))
        return {one: weight / length for one, weight in found.items()} if length else {}

    def _weight(self, piece: str) -> float:
        return math.log((1 + self._texts) / (1 + self._holders[piece]))


def groups(texts: Sequence[str], vectors: Sequence[Sequence[float]], rarity: Rarity) -> list[list[int]]:
    """Put texts (in Simplified characters) together by their places; each is in one group, maybe alone.

    `vectors` are the encoder's, of length 1. The two groups most alike become one as long as they are alike
    enough (average linkage): no text is in a group only because it is like a single one of it.
    """
    weights = [rarity.weights(text) for text in texts]
    found = {place: [place] for place in range(len(texts))}
    likeness = {
        (one, other): _likeness(weights[one], weights[other], vectors[one], vectors[other])
        for other in found
        for one in range(other)
    }
    while likeness:
        one, other = max(likeness, key=lambda pair: likeness[pair])
        if likeness[one, other] < CLOSE:
            break
        _merge(found, likeness, one, other)
    return list(found.values())


def _merge(found: dict[int, list[int]], likeness: dict[tuple[int, int], float], one: int, other: int) -> None:
    """Make one group of two: it is as like each third as its texts are on average."""
    mine, theirs = len(found[one]), len(found[other])
    for third in found.keys() - {one, other}:
        here, there = (min(one, third), max(one, third)), (min(other, third), max(other, third))
        likeness[here] = (mine * likeness[here] + theirs * likeness.pop(there)) / (mine + theirs)
    del likeness[one, other]
    found[one] += found.pop(other)


def _likeness(
    one: Weights, other: Weights, one_vector: Sequence[float], other_vector: Sequence[float]
) -> float:
    shared = sum(one[piece] * other[piece] for piece in one.keys() & other.keys())
    return WORDS * shared + (1 - WORDS) * float(sum(map(mul, one_vector, other_vector)))


def _pieces(text: str) -> set[str]:
    """Its characters and pairs of neighbours, without punctuation."""
    bare = comparable(text)
    return set(bare) | {bare[start : start + 2] for start in range(len(bare) - 1)}
