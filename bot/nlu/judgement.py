"""What a message is taken to say: the likeliest label, or for a reason another one, or none."""

from typing import Any, Mapping, NamedTuple, Optional, Sequence

from bot.nlu import thresholds

ABUSE, DENIAL, OTHER, QUESTION = "abuse", "deny", "other_complaint", "product_question"
OPINIONS = frozenset({"praise", "suggest", "chitchat"})
Row = Mapping[str, Any]


class Judgement(NamedTuple):
    """A label, None where the message was not understood, and how sure the model is of it."""

    label: Optional[str]
    confidence: float


def is_issue(label: str) -> bool:
    """Whether a label names a complaint, which opens a case."""
    return "." in label or label in ("illness", OTHER)


def is_grave(label: Optional[str]) -> bool:
    """Whether a label names an illness or a threat."""
    return label is not None and (label == "illness" or label.startswith("special."))


def judged(
    ranking: Sequence[Row], parts: Sequence[Row], familiarity: Optional[float], *, fell_back: bool
) -> Judgement:
    """Return what a message says, from its labels (likeliest first), clauses, and how familiar its words are.

    `fell_back`: the classifier was not sure enough. An illness or a threat is heard at a lower confidence
    than anything else, and in a clause of its own; abuse with a complaint is a complaint; strange words open
    no case; where all issues together have enough, the likeliest of them is taken; a clause that complains
    outweighs an opinion or a question; and between two close labels of which one opens a case, the customer
    decides.
    """
    if not ranking:
        return Judgement(None, 0.0)
    likeliest = Judgement(ranking[0]["label"], ranking[0]["confidence"])
    unknown = Judgement(None, likeliest.confidence)
    if _is_strange(likeliest, familiarity):
        return unknown
    grave = _grave(ranking, parts)
    if grave is not None and not _is_denied(likeliest):
        return grave
    if likeliest.label == ABUSE:
        return _complaint_beside(parts) or (unknown if fell_back else likeliest)
    return _weighed(ranking, parts, likeliest, unsure=fell_back or _is_doubtful(ranking))


def _weighed(
    ranking: Sequence[Row], parts: Sequence[Row], likeliest: Judgement, *, unsure: bool
) -> Judgement:
    """Return the likeliest label, or an issue where complaints together or a clause by itself outweigh it."""
    if _is_denied(likeliest) or (likeliest.label is not None and is_issue(likeliest.label) and not unsure):
        return likeliest
    least = thresholds.ISSUES_UNSURE if unsure else thresholds.ISSUES_TOGETHER
    complaint = _likeliest_issue(ranking, least)
    if complaint is not None:
        return complaint
    if unsure:
        return _complaint_beside(parts) or Judgement(None, likeliest.confidence)
    return _outweighing(likeliest, parts) or likeliest


def _outweighing(likeliest: Judgement, parts: Sequence[Row]) -> Optional[Judgement]:
    """Return what a clause complains of beside an opinion or a question."""
    if likeliest.label == QUESTION:
        return _complaint_beside(parts, thresholds.CLAUSE_BESIDE_QUESTION)
    if likeliest.label in OPINIONS and likeliest.confidence < thresholds.SURE_OPINION:
        return _complaint_beside(parts, thresholds.CLAUSE_BESIDE_OPINION)
    return None


def _likeliest_issue(ranking: Sequence[Row], least: float) -> Optional[Judgement]:
    """Return the likeliest issue if all issues together have at least so much of the confidence.

    Of what has gone wrong in a restaurant, three issues are told each a little; no one of them alone need be
    likelier than praise.
    """
    issues = [row for row in ranking if is_issue(row["label"])]
    if sum(row["confidence"] for row in issues) < least:
        return None
    return Judgement(issues[0]["label"], issues[0]["confidence"])


def _is_strange(likeliest: Judgement, familiarity: Optional[float]) -> bool:
    if familiarity is None or likeliest.label is None:
        return False
    if is_issue(likeliest.label):
        return familiarity < thresholds.STRANGE
    return familiarity == 0 and likeliest.confidence < thresholds.STRANGE_BUT_SURE


def _is_denied(likeliest: Judgement) -> bool:
    """Whether the message surely denies what it names: 「我没说要打12315」."""
    return likeliest.label == DENIAL and likeliest.confidence >= thresholds.DENIED


def _grave(ranking: Sequence[Row], parts: Sequence[Row]) -> Optional[Judgement]:
    heard = [row for row in ranking if is_grave(row["label"]) and row["confidence"] >= thresholds.GRAVE]
    heard += [
        part for part in parts if is_grave(part["label"]) and part["confidence"] >= thresholds.GRAVE_CLAUSE
    ]
    return Judgement(heard[0]["label"], heard[0]["confidence"]) if heard else None


def _complaint_beside(
    parts: Sequence[Row], least: float = thresholds.COMPLAINING_CLAUSE
) -> Optional[Judgement]:
    complaining = [
        part
        for part in parts
        if part["label"] not in (None, OTHER) and is_issue(part["label"]) and part["confidence"] >= least
    ]
    surest = max(complaining, key=lambda part: part["confidence"], default=None)
    return Judgement(surest["label"], surest["confidence"]) if surest else None


def _is_doubtful(ranking: Sequence[Row]) -> bool:
    """Whether two labels are close and one of them opens a case while the other doesn't."""
    if len(ranking) < 2 or ranking[0]["confidence"] >= thresholds.DOUBTED:  # noqa: PLR2004 -- two candidates
        return False
    first, second = ranking[:2]
    close = first["confidence"] - second["confidence"] < thresholds.CLOSE
    return close and is_issue(first["label"]) != is_issue(second["label"])
