"""How well messages were read: the figures of `kesu evaluate` (docs/evaluation.md)."""

import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
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
        (utterance, resolved(utterance, reading))
        for utterance, reading in zip(utterances, readings, strict=True)
    ]
    per_label = _per_label(pairs)
    return {
        "messages": len(pairs),
        "accuracy": round(sum(wanted.label == read for wanted, read in pairs) / len(pairs), 4),
        "macro_f1": round(statistics.fmean(row["f1"] for row in per_label.values()), 4),
        "complaint": complaints(utterances, readings).to_json(),
        "labels": per_label,
        "entities": facts(utterances, readings).to_json(),
        "confused": confusions((wanted.text, wanted.label, read) for wanted, read in pairs),
        "ms": {"p50": percentile(milliseconds, 50), "p95": percentile(milliseconds, 95)},
        "model": readings[0].model,
    }


def is_right(utterance: Utterance, reading: Reading) -> bool:
    """Whether the label read is the wanted one, stands in `also`, or is of the wanted family."""
    return resolved(utterance, reading) == utterance.label


def resolved(utterance: Utterance, reading: Reading) -> str:
    """The label read, or the wanted one where the reading is right in another way (`also`, a family).

    A message that was not understood has the label NOT_UNDERSTOOD.
    """
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


def complaints(utterances: Sequence[Utterance], readings: Sequence[Reading]) -> Score:
    """Whether complaints are seen as such, whichever issue is read."""
    wanted = [labels.is_complaint(row.label) or row.label == COMPLAINT for row in utterances]
    read = [labels.is_complaint(reading.label) for reading in readings]
    both = sum(one and other for one, other in zip(wanted, read, strict=True))
    return Score(both, sum(read), sum(wanted))


def facts(utterances: Sequence[Utterance], readings: Sequence[Reading]) -> Score:
    """All facts together. One is right when type and characters agree after NFKC and without spaces."""
    scores = facts_by_kind(utterances, readings).values()
    return Score(
        sum(one.hits for one in scores), sum(one.read for one in scores), sum(one.wanted for one in scores)
    )


def facts_by_kind(utterances: Sequence[Utterance], readings: Sequence[Reading]) -> dict[str, Score]:
    """The facts of annotated messages, for each kind that was asked for or found."""
    hits: Counter[str] = Counter()
    read: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for utterance, reading in zip(utterances, readings, strict=True):
        if utterance.entities is None:
            continue
        asked = Counter((kind, plain(value)) for kind, value in utterance.entities)
        found = Counter((entity.entity, plain(entity.value)) for entity in reading.entities)
        for total, counted in ((hits, asked & found), (read, found), (wanted, asked)):
            total.update(kind for kind, _ in counted.elements())
    return {kind: Score(hits[kind], read[kind], wanted[kind]) for kind in sorted(read | wanted)}


def plain(text: str) -> str:
    """`text` after NFKC, without any white space: the form in which values are compared."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def confusions(rows: Iterable[tuple[str, str, str]], examples: int = _EXAMPLES) -> list[dict[str, Any]]:
    """What was mixed up in rows of (text, wanted, read), most frequent first, each with a few texts."""
    mixed_up: dict[tuple[str, str], list[str]] = {}
    for text, wanted, read in rows:
        if read != wanted:
            mixed_up.setdefault((wanted, read), []).append(text)
    ranked = sorted(mixed_up.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        {"label": wanted, "read_as": read, "count": len(texts), "examples": texts[:examples]}
        for (wanted, read), texts in ranked
    ]


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which so many percent lie, rounded to two digits."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 2)
