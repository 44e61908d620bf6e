"""What a text says, as Rasa's room worked it out once."""

from dataclasses import dataclass, field
from typing import Any, Literal, Self

Script = Literal["hans", "hant", "none"]


@dataclass(frozen=True)
class Entity:
    """One fact in a text: `value` is the customer's own characters, `start`/`end` their offsets.

    `normal` is the value in a form to compare and count with (docs/protocol.md), where it has one.
    """

    entity: str
    value: str
    start: int
    end: int
    normal: str | None = None


@dataclass(frozen=True)
class Part:
    """What one clause of a message says by itself; `label` is None when that can't be told."""

    text: str
    label: str | None
    confidence: float


@dataclass(frozen=True)
class Risk:
    """Words that tell of a risk or a danger (bot/domain/risk.py), the customer's own, with their offsets.

    `denied`: they say that it isn't so; `now`: a danger that is there as they write, in doubt true.
    """

    kind: str
    text: str
    start: int
    end: int
    denied: bool = False
    now: bool = False


@dataclass(frozen=True)
class Reading:
    """The model's answer to "what does this message say".

    `label` is None when the model was not sure enough; `taken_as` is the label the dialogue acted on
    where that differs (an answer to an open question, a pressed button). `parts` are the clauses of a message
    with several; `familiarity` the share of its words that the model knows (None: it has no words); `risks`
    are the threats, dangers and illnesses that it speaks of.
    """

    label: str | None
    confidence: float
    script: Script = "none"
    normal: str = ""
    ranking: tuple[tuple[str, float], ...] = ()
    entities: tuple[Entity, ...] = ()
    taken_as: str | None = None
    model: str = ""
    parts: tuple[Part, ...] = ()
    familiarity: float | None = None
    risks: tuple[Risk, ...] = ()

    @property
    def acted_on(self) -> str | None:
        """The label the dialogue followed."""
        return self.taken_as or self.label

    def values(self, *kinds: str) -> list[str]:
        """The customer's own words for the entities of these kinds, in their order in the text."""
        return [found.value for found in self.entities if found.entity in kinds]

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read the room's JSON (docs/protocol.md); unknown keys are ignored."""
        return cls(
            label=data["label"],
            confidence=float(data["confidence"]),
            script=data.get("script", "none"),
            normal=data.get("normal", ""),
            ranking=tuple((row["label"], float(row["confidence"])) for row in data.get("ranking", ())),
            entities=tuple(
                Entity(row["entity"], row["value"], int(row["start"]), int(row["end"]), row.get("normal"))
                for row in data.get("entities", ())
            ),
            taken_as=data.get("taken_as"),
            model=data.get("model", ""),
            parts=tuple(
                Part(row["text"], row["label"], float(row["confidence"])) for row in data.get("parts", ())
            ),
            familiarity=data.get("familiarity"),
            risks=tuple(
                Risk(
                    row["kind"],
                    row["text"],
                    int(row["start"]),
                    int(row["end"]),
                    bool(row.get("denied")),
                    bool(row.get("now")),
                )
                for row in data.get("risks", ())
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """The same as plain JSON, for storing beside the message."""
        return {
            "label": self.label,
            "confidence": self.confidence,
            "script": self.script,
            "normal": self.normal,
            "ranking": [{"label": label, "confidence": score} for label, score in self.ranking],
            "entities": [vars(found) for found in self.entities],
            "taken_as": self.taken_as,
            "model": self.model,
            "parts": [vars(found) for found in self.parts],
            "familiarity": self.familiarity,
            "risks": [vars(found) for found in self.risks],
        }


@dataclass(frozen=True)
class Choice:
    """A quick-reply button: the desk resolves `id` when it comes back; `text` is what the customer sees."""

    id: str
    text: str


@dataclass(frozen=True)
class Reply:
    """One thing said to the customer, with the clause and version its words come from."""

    text: str
    clause: str | None = None
    version: int | None = None
    choices: tuple[Choice, ...] = ()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read a reply as it travels through Rasa."""
        return cls(
            text=data["text"],
            clause=data.get("clause"),
            version=data.get("version"),
            choices=tuple(Choice(row["id"], row["text"]) for row in data.get("choices", ())),
        )

    def to_json(self) -> dict[str, Any]:
        """The reply as it travels through Rasa and to the browser."""
        return {
            "text": self.text,
            "clause": self.clause,
            "version": self.version,
            "choices": [{"id": choice.id, "text": choice.text} for choice in self.choices],
        }


@dataclass(frozen=True)
class TurnContext:
    """What the desk tells Rasa with each turn, so that nothing depends on Rasa's own memory.

    `question` is the field being asked, "withdraw", or None; `expects` the entities that would answer it;
    `choice` the label behind a pressed button; `about` the id of the customer's earlier message whose meaning
    that button gives: the turn's text is that message's.
    """

    case: str | None = None
    question: str | None = None
    expects: tuple[str, ...] = ()
    choice: str | None = None
    about: str | None = None

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read a context that was stored."""
        return cls(data["case"], data["question"], tuple(data["expects"]), data["choice"], data.get("about"))

    def to_json(self) -> dict[str, Any]:
        """The `context` object of the turn protocol."""
        return {
            "case": self.case,
            "question": self.question,
            "expects": list(self.expects),
            "choice": self.choice,
            "about": self.about,
        }


@dataclass(frozen=True)
class TurnAnswer:
    """A finished turn: what to say, and what was understood."""

    replies: tuple[Reply, ...] = ()
    reading: Reading = field(default_factory=lambda: Reading(label=None, confidence=0.0))
