"""What the desk makes of the risks that Rasa's room found in a message (kinds: data/risks)."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from bot.domain.handbook.severity import Flag
from bot.domain.reading import Risk


class RiskKind(StrEnum):
    """What words can tell of; each is a file of `data/risks`."""

    ASSOCIATION = "association"
    AUTHORITY = "authority"
    MEDIA = "media"
    BLACK_CAT = "black_cat"
    LEGAL = "legal"
    EXTORTION = "extortion"
    TAMPERING = "tampering"
    SELF_HARM = "self_harm"
    HARM_OTHERS = "harm_others"
    MINOR = "minor"
    ILLNESS = "illness"
    URGENT = "urgent"
    LIFT_TRAPPED = "lift_trapped"
    GAS = "gas"
    FIRE = "fire"
    LIVE_WIRE = "live_wire"
    CHOKING = "choking"
    POISON = "poison"


TITLES: Mapping[RiskKind, str] = {
    RiskKind.ASSOCIATION: "消协、12315",
    RiskKind.AUTHORITY: "主管部门",
    RiskKind.MEDIA: "媒体曝光",
    RiskKind.BLACK_CAT: "投诉平台",
    RiskKind.LEGAL: "法律",
    RiskKind.EXTORTION: "敲诈",
    RiskKind.TAMPERING: "投毒",
    RiskKind.SELF_HARM: "可能伤害自己",
    RiskKind.HARM_OTHERS: "可能伤害他人",
    RiskKind.MINOR: "儿童、孕妇",
    RiskKind.ILLNESS: "身体不适",
    RiskKind.URGENT: "症状紧急",
    RiskKind.LIFT_TRAPPED: "被困电梯",
    RiskKind.GAS: "燃气泄漏",
    RiskKind.FIRE: "火灾、爆炸",
    RiskKind.LIVE_WIRE: "触电",
    RiskKind.CHOKING: "噎住、窒息",
    RiskKind.POISON: "误食、中毒",
}

# Dangers in the order in which they are answered, the fastest killer first, and the situation with the words.
DANGERS: Mapping[RiskKind, str] = {
    RiskKind.CHOKING: "danger.choking",
    RiskKind.FIRE: "danger.fire",
    RiskKind.GAS: "danger.gas",
    RiskKind.LIVE_WIRE: "danger.wire",
    RiskKind.POISON: "danger.poison",
    RiskKind.LIFT_TRAPPED: "danger.lift",
    RiskKind.SELF_HARM: "danger.self_harm",
}
# What a danger is about where the message itself was not read as a complaint.
ISSUES: Mapping[RiskKind, str] = {
    RiskKind.CHOKING: "illness",
    RiskKind.POISON: "illness",
    RiskKind.FIRE: "property.security",
    RiskKind.GAS: "property.equipment",
    RiskKind.LIVE_WIRE: "property.equipment",
    RiskKind.LIFT_TRAPPED: "property.equipment",
    RiskKind.SELF_HARM: "other_complaint",
}
FOR_A_PERSON = frozenset(RiskKind) - {RiskKind.MINOR, *DANGERS} | {RiskKind.SELF_HARM}
FLAGS: Mapping[RiskKind, Flag] = {
    RiskKind.LEGAL: Flag.MAY_SUE,
    RiskKind.ASSOCIATION: Flag.MAY_BE_EXPOSED,
    RiskKind.MEDIA: Flag.MAY_BE_EXPOSED,
    RiskKind.BLACK_CAT: Flag.MAY_BE_EXPOSED,
    RiskKind.ILLNESS: Flag.HEALTH,
    RiskKind.URGENT: Flag.HEALTH,
    **dict.fromkeys(DANGERS, Flag.HEALTH),
}
_YOUNG = re.compile(r"[婴嬰]|新生|早产|早產|[个個]月|[怀懷]孕|孕[妇婦]")


def said(risks: Iterable[Risk]) -> list[Risk]:
    """The risks that the customer speaks of without denying them, of kinds that the desk knows."""
    return [found for found in risks if not found.denied and found.kind in set(RiskKind)]


def kinds(risks: Iterable[Risk]) -> frozenset[RiskKind]:
    """Their kinds."""
    return frozenset(RiskKind(found.kind) for found in said(risks))


def dangers_now(risks: Iterable[Risk]) -> list[RiskKind]:
    """The dangers that are there as the customer writes, in the order in which they are to be answered."""
    there = {found.kind for found in said(risks) if found.now}
    return [kind for kind in DANGERS if kind in there]


def needs_a_doctor(risks: Iterable[Risk]) -> bool:
    """Whether symptoms are told with which a doctor comes first: grave ones, or any of a baby's."""
    found = said(risks)
    among = kinds(found)
    baby = any(one.kind == RiskKind.MINOR and _YOUNG.search(one.text) for one in found)
    return RiskKind.URGENT in among or (RiskKind.ILLNESS in among and baby)


def words(risks: Iterable[Risk]) -> tuple[str, ...]:
    """What is shown to people: a kind's title with the words that told of it, 「媒体曝光：记者」."""
    by_kind: dict[RiskKind, dict[str, None]] = {}
    for found in said(risks):
        by_kind.setdefault(RiskKind(found.kind), {})[found.text] = None
    return tuple(f"{TITLES[kind]}：{'、'.join(texts)}" for kind, texts in by_kind.items())
