"""One message as two models read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from bot.domain.evaluation import Utterance, facts, resolved
from bot.domain.reading import Reading
from bot.domain.risk import DANGERS, RiskKind, dangers_now, needs_a_doctor
from bot.domain.shadow import is_guarded

DOCTOR = "danger.doctor"  # symptoms with which a doctor comes first; no situation of the handbook's


@dataclass(frozen=True)
class Reread:
    """A message with the label it should have, and both readings of it."""

    utterance: Utterance
    by_live: Reading
    by_candidate: Reading

    @classmethod
    def all(
        cls, utterances: Sequence[Utterance], live: dict[str, Reading], candidate: dict[str, Reading]
    ) -> list[Self]:
        """Put the readings, by text, beside the messages. KeyError where one is missing."""
        return [cls(one, live[one.text], candidate[one.text]) for one in utterances]

    @property
    def text(self) -> str:
        """What the customer wrote."""
        return self.utterance.text

    @property
    def wanted(self) -> str:
        """The label it should have."""
        return self.utterance.label

    @cached_property
    def live(self) -> str:
        """What the live model read: the wanted label where another one is right too."""
        return resolved(self.utterance, self.by_live)

    @cached_property
    def candidate(self) -> str:
        """What the candidate read, likewise."""
        return resolved(self.utterance, self.by_candidate)

    @property
    def seen(self) -> tuple[str, str, str]:
        """The label asked for, the live model's and the candidate's."""
        return self.wanted, self.live, self.candidate

    @property
    def is_lost(self) -> bool:
        """Whether only the live model read it right."""
        return self.live == self.wanted != self.candidate

    @property
    def is_gained(self) -> bool:
        """Whether only the candidate read it right."""
        return self.candidate == self.wanted != self.live

    @property
    def guards(self) -> tuple[str, ...]:
        """The guarded labels among those that are right."""
        return tuple(label for label in (self.wanted, *self.utterance.also) if is_guarded(label))

    @cached_property
    def lost_dangers(self) -> tuple[str, ...]:
        """The dangers that the live model heard in it and the candidate doesn't, as situations."""
        now = _dangers(self.by_candidate)
        return tuple(one for one in _dangers(self.by_live) if one not in now)

    @cached_property
    def facts(self) -> tuple[int, int, int, int, int] | None:
        """Facts wanted, and of each model hits and read; None where they are not annotated."""
        if self.utterance.entities is None:
            return None
        live = facts([self.utterance], [self.by_live])
        candidate = facts([self.utterance], [self.by_candidate])
        return live.wanted, live.hits, live.read, candidate.hits, candidate.read


def _dangers(reading: Reading) -> list[str]:
    doctor = [DOCTOR] if needs_a_doctor(reading.risks) else []
    return [DANGERS[RiskKind(kind)] for kind in dangers_now(reading.risks)] + doctor
