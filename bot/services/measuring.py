"""Read many messages with Rasa's room, and take the time."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.reading import Reading
from bot.services.ports import Understanding

_AT_ONCE = 200  # messages in one request; well below what the room takes
_SINGLES = 200
_SHORT = 30  # characters: what a customer types in one go
_LONGEST, _SHOWN, _TIMES = 40, 10, 3


@dataclass(frozen=True)
class Read:
    """Readings by text, and the milliseconds that each took among many."""

    readings: dict[str, Reading]
    each: float


async def read_all(rasa: Understanding, texts: Sequence[str], at_once: int = _AT_ONCE) -> Read:
    """Read the texts, many at once; the same text once. UnderstandingUnavailable."""
    different = list(dict.fromkeys(texts))
    await rasa.parse(different[:at_once])  # the first ones wait for what is loaded lazily
    readings: list[Reading] = []
    began = time.perf_counter()
    for start in range(0, len(different), at_once):
        readings += await rasa.parse(different[start : start + at_once])
    each = (time.perf_counter() - began) * 1000 / max(len(different), 1)
    return Read(dict(zip(different, readings, strict=True)), each)


async def time_one_by_one(rasa: Understanding, texts: Sequence[str]) -> list[float]:
    """Milliseconds of each text, one request after the other."""
    times = []
    for text in texts:
        began = time.perf_counter()
        await rasa.parse([text])
        times.append((time.perf_counter() - began) * 1000)
    return times


async def slowest(rasa: Understanding, texts: Sequence[str]) -> list[tuple[str, float]]:
    """The slowest of the longest texts with their milliseconds (the median of three), slowest first."""
    longest = sorted(dict.fromkeys(texts), key=len)[-_LONGEST:]
    rounds = [await time_one_by_one(rasa, longest) for _ in range(_TIMES)]
    times = [statistics.median(of_text) for of_text in zip(*rounds, strict=True)]
    return sorted(zip(longest, times, strict=True), key=lambda timed: -timed[1])[:_SHOWN]


def sample(texts: Sequence[str], count: int = _SINGLES) -> list[str]:
    """At most `count` of the texts, evenly spaced."""
    few = min(count, len(texts))
    return [texts[place * len(texts) // few] for place in range(few)]


def short_ones(texts: Sequence[str]) -> list[str]:
    """A sample of the short texts, for the time that one takes; of all where none is short."""
    return sample([text for text in texts if len(text) <= _SHORT] or texts)
