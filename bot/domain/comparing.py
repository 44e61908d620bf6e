"""The figures of a model report, from messages that two models have read."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from bot.domain import labels
from bot.domain.calibration import calibration_error, judged, reliability
from bot.domain.evaluation import COMPLAINT, Score, Utterance, facts_by_kind
from bot.domain.model_report import Bin, Change, ConfusedPair, FactFigures, LabelFigures
from bot.domain.reading import Reading
from bot.domain.readings_compared import Reread
from bot.domain.resampling import Compared, compare

_EXAMPLES = 6


def overall(reread: Sequence[Reread]) -> dict[str, Compared]:
    """Accuracy, macro F1, F1 of "a complaint at all" and, where facts are annotated, F1 of all facts."""
    found = compare(_strata(one.seen for one in reread), _overall)
    annotated = [one.facts for one in reread if one.facts is not None]
    return found | (compare([annotated], _facts) if annotated else {})


def by_label(reread: Sequence[Reread]) -> tuple[LabelFigures, ...]:
    """Precision, recall and F1 of every label that is asked for."""
    found = compare(_strata(one.seen for one in reread), _per_label)
    support = Counter(one.wanted for one in reread)
    return tuple(
        LabelFigures(label, count, *(found[f"{label} {name}"] for name in ("precision", "recall", "f1")))
        for label, count in sorted(support.items())
    )


def confused_pairs(reread: Iterable[Reread], examples: int = _EXAMPLES) -> tuple[ConfusedPair, ...]:
    """What is mixed up by either model: what is new with the candidate first, then the most frequent."""
    live: dict[tuple[str, str], list[str]] = {}
    candidate: dict[tuple[str, str], list[str]] = {}
    for one in reread:
        for read, texts in ((one.live, live), (one.candidate, candidate)):
            if read != one.wanted:
                texts.setdefault((one.wanted, read), []).append(one.text)
    found = []
    for pair in live.keys() | candidate.keys():
        before, now = live.get(pair, []), candidate.get(pair, [])
        known = set(before)
        new = [text for text in now if text not in known]
        old = [text for text in now if text in known]
        row = ConfusedPair(*pair, len(before), len(now), tuple(new[:examples]), tuple(old[:examples]))
        found.append((-len(new), -len(now), pair, row))
    return tuple(row for *_, row in sorted(found))


def changes(reread: Iterable[Reread]) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """The messages that the candidate lost and those it gained; guarded ones first."""
    lost, gained = [], []
    for one in reread:
        if one.is_lost or one.lost_dangers:
            guards = (one.guards if one.is_lost else ()) + one.lost_dangers
            lost.append(Change(one.text, one.wanted, one.live, one.candidate, guards))
        elif one.is_gained:
            gained.append(Change(one.text, one.wanted, one.live, one.candidate, one.guards))
    in_order = (
        sorted(rows, key=lambda row: (not row.guards, row.label, row.text)) for rows in (lost, gained)
    )
    return tuple(next(in_order)), tuple(next(in_order))


def facts_of_kinds(reread: Sequence[Reread]) -> tuple[FactFigures, ...]:
    """F1 of each kind of fact, of annotated messages."""
    asked = [one.utterance for one in reread]
    live = facts_by_kind(asked, [one.by_live for one in reread])
    candidate = facts_by_kind(asked, [one.by_candidate for one in reread])
    nothing = Score(0, 0, 0)
    return tuple(
        FactFigures(kind, max(of_live.wanted, of_candidate.wanted), of_live.f1, of_candidate.f1)
        for kind in sorted(live | candidate)
        for of_live, of_candidate in [(live.get(kind, nothing), candidate.get(kind, nothing))]
    )


def calibration(
    utterances: Sequence[Utterance], readings: Sequence[Reading]
) -> tuple[float, tuple[Bin, ...]]:
    """The expected calibration error of a model's readings, and the bins it comes from."""
    bins = reliability(judged(utterances, readings))
    shown = tuple(Bin(one.count, round(one.confidence, 4), round(one.right, 4)) for one in bins)
    return round(calibration_error(bins), 4), shown


# What is observed of a message: the label asked for, and what each model read.
_Seen = tuple[str, str, str]


def _strata(seen: Iterable[_Seen]) -> list[list[_Seen]]:
    strata: dict[str, list[_Seen]] = {}
    for one in seen:
        strata.setdefault(one[0], []).append(one)
    return [strata[label] for label in sorted(strata)]


def _scores(counted: Mapping[_Seen, int], side: int) -> dict[str, Score]:
    """The score of every label asked for; `side` 1 is the live model, 2 the candidate."""
    wanted: Counter[str] = Counter()
    read: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for seen, count in counted.items():
        wanted[seen[0]] += count
        read[seen[side]] += count
        if seen[0] == seen[side]:
            hits[seen[0]] += count
    return {label: Score(hits[label], read[label], count) for label, count in wanted.items()}


def _per_label(counted: Mapping[_Seen, int]) -> dict[str, tuple[float, float]]:
    live, candidate = (
        {label: score.to_json() for label, score in _scores(counted, side).items()} for side in (1, 2)
    )
    return {
        f"{label} {name}": (figures[name], candidate[label][name])
        for label, figures in live.items()
        for name in figures
    }


def _overall(counted: Mapping[_Seen, int]) -> dict[str, tuple[float, float]]:
    sides = [_scores(counted, side) for side in (1, 2)]
    total = sum(counted.values())
    accuracy = [sum(score.hits for score in side.values()) / total for side in sides]
    macro = [fmean(score.f1 for score in side.values()) for side in sides]
    complaint = [_complaints(counted, side).f1 for side in (1, 2)]
    rows = {"accuracy": accuracy, "macro_f1": macro, "complaint": complaint}
    return {name: (live, candidate) for name, (live, candidate) in rows.items()}


def _complaints(counted: Mapping[_Seen, int], side: int) -> Score:
    """Whether complaints are seen as such, whichever issue is read."""
    hits = read = wanted = 0
    for seen, count in counted.items():
        asked, found = (labels.is_complaint(label) or label == COMPLAINT for label in (seen[0], seen[side]))
        hits, read, wanted = hits + count * (asked and found), read + count * found, wanted + count * asked
    return Score(hits, read, wanted)


def _facts(counted: Mapping[tuple[int, int, int, int, int], int]) -> dict[str, tuple[float, float]]:
    """F1 of all facts, from each message's (wanted, live hits, live read, candidate hits, candidate read)."""
    sums = [sum(seen[place] * count for seen, count in counted.items()) for place in range(5)]
    wanted, live_hits, live_read, hits, read = sums
    return {"facts": (Score(live_hits, live_read, wanted).f1, Score(hits, read, wanted).f1)}
