"""Whether confidences mean what they say: of all readings that are 0.8 sure, four in five should be right."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from bot.domain.evaluation import Utterance, is_right
from bot.domain.reading import Reading

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Readings whose confidences lie in [low, high): how sure they were, and how many of them were right."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


def judged(utterances: Sequence[Utterance], readings: Sequence[Reading]) -> list[tuple[float, bool]]:
    """Each reading's confidence and whether its label is right; where none was taken, its likeliest one's."""
    return [
        (likeliest.confidence, is_right(utterance, likeliest))
        for utterance, likeliest in zip(utterances, map(_likeliest, readings), strict=True)
    ]


def _likeliest(reading: Reading) -> Reading:
    if reading.label is not None or not reading.ranking:
        return reading
    label, confidence = reading.ranking[0]
    return Reading(label=label, confidence=confidence)


def reliability(pairs: Sequence[tuple[float, bool]], bins: int = BINS) -> list[Bin]:
    """The pairs (confidence from 0 to 1, right or not) in bins of equal width; empty bins are left out."""
    kept: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for confidence, right in pairs:
        kept[min(int(confidence * bins), bins - 1)].append((confidence, right))
    return [
        Bin(
            low=place / bins,
            high=(place + 1) / bins,
            count=len(members),
            confidence=fmean(confidence for confidence, _ in members),
            right=fmean(right for _, right in members),
        )
        for place, members in enumerate(kept)
        if members
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error: how far confidence and share of right ones are apart, by messages."""
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.confidence - one.right) for one in bins) / total if total else 0.0
