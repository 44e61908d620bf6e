"""The issues that one message holds: its first, and a second one where a clause complains of that."""

from collections.abc import Mapping

from bot.domain import labels
from bot.domain.reading import Part, Reading
from bot.services import thresholds

_ONE_ISSUE = frozenset({"hotel", "bank", "cinema"})  # everything that goes wrong there has one label
_SELF_CONTAINED = frozenset({"special.inspection", "special.tampering"})  # they arise from no other issue
_ESTATE = frozenset({"property", "building_material"})
_GOODS = frozenset({"carton", "porridge", "water", "tea", "food", "product"})
_ANY_GOODS = frozenset({"food.quality", "product.quality"})  # when the clause doesn't say which
_ONE_PRODUCT = frozenset({"carton", "porridge", "water", "tea"})  # each about a drink of its own
_GOODS_AND_SERVICE = ((True, False), (False, True))
_ANY_SERVICE = ("service.quality", "hotel.service", "bank.service", "cinema.service")

# A clause alone doesn't say whose trade it is about: rudeness beside a lost parcel is the courier's, a broken
# box is damage in transport. By the family of the first issue: what a label is there.
_IN_TRADE: Mapping[str, Mapping[str, str]] = {
    "courier": {
        **dict.fromkeys(_ANY_SERVICE, "courier.service"),
        "packaging.transport": "courier.transport",
        "product.quality": "courier.transport",
    },
    "property": dict.fromkeys(_ANY_SERVICE, "property.general"),
    "building_material": {"property.building": "building_material.concrete"},
    "packaging": {"courier.transport": "packaging.transport"},
}


def of_message(reading: Reading, issue: str) -> tuple[str, str | None]:
    """The first and the second issue of a message that was read as `issue`; the second may be None.

    A grave one (illness, special.*) comes first (labels.md, borders), whatever it arose from second. Two
    ordinary ones need a clause each: 「粥是酸的，客服还骂人」. Where the whole was read as neither of two
    issues that its clauses name surely, they count.
    """
    first = issue if labels.raises_case(issue) else _likely(reading, issue, grave=True) or issue
    if labels.raises_case(first):
        cause = issue if issue != first else _likely(reading, first, grave=False)
        named = () if first in _SELF_CONTAINED else _complained_of(reading, first)
        return first, cause or next(iter(named), None)
    named = _complained_of(reading, None)
    if reading.confidence < thresholds.CERTAIN and first not in named and len(named) > 1:
        others = (_seen_beside(label, named[0]) for label in named[1:])
        return named[0], next((label for label in others if label not in (None, named[0])), None)
    return first, next(iter(_complained_of(reading, first)), None)


def _likely(reading: Reading, issue: str, *, grave: bool) -> str | None:
    """Another issue that the whole message may well be read as: a grave one, or one that is not."""
    enough = thresholds.GRAVE_BESIDE if grave else thresholds.ISSUE_BESIDE
    others = (label for label, confidence in reading.ranking if confidence >= enough and label != issue)
    return next((label for label in others if _is_issue(label) and labels.raises_case(label) is grave), None)


def _complained_of(reading: Reading, first: str | None) -> list[str]:
    """The ordinary issues that clauses surely name, in their order, each once; without `first`."""
    found: dict[str, None] = {}
    for part in reading.parts:
        label = part.label
        if label is None or not _is_issue(label) or labels.raises_case(label):
            continue
        seen_as = label if first is None else _seen_beside(label, first)
        if first is not None and _of_another_product(label, first) and not _names_product(reading, part):
            continue
        if seen_as is not None and seen_as != first and part.confidence >= _enough(seen_as, first):
            found[seen_as] = None
    return list(found)


def _of_another_product(label: str, first: str) -> bool:
    families = {labels.family(label), labels.family(first)}
    return families <= _ONE_PRODUCT and len(families) > 1


def _names_product(reading: Reading, part: Part) -> bool:
    """Whether a clause says what it is about: 「一股酸味」 alone is about the product named before it."""
    return any(name in part.text for name in reading.values("product"))


def _is_issue(label: str) -> bool:
    return labels.is_complaint(label) and label != labels.OTHER


def _enough(label: str, first: str | None) -> float:
    """How sure a clause must be: surest where it is easily confused without the rest of the message."""
    told_apart = first is None or (_is_of_goods(first), _is_of_goods(label)) in _GOODS_AND_SERVICE
    return thresholds.NEXT_ISSUE if told_apart else thresholds.NEXT_EASILY_CONFUSED


def _is_of_goods(label: str) -> bool | None:
    """Whether an issue is about what was bought; None where it is neither about that nor about service."""
    if labels.family(label) in _GOODS:
        return True
    return False if label == "service.quality" else None


def _seen_beside(label: str, first: str) -> str | None:
    """What a clause read as `label` complains of in a message about `first`; None: it can't be told."""
    family, trade = labels.family(label), labels.family(first)
    if labels.raises_case(first) or first == labels.OTHER:
        return label
    same_goods = {family, trade} <= _GOODS and not _ANY_GOODS.isdisjoint({label, first})
    if trade in _ONE_ISSUE or same_goods:
        return first
    if label in _IN_TRADE.get(trade, {}):
        return _IN_TRADE[trade][label]
    elsewhere = family in _ONE_ISSUE or (family in _ESTATE) is not (trade in _ESTATE)
    return None if elsewhere else label
