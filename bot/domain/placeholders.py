"""What stands for phones, names, numbers and addresses in the texts that a model is trained with.

What is personal is found as for papers (bot/domain/redaction.py). Unlike the marks there, these look like
what they stand for: digits become 0, which is how the model counts them anyway, and a name keeps its title.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from bot.domain.correction import Marked
from bot.domain.reading import Entity
from bot.domain.redaction import ADDRESS_KIND, NAME_KIND, PHONE_KIND, Personal

ORDER_KIND = "单号"
NAMELESS, SOMEWHERE = "某某", "某地"
PERSONAL_ENTITIES = {"phone": PHONE_KIND, "person": NAME_KIND, "order_no": ORDER_KIND}
_PERSONAL_FIELDS = {"phone": PHONE_KIND, "contact": NAME_KIND, "address": ADDRESS_KIND}
_TITLE = re.compile(
    r"(?:先生|女士|小姐|太太|老师|师傅|经理|主任|主管|店长|医生|阿姨|大爷|大妈|同学|叔叔?|哥|姐|总)$"
)


def personal(entities: Iterable[Entity], fields: Mapping[str, str | None]) -> Personal:
    """What is personal in a message: by its facts, by its customer's cases, and by how it looks."""
    known = [
        (PERSONAL_ENTITIES[found.entity], found.value)
        for found in entities
        if found.entity in PERSONAL_ENTITIES
    ]
    known += [(kind, fields.get(name) or "") for name, kind in _PERSONAL_FIELDS.items()]
    return Personal.of(known)


def filler(kind: str, value: str) -> str:
    """What is written instead of something personal; of itself it is itself."""
    if kind == NAME_KIND:
        title = _TITLE.search(value)
        return f"某{title.group()}" if title and title.start() else NAMELESS
    if kind == ADDRESS_KIND:
        return SOMEWHERE
    bare = "".join("0" if char.isdigit() else char for char in value)
    return bare if any(char.isdigit() for char in value) else "0" * len(value)


def filled(text: str, found: Personal, marks: Sequence[Marked] = ()) -> tuple[str, tuple[Marked, ...]]:
    """The text with fillers in place of what is personal, and the facts at their new places.

    A fact that ends within something personal covers all of its filler.
    """
    pieces: list[str] = []
    spans: list[tuple[int, int, int, int, bool]] = []  # old start and end, new start and end, is a filler
    old = new = 0
    for piece, kind in found.split(text):
        shown = filler(kind, piece) if kind else piece
        spans.append((old, old + len(piece), new, new + len(shown), kind is not None))
        pieces.append(shown)
        old, new = old + len(piece), new + len(shown)
    moved = (Marked(mark.entity, _start(spans, mark.start), _end(spans, mark.end)) for mark in marks)
    return "".join(pieces), tuple(mark for mark in moved if mark.start < mark.end)


def _start(spans: Sequence[tuple[int, int, int, int, bool]], place: int) -> int:
    for old, old_end, new, _, is_filler in spans:
        if old <= place < old_end:
            return new if is_filler else new + place - old
    return spans[-1][3]


def _end(spans: Sequence[tuple[int, int, int, int, bool]], place: int) -> int:
    for old, old_end, new, new_end, is_filler in spans:
        if old < place <= old_end:
            return new_end if is_filler else new + place - old
    return 0
