"""What a reviewer says that a customer's message means: the rows that a model is trained with later."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Self

from bot.domain.errors import InvalidInput
from bot.domain.labels import ALL, ENTITIES

OFF_TOPIC = "chitchat"  # the label of what has nothing to do with the desk: 离题 (docs/evaluation.md)
MOST_PARTS = 2
LONGEST_PART = 500  # characters; what is longer teaches the model little and buries what matters
_MARKS = str.maketrans("[]{}\\", "【】｛｝＼")  # Rasa's own, by which it marks facts and breaks lines
_KIND = re.compile(rf"[(（]\s*({'|'.join(sorted(ENTITIES))})\s*[)）]")  # looks like the end of a mark


class CorrectionKind(StrEnum):
    """What a reviewer did with a message."""

    LABEL = "label"
    SPLIT = "split"  # it holds two issues
    OFFTOPIC = "offtopic"
    SKIP = "skip"  # nothing is to be learned from it


class Marked(NamedTuple):
    """A fact in a text: its kind, and where it stands."""

    entity: str
    start: int
    end: int


class Part(NamedTuple):
    """One row to train with: the text without anything personal, its label, the facts in it."""

    text: str
    label: str
    entities: tuple[Marked, ...] = ()

    @classmethod
    def of(cls, text: str, label: str, entities: Sequence[Marked]) -> Self:
        """A row that can be trained with; InvalidInput names what is wrong.

        Blanks around the text are taken away, and a line is made of several; facts that overlap an earlier
        one, or begin or end with a blank, are put right or left out.
        """
        bare = _bare(text)
        if not bare:
            raise InvalidInput("这句话是空的，没有可以学习的内容。")
        if len(bare) > LONGEST_PART:
            raise InvalidInput(f"每条最多 {LONGEST_PART} 个字，请只保留说明问题的部分。")
        if label not in ALL:
            raise InvalidInput("请先选择这句话的意思。")
        return cls(bare, label, _placed(text, bare, entities))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """A row as it is stored."""
        marks = (Marked(one["entity"], int(one["start"]), int(one["end"])) for one in data["entities"])
        return cls(data["text"], data["label"], tuple(marks))

    def to_json(self) -> dict[str, Any]:
        """The row as it is stored."""
        entities = [one._asdict() for one in self.entities]
        return {"text": self.text, "label": self.label, "entities": entities}

    @property
    def written(self) -> str:
        """The row as Rasa's files write it: 「[牛奶](product)是酸的」."""
        pieces, end = [], 0
        for mark in self.entities:
            pieces += [self.text[end : mark.start], f"[{self.text[mark.start : mark.end]}]({mark.entity})"]
            end = mark.end
        return "".join([*pieces, self.text[end:]])


@dataclass(eq=False)
class Correction:
    """One reviewer's answer to one message; a later one of the same reviewer replaces it.

    `parts` are the rows to train with: one, two of a split message, none of a skipped one.
    """

    id: str
    message_id: str
    by: str
    at: datetime
    kind: CorrectionKind
    parts: tuple[Part, ...] = field(default_factory=tuple)
    replaced_at: datetime | None = None

    def agrees_with(self, other: "Correction") -> bool:
        """Whether both would teach the model the same: the same labels, and the same facts."""
        return _meaning(self) == _meaning(other)


def _meaning(correction: Correction) -> object:
    return sorted(
        (part.label, sorted((one.entity, part.text[one.start : one.end]) for one in part.entities))
        for part in correction.parts
    )


def _bare(text: str) -> str:
    """The text as one line, without what Rasa's files would take for a mark of their own."""
    kept = (char if char.isprintable() else " " for char in text.translate(_MARKS))
    return " ".join(_KIND.sub(r"〈\1〉", "".join(kept)).split())


def _placed(text: str, bare: str, entities: Sequence[Marked]) -> tuple[Marked, ...]:
    """The facts where they stand in the text with its blanks taken away."""
    placed: list[Marked] = []
    for kind, start, end in sorted(entities, key=lambda one: (one.start, -one.end)):
        if kind not in ENTITIES or not 0 <= start < end <= len(text):
            raise InvalidInput("标出的内容和句子对不上，请重新标一次。")
        value, before = _bare(text[start:end]), _bare(text[:start])
        place = bare.find(value, len(before)) if value else -1
        if place >= 0 and (not placed or place >= placed[-1].end):
            placed.append(Marked(kind, place, place + len(value)))
    return tuple(placed)
