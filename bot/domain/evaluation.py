"""How well messages were read: the figures of `kesu evaluate` (docs/evaluation.md)."""

import statistics
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain import labels
from bot.domain.reading import Reading

COMPLAINT, NOT_COMPLAINT, NOT_UNDERSTOOD = "complaint", "not_complaint", "not_understood"
_EXAMPLES = 3


@dataclass(frozen=True)
class Utterance:
    """One line of an evaluation file; `also` are other right labels, entities None when not annotated."""

    text: str
    label: str
    also: tuple[str, ...] = ()
    entities: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True)
class Score:
    """Precision, recall and F1 from counts of hits, what was read, and what was wanted."""

    hits: int
    read: int
    wanted: int

    def to_json(self) -> dict[str, float]:
        """The three figures, rounded to four digits; 0 where there is nothing to divide by."""
        precision = self.hits / self.read if self.read else 0.0
        recall = self.hits / self.wanted if self.wanted else 0.0
        f1 = 2 * precision * recall / (precision + recall) if self.hits else 0.0
        return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return self.to_json()["f1"]


def evaluate(
    utterances: Sequence[Utterance], readings: Sequence[Reading], milliseconds: Sequence[float]
) -> dict[str, Any]:
    """Score what the desk would act on: a reading below the threshold counts as not understood.

    `milliseconds` is the time each message took. The keys are those of docs/evaluation.md.
    """
    pairs = [
        (utterance, _resolved(utterance, reading))
        for utterance, reading in zip(utterances, readings, strict=True)
    ]
    per_label = _per_label(pairs)
    return {
        "messages": len(pairs),
        "accuracy": round(sum(wanted.label == read for wanted, read in pairs) / len(pairs), 4),
        "macro_f1": round(statistics.fmean(row["f1"] for row in per_label.values()), 4),
        "complaint": _complaints(utterances, readings).to_json(),
        "labels": per_label,
        "entities": _entities(utterances, readings).to_json(),
        "confused": _confused(pairs),
        "ms": {"p50": _percentile(milliseconds, 50), "p95": _percentile(milliseconds, 95)},
        "model": readings[0].model,
    }


def _resolved(utterance: Utterance, reading: Reading) -> str:
    """The label read, or the wanted one where the reading is right in another way (`also`, a family)."""
    read = reading.label or NOT_UNDERSTOOD
    family = COMPLAINT if labels.is_complaint(reading.label) else NOT_COMPLAINT
    if read in utterance.also or (
        utterance.label in (COMPLAINT, NOT_COMPLAINT) and utterance.label == family
    ):
        return utterance.label
    return family if utterance.label in (COMPLAINT, NOT_COMPLAINT) else read


def _per_label(pairs: list[tuple[Utterance, str]]) -> dict[str, dict[str, float]]:
    """Figures of every label that the file asks for."""
    wanted = Counter(utterance.label for utterance, _ in pairs)
    read = Counter(label for _, label in pairs)
    hits = Counter(utterance.label for utterance, label in pairs if utterance.label == label)
    return {
        label: {**Score(hits[label], read[label], support).to_json(), "support": support}
        for label, support in sorted(wanted.items())
    }


def _complaints(utterances: Sequence[Utterance], readings: Sequence[Reading]) -> Score:
    """Whether complaints are seen as such, whichever issue is read."""
    wanted = [labels.is_complaint(row.label) or row.label == COMPLAINT for row in utterances]
    read = [labels.is_complaint(reading.label) for reading in readings]
    both = sum(one and other for one, other in zip(wanted, read, strict=True))
    return Score(both, sum(read), sum(wanted))


def _entities(utterances: Sequence[Utterance], readings: Sequence[Reading]) -> Score:
    """An entity is right when type and characters agree after NFKC and without spaces."""
    hits = read = wanted = 0
    for utterance, reading in zip(utterances, readings, strict=True):
        if utterance.entities is None:
            continue
        asked = Counter((kind, plain(value)) for kind, value in utterance.entities)
        found = Counter((entity.entity, plain(entity.value)) for entity in reading.entities)
        hits += (asked & found).total()
        read += found.total()
        wanted += asked.total()
    return Score(hits, read, wanted)


def plain(text: str) -> str:
    """`text` after NFKC, without any white space: the form in which values are compared."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _confused(pairs: list[tuple[Utterance, str]]) -> list[dict[str, Any]]:
    """The confusions, most frequent first, each with a few examples."""
    examples: dict[tuple[str, str], list[str]] = {}
    for utterance, read in pairs:
        if read != utterance.label:
            examples.setdefault((utterance.label, read), []).append(utterance.text)
    ranked = sorted(examples.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        {"label": label, "read_as": read, "count": len(texts), "examples": texts[:_EXAMPLES]}
        for (label, read), texts in ranked
    ]


def _percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 2)
