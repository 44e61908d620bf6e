"""The conversation that is held for unit costs: a complaint, its questions, the case's number, thanks."""

import random
import re
from collections.abc import Iterator

from bot.domain.reading import Entity, Reading

COMPLAINT = "你们的八宝粥里吃出一只苍蝇，太恶心了"
LINES = (COMPLAINT, "上周三在楼下超市买的", "{phone}", "没有人不舒服", "对的", "谢谢")
_PHONE = re.compile(r"1\d{10}")
_READ = {
    COMPLAINT: ("porridge.foreign_object", {"product": "八宝粥"}),
    "上周三在楼下超市买的": ("inform", {"bought_when": "上周三", "bought_where": "楼下超市"}),
    "没有人不舒服": ("deny", {}),
    "对的": ("affirm", {}),
    "谢谢": ("thank", {}),
}


def conversation(chance: random.Random) -> Iterator[str]:
    """One customer's lines, with a telephone number that nobody else has."""
    phone = f"13{chance.randrange(10**9):09}"
    return (line.format(phone=phone) for line in LINES)


def read(text: str) -> Reading:
    """What the stand-in reads in a line of it; of any other text nothing."""
    if _PHONE.fullmatch(text):
        return _reading(text, "inform", {"phone": text})
    label, values = _READ.get(text, (None, {}))
    return _reading(text, label, values)


def _reading(text: str, label: str | None, values: dict[str, str]) -> Reading:
    found = tuple(
        Entity(kind, value, text.index(value), text.index(value) + len(value))
        for kind, value in values.items()
    )
    return Reading(label, 0.9 if label else 0.1, "hans", text, ((label, 0.9),) if label else (), found)
